package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that asks who its clients are, as its operator meets it.
class ServeAccessTest {

  private static final Pattern KEY = Pattern.compile("tocsin_[a-z0-9]+_[A-Za-z0-9_-]{43}");

  private final TestProcess process = new TestProcess();
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path folder;

  @AfterEach
  void stop() throws Exception {
    process.interrupt();
    http.close();
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private TestProcess serve(String... options) throws InterruptedException {
    String[] all = new String[options.length + 5];
    List.of("serve", "--port", "0", "--data", data()).toArray(all);
    System.arraycopy(options, 0, all, 5, options.length);
    process.start(all);
    process.url();
    return process;
  }

  private int port() throws InterruptedException {
    return URI.create(process.url()).getPort();
  }

  /// The status of what a client gets.
  private int stats(@Nullable String key) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/api/v1/stats"));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private String newKey(String... options) {
    TestProcess maker = new TestProcess();
    String[] all = new String[options.length + 5];
    List.of("key", "new", "somebody", "--data", data()).toArray(all);
    System.arraycopy(options, 0, all, 5, options.length);
    assertThat(maker.run(all)).as(maker.err()).isZero();
    return maker.out().strip();
  }

  private void awaitStats(String key, int status) throws IOException, InterruptedException {
    long end = System.nanoTime() + 5_000_000_000L;
    while (stats(key) != status && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    assertThat(stats(key)).isEqualTo(status);
  }

  @Test
  void beyondLoopbackTheFirstKeyIsMadeAndShownOnce() throws Exception {
    serve("--host", "0.0.0.0").awaitErr(err -> err.contains("in the clear"));
    Matcher key = KEY.matcher(process.err());

    assertThat(key.find()).isTrue();
    assertThat(process.err())
        .contains("TOCSIN_KEY=" + key.group() + " tocsin tail --url http://")
        .doesNotContain("--insecure");
    assertThat(process.out()).doesNotContain("tocsin_");
    assertThat(stats(null)).isEqualTo(401);
    assertThat(stats(key.group())).isEqualTo(200);
    Path file = folder.resolve("data/keys.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).doesNotContain(key.group());

    assertThat(process.interrupt()).isZero();
    TestProcess again = new TestProcess();
    again.start("serve", "--port", "0", "--data", data(), "--host", "0.0.0.0");
    again.awaitErr(err -> err.contains("in the clear"));
    assertThat(again.err()).doesNotContain("tocsin_");
    assertThat(again.interrupt()).isZero();
  }

  private String issuersKeys() throws IOException {
    return Files.writeString(
            folder.resolve("issuer.json"),
            "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"" + "A".repeat(43) + "\"}")
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--jwt-keys ISSUER", "--trust-proxy 10.0.0.1 --proxy-user-header X-User"})
  void beyondLoopbackTheFirstKeyIsMadeWhateverElseMayBeShown(String way) throws Exception {
    List<String> options = new ArrayList<>(List.of("--host", "0.0.0.0"));
    options.addAll(List.of(way.replace("ISSUER", issuersKeys()).split(" ")));
    serve(options.toArray(new String[0])).awaitErr(err -> err.contains("in the clear"));
    Matcher key = KEY.matcher(process.err());

    assertThat(key.find()).isTrue();
    assertThat(process.err())
        .contains("TOCSIN_KEY=" + key.group() + " tocsin tail --url http://")
        .doesNotContain("no key was made");
    assertThat(stats(key.group())).isEqualTo(200);
  }

  @Test
  void whereOthersComeInWithoutTheServerRunsAlsoWhenNoKeyCanBeMade() throws Exception {
    Files.createDirectories(folder.resolve("k/.keys.json.lock"));
    serve(
            "--host",
            "0.0.0.0",
            "--keys",
            folder.resolve("k/keys.json").toString(),
            "--jwt-keys",
            issuersKeys())
        .awaitErr(err -> err.contains("in the clear"));

    assertThat(process.err()).contains("note: no key was made for you: cannot write ");
    assertThat(KEY.matcher(process.err()).find()).isFalse();
    assertThat(stats(null)).isEqualTo(401);
  }

  @Test
  void tailOfAKeyThatIsRevokedSaysSoAtOnce() throws Exception {
    String key = newKey();
    serve();
    String url = "http://127.0.0.1:" + port();
    TestProcess tail = new TestProcess().with("TOCSIN_KEY", key);
    tail.start("tail", "--since", "0", "--url", url);
    assertThat(
            new TestProcess()
                .with("TOCSIN_KEY", key)
                .run("publish", "alert.deleted", "--payload", "{\"id\":\"a\"}", "--url", url))
        .isZero();
    tail.awaitOut(lines -> !lines.isEmpty());

    assertThat(new TestProcess().run("key", "revoke", key.split("_", 3)[1], "--data", data()))
        .isZero();

    assertThat(tail.exitCode()).isEqualTo(Main.FAILURE);
    assertThat(tail.err())
        .contains("closed for good", "has expired or was revoked")
        .doesNotContain("trying again")
        .doesNotContain(key);
  }

  @Test
  void tailWithoutACredentialIsToldWhatTheServerMayBeWaitingFor() throws Exception {
    newKey();
    serve();
    TestProcess tail = new TestProcess();
    tail.start("tail", "--url", "http://127.0.0.1:" + port());

    tail.awaitErr(err -> err.contains("--key FILE, or TOCSIN_KEY"));

    assertThat(tail.err()).contains("one that asks for a credential, and was given none");
    assertThat(tail.interrupt()).isZero();
  }

  @Test
  void aRunningServerFollowsItsKeys() throws Exception {
    String first = newKey();
    serve();
    assertThat(stats(first)).isEqualTo(200);
    String second = newKey("--subscribe", "alert.*");
    awaitStats(second, 403);

    String id = first.split("_", 3)[1];
    assertThat(new TestProcess().run("key", "revoke", id, "--data", data())).isZero();
    awaitStats(first, 401);
  }

  @Test
  void onLoopbackNobodyIsAskedWithoutAWayToAuthenticate() throws Exception {
    serve();
    assertThat(stats(null)).isEqualTo(200);
    assertThat(process.err()).doesNotContain("warning");
  }

  @Test
  void saysThatItAsksAndThatOthersCanReadTheKeys() throws Exception {
    newKey();
    Path file = folder.resolve("data/keys.json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    serve().awaitErr(err -> err.contains("everybody is asked for a credential"));

    assertThat(process.err()).contains("others on this machine can read " + file, "chmod 600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--roles roles.json",
        "--trust-proxy 127.0.0.1 --proxy-user-header X:User",
        "--trust-proxy 127.0.0.1 --proxy-user-header X-User --proxy-roles-header R(s)",
      })
  void whatCanNeverMeanAnythingIsWrongUse(String options) {
    List<String> all = new ArrayList<>(List.of("serve", "--port", "0", "--memory"));
    all.addAll(List.of(options.split(" ")));

    assertThat(process.run(all.toArray(new String[0]))).isEqualTo(2);
    assertThat(process.err())
        .containsAnyOf("nobody is asked who he is here", "is the name of a header")
        .doesNotContain("\tat ");
  }

  @Test
  void severalProxiesMayStandInOneListWithBlanks() throws Exception {
    serve("--trust-proxy", "192.0.2.1, 127.0.0.1", "--proxy-user-header", "X-User");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/api/v1/catalog"))
            .header("X-User", "ada")
            .build();

    assertThat(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void saysThatThereIsNoKeyYet() throws Exception {
    serve("--keys", folder.resolve("k.json").toString()).awaitErr(err -> err.contains("key new"));
    assertThat(stats(null)).isEqualTo(401);
  }

  @Test
  void insecureIsToldAndRefusedWhereThereAreKeys() throws Exception {
    serve("--host", "0.0.0.0", "--insecure").awaitErr(err -> err.contains("--insecure"));
    assertThat(stats(null)).isEqualTo(200);
    assertThat(process.err()).contains("can read and publish everything");
    assertThat(process.interrupt()).isZero();

    newKey();
    TestProcess refused = new TestProcess();
    assertThat(refused.run("serve", "--port", "0", "--data", data(), "--insecure"))
        .isEqualTo(Main.WRONG_USE);
    assertThat(refused.err()).contains("keys.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "nonsense",
        "{\"keys\":[{\"id\":\"a\"}]}",
        "{\"keys\":[{\"id\":\"a\",\"name\":\"b\",\"sha256\":\"zz\",\"grants\":{}}]}"
      })
  void aBrokenFileOfKeysIsASentence(String content) throws Exception {
    Path file = Files.writeString(folder.resolve("broken.json"), content);

    assertThat(process.run("serve", "--port", "0", "--data", data(), "--keys", file.toString()))
        .isEqualTo(Main.FAILURE);
    assertThat(process.err())
        .startsWith("tocsin: ")
        .contains("broken.json")
        .doesNotContain("\tat ");
  }

  @Test
  void theAuditLogTellsWhatHappenedAndNoSecret() throws Exception {
    Path audit = folder.resolve("audit.log");
    String key = newKey("--subscribe", "alert.*");
    serve("--audit-log", audit.toString());
    stats(key);
    stats("tocsin_abc_" + "x".repeat(43));
    await(audit, "credential_accepted", "credential_refused");
    Files.move(audit, folder.resolve("audit.log.1"));
    String other = newKey();
    await(audit, "key_made");

    String all = Files.readString(audit) + Files.readString(folder.resolve("audit.log.1"));
    assertThat(all)
        .contains("\"name\":\"somebody\"", "\"address\":\"127.0.0.1\"", "\"time\":\"")
        .doesNotContain(key, other, "xxxx");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(audit)))
        .isEqualTo("rw-------");
    assertThat(all.lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
  }

  private static void await(Path file, String... words) throws Exception {
    long end = System.nanoTime() + 8_000_000_000L;
    while (System.nanoTime() < end && !(Files.exists(file) && hasAll(file, words))) {
      Thread.sleep(50);
    }
    assertThat(Files.readString(file)).contains(words);
  }

  private static boolean hasAll(Path file, String... words) throws IOException {
    String text = Files.readString(file);
    return List.of(words).stream().allMatch(text::contains);
  }

  @Test
  void anAuditLogThatCannotBeWrittenIsASentence() {
    assertThat(
            process.run(
                "serve", "--port", "0", "--data", data(), "--audit-log", folder + "/none/audit"))
        .isEqualTo(Main.FAILURE);
    assertThat(process.err()).startsWith("tocsin: --audit-log").doesNotContain("\tat ");
  }
}
