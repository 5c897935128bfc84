package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.http.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server has for browsers: the client, the console, and the way to it.
class WebPagesTest {

  private static final Path CONSOLE = Path.of("src/main/console");

  private static GatewaySettings allowing(String origin) {
    return new GatewaySettings(
        "127.0.0.1",
        0,
        Set.of(origin),
        Set.of(),
        Transport.AUTO,
        1,
        Duration.ofMinutes(1),
        DeflateSettings.OFF,
        TestAuthenticator.settings(new TestAuthenticator()),
        null,
        true,
        null,
        Hooks.NONE);
  }

  static List<String> files() {
    try (Stream<Path> all = Files.walk(CONSOLE)) {
      return all.filter(Files::isRegularFile)
          .map(file -> CONSOLE.relativize(file).toString())
          .map(name -> name.equals("index.html") ? "" : name)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Also where everything else takes a credential.
  @ParameterizedTest
  @MethodSource("files")
  void everyFileOfTheConsoleIsServedToAnybody(String name) throws IOException {
    try (TestServer server = TestServer.start(allowing("http://app.example"))) {
      HttpAnswer answer = server.ask(get("/console/" + name));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body())
          .isEqualTo(Files.readAllBytes(CONSOLE.resolve(name.isEmpty() ? "index.html" : name)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lib/preact/preact.module.js",
        "lib/preact/LICENSE",
        "lib/uplot/uPlot.esm.js",
        "lib/uplot/uPlot.min.css",
        "lib/uplot/LICENSE"
      })
  void itsLibrariesComeWithTheirLicences(String name) {
    try (TestServer server = TestServer.start()) {
      assertThat(server.ask(get("/console/" + name)).status()).isEqualTo(200);
    }
  }

  @Test
  void nothingCanBeAddedToAPageFromOutside() {
    try (TestServer server = TestServer.start()) {
      HttpAnswer page = server.ask(get("/console/"));

      assertThat(page.header("content-security-policy"))
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "http:", "https:", "*", "data:");
      assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
      assertThat(page.header("x-frame-options")).isEqualTo("DENY");
      assertThat(page.header("cache-control")).isEqualTo("no-cache");
      assertThat(page.text())
          .doesNotContain("style=", "<style", "<script>", "onload", "http:", "https:", "//");
    }
  }

  @Test
  void aBrowserIsLedToTheConsole() {
    try (TestServer server = TestServer.start()) {
      HttpAnswer led = server.ask(get("/", "Accept: text/html,*/*;q=0.8"));

      assertThat(led.status()).isEqualTo(302);
      assertThat(led.header("location")).isEqualTo("/console/");
      assertThat(server.ask(get("/console")).header("location")).isEqualTo("/console/");
      assertThat(server.ask(get("/", "Accept: */*")).problem()).isEqualTo("404 not_found");
      assertThat(server.ask(get("/nowhere")).text())
          .contains("/console/")
          .doesNotContain("main.js");
    }
  }

  @Test
  void aServerCanDoWithoutAConsole() {
    try (TestServer server =
        TestServer.start(TestServer.settings(Transport.AUTO).withConsole(false))) {
      assertThat(server.ask(get("/", "Accept: text/html")).problem()).isEqualTo("404 not_found");
      assertThat(server.ask(get("/console/")).problem()).isEqualTo("404 not_found");
      assertThat(server.ask(get("/console/main.js")).problem()).isEqualTo("404 not_found");
      assertThat(server.ask(get("/client/tocsin.js")).status()).isEqualTo(200);
    }
  }

  /// `import { connect } from "https://hub.example/client/tocsin.js"` of a page that the operator named.
  @Test
  void theClientIsTheFileThatNpmHasAlsoForPagesFromElsewhere() throws IOException {
    try (TestServer server = TestServer.start(allowing("http://app.example"))) {
      for (String name : List.of("tocsin.js", "tocsin.d.ts")) {
        HttpAnswer answer = server.ask(get("/client/" + name, "Origin: http://app.example"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("http://app.example");
        assertThat(answer.body()).isEqualTo(Files.readAllBytes(Path.of("../clients/js", name)));
      }
      assertThat(server.ask(get("/client/tocsin.js")).header("content-type"))
          .isEqualTo("text/javascript; charset=utf-8");
      assertThat(server.ask(get("/client/tocsin.js", "Origin: http://other.example")).problem())
          .isEqualTo("403 forbidden");
      assertThat(
              server
                  .ask(
                      request(
                          "OPTIONS",
                          "/client/tocsin.js",
                          "",
                          "Origin: http://app.example",
                          "Access-Control-Request-Method: GET"))
                  .header("access-control-allow-methods"))
          .contains("GET");
    }
  }

  /// A cache must not give a page of one origin what was meant for another, nor gzip to who cannot read it.
  @Test
  void cachesAreToldWhatTheAnswerDependsOn() {
    try (TestServer server = TestServer.start(allowing("http://app.example"));
        var client = server.client()) {
      String head =
          client.send(request("HEAD", "/client/tocsin.js", "", "Connection: close")).rest();

      assertThat(head.toLowerCase(java.util.Locale.ROOT))
          .contains("vary: accept-encoding\r\n")
          .contains("vary: origin\r\n");
    }
  }
}
