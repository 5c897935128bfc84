package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.BrowserRules;
import dev.tocsin.http.Transport;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which hosts and which web pages are served.
class BrowserRulesTest {

  private static final Set<String> ORIGINS =
      Set.of("https://console.example", "http://10.0.0.7:3000");
  private static final Set<String> HOSTS = Set.of("hub.example", "my_service");

  private static final BrowserRules RULES = new BrowserRules(ORIGINS, HOSTS);
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(new GatewaySettings("127.0.0.1", 0, ORIGINS, HOSTS, Transport.AUTO));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static boolean serves(String host, String origin) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add("Host", host);
    if (origin != null) {
      headers.add("Origin", origin);
    }
    return RULES.fault(headers, null) == null;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost", "localhost:8080", "LocalHost", "localhost:", "127.0.0.1", "127.0.0.1:1",
        "10.1.2.3:65535", "0.0.0.0", "[::1]", "[::1]:8080", "[::]", "[2001:db8::1]:80",
        "[::ffff:127.0.0.1]", "hub.example", "HUB.example:8080", "my_service:8080",
      })
  void servesAddressesAndNamedHosts(String host) {
    assertThat(serves(host, null)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evil.example",
        "localhost.",
        "localhost.evil.example",
        "evil.localhost",
        "127.0.0.1.nip.io",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "256.0.0.1",
        "1.2.3",
        "::1",
        "::1:8080",
        "[::1",
        "[::1]x",
        "[::1]:x",
        "[evil]",
        "[127.0.0.1]",
        "[::1%25lo]",
        "[fe80::1%eth0]",
        "hub.example.",
        "a.hub.example",
        "localhost:8080:80",
        "localhost:-1",
        "localhost:999999",
        "localhost/x",
        "x@localhost",
        "localhost,evil",
        "localhost evil",
        "localhost#",
        "localhost?",
        "localhost\\",
        "http://localhost",
        "ſocalhost",
        "lo\u0441alhost",
      })
  void servesNoOtherHosts(String host) {
    assertThat(serves(host, null)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, http://localhost:8080",
    "LOCALHOST:8080, HTTP://localhost:8080",
    "localhost, http://localhost",
    "localhost, http://localhost:80",
    "localhost:80, http://localhost",
    "hub.example, https://hub.example",
    "hub.example:443, https://hub.example",
    "'[::1]:8080', 'http://[::1]:8080'",
    "127.0.0.1:8080, https://console.example",
    "127.0.0.1:8080, HTTPS://Console.Example",
    "localhost, http://10.0.0.7:3000",
  })
  void servesItsOwnPagesAndTheNamedOnes(String host, String origin) {
    assertThat(serves(host, origin)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, 'null'",
    "localhost:8080, ''",
    "localhost:8080, http://localhost",
    "localhost:8080, http://localhost:8081",
    "localhost:8080, http://127.0.0.1:8080",
    "localhost:8080, http://localhost.:8080",
    "localhost:8080, http://localhost:8080/",
    "localhost:8080, http://localhost:8080.evil.example",
    "localhost:8080, http://evil.example/http://localhost:8080",
    "localhost:8080, 'http://localhost:8080 http://evil.example'",
    "localhost:8080, localhost:8080",
    "localhost:8080, ftp://localhost:8080",
    "localhost:8080, file://",
    "localhost:8080, http://x@localhost:8080",
    "localhost:8080, https://console.example.evil.example",
    "localhost:8080, http://console.example",
    "localhost:8080, https://console.example:8443",
    "localhost:8080, http://10.0.0.7",
    "localhost:8080, chrome-extension://abcdef",
    "hub.example:80, https://hub.example",
    "localhost:443, http://localhost",
  })
  void servesNoOtherPages(String host, String origin) {
    assertThat(serves(host, origin)).isFalse();
  }

  @Test
  void refusesTheHiddenOriginEvenWhenItIsNamed() {
    BrowserRules rules = new BrowserRules(Set.of("null"), Set.of());
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add("Host", "localhost").add("Origin", "null");

    assertThat(rules.fault(headers, null)).isNotNull();
    assertThat(rules.corsOrigin(headers)).isNull();
  }

  @Test
  void refusesSeveralOrigins() {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add("Host", "localhost");
    headers.add("Origin", "http://localhost").add("Origin", "http://localhost");

    assertThat(RULES.fault(headers, null)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/healthz",
        "/readyz",
        "/api/v1/events",
        "/api/v1/catalog",
        "/api/v1/stats",
        "/ws/events",
        "/nothing",
        "/%zz",
        "*",
      })
  void guardsEveryPathAndMethod(String path) {
    for (String method : new String[] {"GET", "POST", "OPTIONS", "DELETE"}) {
      HttpAnswer page = server.ask(request(method, path, "", "Origin: http://evil.example"));
      assertThat(page.problem()).isEqualTo("403 forbidden");
      HttpRoutesTest.assertProblem(page);
      assertThat(page.headers()).doesNotContainKey("access-control-allow-origin");

      HttpAnswer rebound =
          server.ask(method + " " + path + " HTTP/1.1\r\nHost: evil.example:80\r\n\r\n");
      assertThat(rebound.problem()).isEqualTo("403 forbidden");
    }
  }

  @Test
  void takesAnOriginAsAPersonWritesIt() {
    GatewaySettings settings =
        new GatewaySettings(
            "127.0.0.1",
            0,
            Set.of("HTTPS://Console.example:443/", "http://a.example:80", "http://[::1]:8080/"),
            Set.of(),
            Transport.NIO);

    assertThat(settings.allowedOrigins())
        .containsExactlyInAnyOrder(
            "https://console.example", "http://a.example", "http://[::1]:8080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "null", "console.example", "https://a.example/path", "ftp://a"})
  void refusesWhatIsNoOrigin(String origin) {
    assertThatThrownBy(
            () -> new GatewaySettings("127.0.0.1", 0, Set.of(origin), Set.of(), Transport.NIO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + origin + "'");
  }

  @Test
  void allowsNamedPagesToReadAnswers() {
    HttpAnswer answer = server.ask(RawClient.get("/healthz", "Origin: https://console.example"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://console.example");
    assertThat(answer.header("vary")).isEqualTo("origin");
    assertThat(answer.headers()).doesNotContainKey("access-control-allow-credentials");
    HttpAnswer failure = server.ask(RawClient.get("/nothing", "Origin: https://console.example"));
    assertThat(failure.header("access-control-allow-origin")).isEqualTo("https://console.example");
  }

  @Test
  void answersThePreflightOfANamedPage() {
    HttpAnswer answer =
        server.ask(
            request(
                "OPTIONS",
                "/api/v1/events",
                "",
                "Origin: https://console.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type, idempotency-key"));

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://console.example");
    assertThat(answer.header("access-control-allow-methods")).contains("POST");
    assertThat(answer.header("access-control-allow-headers"))
        .containsIgnoringCase("content-type")
        .containsIgnoringCase("idempotency-key");
    assertThat(answer.headers()).doesNotContainKey("content-length");
  }

  @Test
  void saysNothingOfOtherOriginsUnlessAskedTo() {
    try (TestServer plain = TestServer.start()) {
      HttpAnswer own = plain.ask(RawClient.get("/healthz", "Origin: http://localhost"));
      HttpAnswer preflight =
          plain.ask(
              request(
                  "OPTIONS",
                  "/api/v1/events",
                  "",
                  "Origin: http://localhost",
                  "Access-Control-Request-Method: POST"));

      assertThat(own.status()).isEqualTo(200);
      assertThat(own.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
      assertThat(own.headers()).doesNotContainKey("vary");
      assertThat(preflight.status()).isEqualTo(204);
      assertThat(preflight.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }
  }

  @Test
  void letsANamedPageOpenASocket() {
    try (RawClient client = server.client()) {
      client.send(RawWebSocket.handshake("/ws/events", "Origin: https://console.example"));
      assertThat(client.answer().status()).isEqualTo(101);
    }
  }
}
