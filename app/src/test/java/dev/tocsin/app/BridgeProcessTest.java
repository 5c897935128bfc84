package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Bridges in a process of their own, beside a real server.
@Timeout(120)
class BridgeProcessTest {

  private static final Pattern HOOK = Pattern.compile("bridge at (http://\\S+)/hooks/open");

  /// What would have a terminal show red letters: in JSON the first has to be escaped, and the second need not be.
  private static final String EVIL = "{\"id\":[\"evil\\u001b[31m\u009b31m\"]}";

  private final TestProcess server = new TestProcess();
  private final TestProcess bridges = new TestProcess();
  private final HookClient http = new HookClient();

  @TempDir private Path folder;
  private String config = "";
  private String state = "";

  @BeforeEach
  void describe() throws IOException {
    state = folder.resolve("state").toString();
    config =
        Files.writeString(
                folder.resolve("bridges.json"),
                """
                {"bridges":[
                  {"name":"open","kind":"webhook","map":[{"event":"alert.deleted","payload":{"id":"{payload.id}"},"key":"{payload.id}"}]},
                  {"name":"signed","kind":"webhook","verify":{"scheme":"shared-secret","header":"X-Token","secret":{"env":"TOKEN"}},
                   "map":[{"event":"alert.deleted","payload":{"id":"{payload.id}"}}]}]}\
                """)
            .toString();
    bridges.with("TOKEN", "s3");
  }

  @AfterEach
  void stop() throws Exception {
    bridges.interrupt();
    server.interrupt();
    http.close();
  }

  private void serve(String... options) throws InterruptedException {
    server.start(options);
    server.url();
  }

  private TestProcess bridge(String url) {
    return bridges.start(
        "bridge", "--config", config, "--url", url, "--state", state, "--listen", "127.0.0.1:0");
  }

  private String hooks() throws InterruptedException {
    bridges.awaitErr(said -> HOOK.matcher(said).find());
    Matcher hook = HOOK.matcher(bridges.err());
    assertThat(hook.find()).isTrue();
    return hook.group(1);
  }

  private TestProcess run(int code, String... arguments) {
    TestProcess command = new TestProcess();
    assertThat(command.run(arguments)).as(command.err()).isEqualTo(code);
    return command;
  }

  /// Waits until `bridge status` says this of the state folder.
  private void awaitStatus(String words) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      TestProcess status = new TestProcess();
      status.run("bridge", "status", "--state", state);
      String said = status.out() + status.err();
      if (said.contains(words)) {
        return;
      }
      assertThat(System.nanoTime()).as(said).isLessThan(end);
    }
  }

  @Test
  void postsBecomeEventsOfTheHubOnceEach() throws Exception {
    serve("serve", "--memory", "--port", "0");
    bridge(server.url());
    String hooks = hooks();

    assertThat(http.post(hooks + "/hooks/open", "{\"id\":\"1\"}").body())
        .isEqualTo("{\"published\":1,\"ignored\":0,\"refused\":0}");
    assertThat(http.post(hooks + "/hooks/open", "{\"id\":\"1\"}").statusCode()).isEqualTo(200);
    assertThat(http.post(hooks + "/hooks/signed", "{\"id\":\"2\"}").statusCode()).isEqualTo(401);
    assertThat(http.post(hooks + "/hooks/signed", "{\"id\":\"2\"}", "X-Token", "s3").statusCode())
        .isEqualTo(200);
    HttpResponse<String> refused = http.post(hooks + "/hooks/open", "{\"id\":[]}");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("\"error\":\"invalid_payload\"");
    assertThat(http.post(hooks + "/hooks/none", "{}").statusCode()).isEqualTo(404);
    assertThat(http.post(hooks + "/hooks/open", "{").statusCode()).isEqualTo(400);
    assertThat(http.post(hooks + "/hooks/open", "x".repeat((1 << 20) + 1)).statusCode())
        .isEqualTo(413);
    awaitStatus("open: refused 1, message_too_large; last: The body is larger than 1048576 bytes");

    JsonNode events = http.json(server.url() + "/api/v1/events").get("events");
    assertThat(events.valueStream().map(event -> event.at("/payload/id").asString("")))
        .containsExactly("1", "2");
    assertThat(bridges.outLines().getFirst()).isEqualTo("bridges of " + config + " are running");
    assertThat(bridges.interrupt()).isZero();
    assertThat(bridges.err()).contains("stopping");
  }

  @Test
  void whoGuessesASecretIsSlowedDownAndOthersAreNot() throws Exception {
    serve("serve", "--memory", "--port", "0");
    bridge(server.url());
    String signed = hooks() + "/hooks/signed";
    for (int i = 0; i < 10; i++) {
      assertThat(http.post(signed, "{\"id\":\"2\"}", "X-Token", "bad").statusCode()).isEqualTo(401);
    }

    HttpResponse<String> refused = http.post(signed, "{\"id\":\"2\"}", "X-Token", "bad");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow()).isPositive();
    assertThat(http.post(signed, "{\"id\":\"2\"}", "X-Token", "s3").statusCode()).isEqualTo(200);
  }

  @Test
  void whatIsRefusedWhileTheHubIsAwayCanBePostedAgain() throws Exception {
    int port = freePort();
    serve("serve", "--data", folder.resolve("data").toString(), "--port", String.valueOf(port));
    bridge(server.url());
    String hooks = hooks();
    server.interrupt();
    bridges.awaitErr(said -> said.contains("no connection to the hub"));

    assertThat(http.post(hooks + "/hooks/open", "{\"id\":\"1\"}").statusCode()).isEqualTo(503);
    TestProcess again = new TestProcess();
    again.start(
        "serve", "--data", folder.resolve("data").toString(), "--port", String.valueOf(port));
    bridges.awaitErr(said -> said.contains("connected to the hub"));
    assertThat(http.post(hooks + "/hooks/open", "{\"id\":\"1\"}").statusCode()).isEqualTo(200);
    again.interrupt();
  }

  @Test
  void hubThatIsNotThereYetIsWaitedForAndToldOnce() throws Exception {
    int port = freePort();
    bridge("http://127.0.0.1:" + port);
    bridges.awaitErr(said -> said.contains("no connection to the hub"));
    awaitStatus("no connection to the hub");
    assertThat(bridges.out()).isEmpty();
    serve("serve", "--memory", "--port", String.valueOf(port));

    hooks();
    assertThat(bridges.err().split("no connection to the hub", -1)).hasSize(2);
  }

  @Test
  void keyThatIsRefusedEndsItWithASentence() throws Exception {
    Files.createDirectories(folder.resolve("data"));
    run(0, "key", "new", "a", "--data", folder.resolve("data").toString());
    serve("serve", "--data", folder.resolve("data").toString(), "--port", "0");
    bridges.with("TOCSIN_KEY", "tocsin_aaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    bridge(server.url());

    assertThat(bridges.exitCode()).isEqualTo(1);
    assertThat(bridges.err()).contains("the hub has refused for good: ", "key");
  }

  @Test
  void statusOfAFolderAndOfAServerAreTheSameTable() throws Exception {
    serve("serve", "--memory", "--port", "0", "--bridges", open());
    http.post(server.url() + "/hooks/open", EVIL);
    bridge(server.url());
    http.post(hooks() + "/hooks/open", EVIL);

    String ofServer = run(0, "bridge", "status", "--url", server.url()).out();
    assertThat(ofServer.lines().toList().get(0))
        .matches("NAME +KIND +CONNECTED +IN +MAPPED +IGNORED +REFUSED +OUT .*");
    assertThat(ofServer.lines().toList().get(1)).matches("open +webhook +- +1 +0 +0 +1 +- .*");
    assertThat(ofServer)
        .contains("open: refused 1, invalid_payload; last: ", "evil")
        .doesNotContain("\u001b", "\u009b");
    awaitStatus("invalid_payload");
    String ofFolder = run(0, "bridge", "status", "--state", state).out();
    assertThat(ofFolder.lines().toList().get(1)).matches("open +webhook +- +1 +0 +0 +1 +- .*");
    JsonNode json =
        ((Json.Value) Json.read(run(0, "bridge", "status", "--state", state, "--json").out()))
            .tree();
    assertThat(json.get("running").asBoolean(false)).isTrue();
    assertThat(json.get("bridges").size()).isEqualTo(2);
    for (String[] command :
        new String[][] {
          {"bridge", "status", "--state", state, "--json"},
          {"bridge", "status", "--url", server.url(), "--json"},
          {"stats", "--url", server.url(), "--json"}
        }) {
      TestProcess shown = new TestProcess().onTerminal(80);
      assertThat(shown.run(command)).isZero();
      assertThat(shown.out()).contains("evil", "\\u009b").doesNotContain("\u009b");
    }
    bridges.interrupt();

    assertThat(run(0, "bridge", "status", "--state", state).err()).contains("do not run");
  }

  private String open() throws IOException {
    return Files.writeString(
            folder.resolve("open.json"),
            "{\"bridges\":[{\"name\":\"open\",\"kind\":\"webhook\",\"map\":[{\"event\":\"alert.deleted\","
                + "\"payload\":{\"id\":\"{payload.id}\"}}]}]}")
        .toString();
  }

  @Test
  void retryOfWhatSetsNothingAsideIsAFailure() throws Exception {
    serve("serve", "--memory", "--port", "0", "--bridges", open());
    bridge(server.url());
    hooks();

    assertThat(run(1, "bridge", "retry", "open", "--state", state).err())
        .contains("there is no bridge \"open\" that sets anything aside");
    assertThat(run(1, "bridge", "retry", "open", "--url", server.url()).err())
        .contains("not_found: There is no bridge of this name that sets anything aside");
    bridges.interrupt();
    assertThat(run(1, "bridge", "retry", "open", "--state", state).err())
        .contains("no bridges run with the state in");
  }

  @Test
  void stateFolderIsForOneProcess() throws Exception {
    serve("serve", "--memory", "--port", "0");
    bridge(server.url());
    hooks();

    TestProcess second =
        run(1, "bridge", "--config", config, "--url", server.url(), "--state", state);
    assertThat(second.err()).contains("bridges run with the state in " + state + " already");
  }

  @Test
  void wrongUseIsTold() throws Exception {
    assertThat(run(2, "bridge").err()).contains("--config FILE names the file of bridges");
    assertThat(run(2, "bridge", "--config", config, "--listen", "8081").err())
        .contains("--listen is HOST:PORT");
    TestProcess beyond = new TestProcess().with("TOKEN", "s3");
    assertThat(beyond.run("bridge", "--config", config, "--state", state, "--listen", "0.0.0.0:0"))
        .isEqualTo(2);
    assertThat(beyond.err()).contains("the hook at /hooks/open has no 'verify'");
    assertThat(run(1, "bridge", "--config", config, "--state", state).err())
        .contains("signed", "TOKEN");
    assertThat(run(2, "bridge", "status", "--url", "http://127.0.0.1:1", "--state", state).err())
        .contains("--url and --state exclude each other");
    assertThat(run(1, "bridge", "status", "--state", folder.resolve("none").toString()).err())
        .contains("no bridges have run with the state in");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void helpNamesTheCommands() {
    assertThat(run(0, "bridge", "--help").out())
        .contains(List.of("--config", "--listen", "--state", "check", "status", "retry"));
  }
}
