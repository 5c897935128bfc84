package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// The commands against a real server, which runs in this process.
@Timeout(120)
class ServerCommandsTest {

  private static final String ENABLED =
      "{\"camera_id\":\"front\u202e-door\",\"enabled_at\":\"2026-01-09T12:00:00Z\"}";

  private final TestProcess server = new TestProcess();
  private final TestProcess tail = new TestProcess();
  private final TestProcess publish = new TestProcess();
  private String url = "";

  @BeforeEach
  void serve() throws InterruptedException {
    url = server.start("serve", "--port", "0", "--memory").url();
  }

  @AfterEach
  void stop() throws Exception {
    tail.interrupt();
    assertThat(server.interrupt()).isZero();
  }

  private static HttpResponse<String> page(String url, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path)).header("Accept", "text/html").build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.ofString());
    }
  }

  /// As the packaged program has them: in jars.
  @Test
  void thereIsAConsoleUnlessItIsNotWanted() throws Exception {
    assertThat(page(url, "/").headers().firstValue("location")).contains("/console/");
    assertThat(page(url, "/console/").body()).contains("main.js");
    assertThat(page(url, "/client/tocsin.js").body()).contains("export function connect");

    TestProcess without = new TestProcess();
    String other = without.start("serve", "--port", "0", "--memory", "--no-console").url();
    assertThat(page(other, "/").statusCode()).isEqualTo(404);
    assertThat(page(other, "/console/").statusCode()).isEqualTo(404);
    assertThat(page(other, "/client/tocsin.js").statusCode()).isEqualTo(200);
    assertThat(without.interrupt()).isZero();
  }

  /// Starts a tail and waits until it is subscribed: from then on it misses nothing.
  private void startTail(String... args) throws InterruptedException {
    String[] all = new String[args.length + 3];
    all[0] = "tail";
    all[1] = "--url";
    all[2] = url;
    System.arraycopy(args, 0, all, 3, args.length);
    long before = connections();
    tail.start(all);
    while (connections() == before) {
      Thread.onSpinWait();
    }
  }

  private long connections() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/v1/stats")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      String stats = http.send(request, BodyHandlers.ofString()).body();
      return JsonMapper.shared().readTree(stats).path("total_connections").longValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(int camera) {
    return "{\"type\":\"camera.enabled\",\"payload\":"
        + ENABLED.replace("front", "c" + camera)
        + "}\n";
  }

  @Test
  void theServerSaysWhereItListensAndWhatItIs() throws InterruptedException {
    assertThat(server.out()).matches("listening on http://127\\.0\\.0\\.1:\\d+\\R");
    server.awaitErr(err -> err.contains("connections, "));
    assertThat(server.err())
        .matches(
            "(?s)tocsin \\S+: at most [\\d,]+ connections, (epoll|nio|io_uring), "
                + EventCatalog.builtIn().allEventTypes().size()
                + " event types,"
                + " log in memory \\(gone when the server stops\\)\\R");
  }

  @Test
  void whatAServerOnDiskAcknowledgedIsThereAgain(@TempDir Path data) throws Exception {
    String[] serve = {
      "serve", "--port", "0", "--host", "[::1]", "--data", data.toString(), "--retain", "2d"
    };
    TestProcess first = new TestProcess();
    String before = first.start(serve).url();
    first.awaitErr(err -> err.contains("log in " + data + " (durability process, kept for 2d)"));
    assertThat(new TestProcess().run(publish(before))).isZero();
    assertThat(first.interrupt()).isZero();

    TestProcess second = new TestProcess();
    String after = second.start(serve).url();
    TestProcess tail = new TestProcess().start("tail", "--json", "--since", "0", "--url", after);

    tail.awaitOut(
        lines -> lines.stream().anyMatch(l -> l.contains("\"sequence\":1,\"previous\":0}")));
    assertThat(second.out()).startsWith("listening on http://[::1]:");
    assertThat(tail.interrupt()).isZero();
    assertThat(second.interrupt()).isZero();
  }

  @Test
  void tailShowsWhatItsFilterLetsThrough() throws Exception {
    startTail("--json", "--where", "{\"camera_id\":[\"c1\u202e-door\",\"c3\u202e-door\"]}");

    assertThat(publish.input(line(1) + line(2) + line(3)).run("publish", "-", "--url", url))
        .isZero();

    tail.awaitOut(lines -> lines.size() >= 2);
    assertThat(tail.outLines())
        .satisfiesExactly(
            first -> assertThat(first).contains("c1"), second -> assertThat(second).contains("c3"));
    TestProcess newest = new TestProcess();
    newest.start(
        "tail",
        "--url",
        url,
        "--json",
        "-n",
        "1",
        "--where",
        "{\"camera_id\":\"c1\u202e-door\"}",
        "camera.*");
    newest.awaitOut(lines -> !lines.isEmpty());
    assertThat(newest.out()).contains("c1");
    assertThat(newest.interrupt()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--since 0", "--last 5"})
  void aFilterThatNothingFulfilsIsTheServersRefusal(String from) {
    String[] beginning = from.split(" ", -1);
    assertThat(
            tail.run(
                "tail",
                "--url",
                url,
                "camera.*",
                beginning[0],
                beginning[1],
                "--where",
                "{\"camra_id\":\"a\"}"))
        .isEqualTo(1);

    assertThat(tail.err())
        .contains("\"camra_id\"", "; did you mean \"camera_id\"?")
        .doesNotContain("is a server running there");
  }

  /// What it prints can be published again.
  @Test
  void tailBeginsWithThePresentState() throws Exception {
    startTail("--json");
    assertThat(publish.input(line(1) + line(2) + line(1)).run("publish", "-", "--url", url))
        .isZero();
    tail.awaitOut(lines -> lines.size() >= 3);

    TestProcess now = new TestProcess();
    now.start("tail", "--url", url, "--json", "--latest", "camera.*");
    now.awaitOut(lines -> lines.size() >= 2);

    assertThat(now.outLines())
        .satisfiesExactly(
            first -> assertThat(first).contains("\"sequence\":2,\"initial\":true}"),
            second -> assertThat(second).contains("\"sequence\":3,\"initial\":true}"));
    String printed = String.join("\n", now.outLines()) + "\n";
    assertThat(now.interrupt()).isZero();
    assertThat(new TestProcess().input(printed).run("publish", "-", "--url", url)).isZero();
  }

  private static String[] publish(String url) {
    return new String[] {"publish", "camera.enabled", "--payload", ENABLED, "--url", url};
  }

  @Test
  void twoServersDoNotShareADirectory(@TempDir Path data) throws Exception {
    String[] serve = {"serve", "--port", "0", "--data", data.toString()};
    TestProcess first = new TestProcess();
    first.start(serve).url();
    TestProcess second = new TestProcess();

    assertThat(second.run(serve)).isEqualTo(1);
    assertThat(second.err()).startsWith("tocsin: ").contains("another");
    assertThat(first.interrupt()).isZero();
  }

  @Test
  void aNewEpochNeedsALog(@TempDir Path data) {
    TestProcess process = new TestProcess();

    assertThat(process.run("log", "new-epoch", "--data", data.resolve("none").toString()))
        .isEqualTo(1);
    assertThat(process.err()).contains("there is no log in");
  }

  /// An address of IPv6 stands in brackets.
  @ParameterizedTest
  @CsvSource({"0.0.0.0, 0.0.0.0", "::, [::]"})
  void aPortInUseIsAFailure(String host, String told) throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      TestProcess other = new TestProcess();

      int code =
          other.run("serve", "--memory", "--insecure", "--host", host, "--port", port(taken));

      assertThat(code).isEqualTo(1);
      assertThat(other.err())
          .startsWith("tocsin: cannot listen on " + told + ":" + port(taken) + ": the address");
    }
  }

  private static String port(ServerSocket socket) {
    return Integer.toString(socket.getLocalPort());
  }

  @Test
  void oneEventIsPublishedAndItsPlaceIsTold() {
    assertThat(publish.run("publish", "camera.enabled", "--payload", ENABLED, "--url", url))
        .isZero();
    assertThat(publish.out().trim()).isEqualTo("published sequence 1");
  }

  @Test
  void aRefusedEventIsToldWithItsFaults() {
    assertThat(publish.run("publish", "camera.enabled", "--payload", "{}", "--url", url))
        .isEqualTo(1);

    assertThat(publish.out()).isEmpty();
    assertThat(publish.err())
        .startsWith("refused: invalid_payload: ")
        .contains("  /camera_id   camera_id is required (required)");
  }

  @Test
  void aFileIsPublishedInOneGo(@TempDir Path folder) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      lines.append(line(i));
    }
    Path file = Files.writeString(folder.resolve("events.ndjson"), lines);
    publish.with("XDG_STATE_HOME", folder.toString());

    assertThat(publish.run("publish", "--file", file.toString(), "--url", url)).isZero();

    assertThat(publish.out().trim())
        .isEqualTo("published 3000 of 3000 events (sequences 1 to 3000)");
    assertThat(publish.err()).isEmpty();
  }

  @Test
  void aFileWhoseRunCannotBeNotedSaysHowToGoOn(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("events.ndjson"), line(1));

    assertThat(publish.run("publish", "--file", file.toString(), "--url", url)).isZero();

    assertThat(publish.err().lines())
        .singleElement()
        .asString()
        .startsWith("note: how far this run comes cannot be noted (neither XDG_STATE_HOME nor HOME")
        .contains("tocsin publish --file " + file + " --from-line 1 --idempotency-key ")
        .endsWith(" --url " + url);
  }

  @Test
  void aLineBeyondTheEndIsAFailure(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("events.ndjson"), line(1) + "\n" + line(2));
    publish.with("XDG_STATE_HOME", folder.resolve("state").toString());
    String[] all = {"publish", "--file", file.toString(), "--url", url, "--from-line", "5"};

    assertThat(publish.run(all)).isEqualTo(1);

    assertThat(publish.out()).isEmpty();
    assertThat(publish.err().trim())
        .isEqualTo("tocsin: --from-line 5 is beyond the end: " + file + " has 3 lines");
    TestProcess next = new TestProcess().with("XDG_STATE_HOME", folder.resolve("state").toString());
    all[6] = "4";
    assertThat(next.run(all)).isZero();
    assertThat(next.err()).isEmpty();
    assertThat(new TestProcess().run("publish", "-", "--from-line", "2", "--url", url))
        .isEqualTo(1);
  }

  @Test
  void aKeyMayHaveAnyCharacters() {
    String key = "\uD83D\uDD14".repeat(256);
    String[] event = {
      "publish", "camera.enabled", "--payload", ENABLED, "--idempotency-key", key, "--url", url
    };
    String[] lines = {"publish", "-", "--idempotency-key", key, "--url", url};

    assertThat(publish.run(event)).isZero();
    assertThat(publish.run(event)).isZero();
    assertThat(publish.input(line(1) + line(2)).run(lines)).isZero();
    assertThat(publish.input(line(1) + line(2)).run(lines)).isZero();

    assertThat(publish.outLines())
        .containsExactly(
            "published sequence 1",
            "published sequence 1",
            "published 2 of 2 events (sequences 2 to 3)",
            "published 2 of 2 events (sequences 2 to 3); 2 of them were in the log already, from an"
                + " earlier run");
  }

  @Test
  void refusedLinesAreListed() {
    publish.input(
        line(1)
            + "\n{\"type\":\"x.y\"}\n"
            + line(2)
            + "{\"type\":\"camera.enabled\",\"payload\":{}}");

    assertThat(publish.run("publish", "-", "--url", url)).isEqualTo(1);

    assertThat(publish.out().trim()).isEqualTo("published 2 of 4 events (sequences 1 to 2)");
    assertThat(publish.err())
        .contains("line 3: unknown_event_type: ")
        .contains("line 5: invalid_payload: ")
        .contains("  /camera_id  camera_id is required");
  }

  @Test
  void aFileWithoutOneGoodLineIsAFailureThatIsTold() {
    assertThat(publish.input("nonsense\n").run("publish", "-", "--url", url)).isEqualTo(1);
    assertThat(publish.out() + publish.err()).contains("invalid_json");
  }

  @Test
  void tailPrintsTheEnvelopesAsTheyWereDelivered() throws Exception {
    startTail("--json", "camera.*");

    publish.input(line(1) + "{\"type\":\"worker.started\",\"payload\":{}}\n" + line(2));
    publish.run("publish", "-", "--url", url);
    publish.run(
        "publish",
        "camera.enabled",
        "--payload",
        ENABLED.replace(",", ",\r\n"),
        "--correlation-id",
        "c 1",
        "--url",
        url);

    tail.awaitOut(lines -> lines.size() == 3);
    List<WebSocketEvent> events = tail.outLines().stream().map(WebSocketEvent::fromJson).toList();
    assertThat(events).extracting(WebSocketEvent::sequence).containsExactly(1L, 2L, 3L);
    assertThat(events).extracting(WebSocketEvent::previous).containsExactly(0L, 1L, 2L);
    assertThat(events.getLast().correlationId()).isEqualTo("c 1");
    assertThat(tail.outLines().getFirst()).contains("\u202e");
    assertThat(tail.interrupt()).isZero();
    assertThat(tail.err()).isEmpty();
  }

  /// What the server adds makes it longer than an event may be.
  @Test
  void theLongestEventIsPublishedAgainAsTailPrintedIt() throws Exception {
    String empty = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"\"}}";
    String longest = empty.replace("\"\"", "\"" + "x".repeat(64 * 1024 - empty.length()) + "\"");
    startTail("--json");

    assertThat(publish.input(longest).run("publish", "-", "--url", url)).isZero();
    tail.awaitOut(lines -> lines.size() == 1);
    String printed = tail.outLines().getFirst();
    assertThat(printed.length()).isGreaterThan(64 * 1024);
    assertThat(publish.input(printed + "\n").run("publish", "-", "--url", url)).isZero();

    tail.awaitOut(lines -> lines.size() == 2);
    assertThat(WebSocketEvent.fromJson(tail.outLines().getLast()).payload())
        .isEqualTo(WebSocketEvent.fromJson(printed).payload());
  }

  @Test
  void tailShowsAPersonHarmlessLines() throws Exception {
    startTail();

    publish.run("publish", "camera.enabled", "--payload", ENABLED, "--url", url);

    tail.awaitOut(lines -> lines.size() == 1);
    assertThat(tail.out())
        .matches("\\d\\d:\\d\\d:\\d\\d  camera\\.enabled {10}enabled {7}front\\\\u202e-door\\R");
  }

  @Test
  void tailNamesPatternsThatMatchNothing() throws Exception {
    startTail("alrt.*");

    tail.awaitErr(err -> err.contains("alrt.*") && err.contains("did you mean alert.*?"));
  }

  @Test
  void tailRefusesABadPatternInTheServersWords() {
    assertThat(new TestProcess().run("tail", "[", "--url", url)).isEqualTo(1);
  }

  @Test
  void tailEndsQuietlyWhenNobodyReadsOn() throws Exception {
    tail.outputTo(new ClosedPipe());
    startTail("--json");

    publish.run("publish", "camera.enabled", "--payload", ENABLED, "--url", url);

    assertThat(tail.exitCode()).isZero();
    assertThat(tail.err()).isEmpty();
  }

  private static final class ClosedPipe extends OutputStream {

    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }

  @Test
  void tailComesBackAfterTheServerDid() throws Exception {
    startTail("--json", "camera.*");
    publish.run("publish", "camera.enabled", "--payload", ENABLED, "--url", url);
    tail.awaitOut(lines -> lines.size() == 1);

    assertThat(server.interrupt()).isZero();
    TestProcess next = new TestProcess();
    next.start("serve", "--memory", "--port", url.substring(url.lastIndexOf(':') + 1)).url();
    tail.awaitErr(err -> err.contains("connected again"));
    publish.run("publish", "camera.enabled", "--payload", ENABLED, "--url", url);

    tail.awaitOut(lines -> lines.size() == 2);
    assertThat(tail.err()).contains("no connection (").contains("the server has begun a new log");
    assertThat(tail.interrupt()).isZero();
    assertThat(next.interrupt()).isZero();
  }

  @Test
  void theDemoShowsAHouseAndEndsInTime() {
    TestProcess demo = new TestProcess();

    int code = demo.run("demo", "--port", "0", "--seconds", "2", "--speed", "100", "--seed", "7");

    assertThat(code).isZero();
    assertThat(demo.outLines().getFirst()).startsWith("listening on http://127.0.0.1:");
    assertThat(demo.outLines()).hasSizeGreaterThan(50);
    assertThat(demo.out())
        .contains("alert.created")
        .contains("job.progress")
        .contains("detection.");
    assertThat(demo.err().toLowerCase(Locale.ROOT))
        .contains("curl -s")
        .contains("ws://127.0.0.1:")
        .contains("see it in a browser:\n  http://127.0.0.1:")
        .contains("/console/\n")
        .doesNotContain("refused");
  }

  @Test
  void theDemoEndsWhenItIsInterrupted() throws Exception {
    TestProcess demo = new TestProcess().start("demo", "--port", "0", "--speed", "50");

    demo.awaitOut(lines -> lines.size() > 5);

    assertThat(demo.interrupt()).isZero();
  }
}
