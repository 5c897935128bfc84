package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is no HTTP, and what one reader takes for another request than the next (smuggling).
class HttpFramingTest {

  private static final String HOST = "Host: localhost\r\n";
  private static final String POST =
      "POST /api/v1/events HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n";
  private static final String SMUGGLED = TestServer.alert("smuggled");

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> faults() {
    String chunked = "Transfer-Encoding: chunked\r\n";
    return Stream.of(
        Arguments.of("garbage", "\u0001\u0002\u0003\u0004\r\n\r\n", 400),
        Arguments.of("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", 400),
        Arguments.of("no version", "GET /healthz\r\n" + HOST + "\r\n", 400),
        Arguments.of("no target", "GET HTTP/1.1\r\n" + HOST + "\r\n", 400),
        Arguments.of("bad version", "GET /healthz HTTX/1.1\r\n" + HOST + "\r\n", 400),
        Arguments.of("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        Arguments.of("HTTP/3", "GET /healthz HTTP/3.0\r\n" + HOST + "\r\n", 505),
        Arguments.of("long line", "GET /" + "a".repeat(33_000) + " HTTP/1.1\r\n" + HOST, 414),
        Arguments.of("endless line", "GET /" + "a".repeat(40_000), 414),
        Arguments.of(
            "long header", "GET / HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(17_000) + "\r\n", 431),
        Arguments.of(
            "many headers",
            "GET / HTTP/1.1\r\n" + HOST + "X: aaaa\r\n".repeat(3_000) + "\r\n",
            431),
        Arguments.of("no colon", "GET / HTTP/1.1\r\n" + HOST + "X\r\n\r\n", 400),
        Arguments.of("space before colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
        Arguments.of("empty name", "GET / HTTP/1.1\r\n" + HOST + ": x\r\n\r\n", 400),
        Arguments.of("zero byte", "GET / HTTP/1.1\r\n" + HOST + "X: a\u0000b\r\n\r\n", 400),
        Arguments.of("bare LF", get("/healthz").replace("\r\n", "\n"), 400),
        Arguments.of("both lengths", POST + chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n", 400),
        Arguments.of("both, reversed", POST + "Content-Length: 5\r\n" + chunked + "\r\n", 400),
        Arguments.of("two lengths", POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        Arguments.of("length list", POST + "Content-Length: 5, 6\r\n\r\n", 400),
        Arguments.of("signed length", POST + "Content-Length: +5\r\n\r\nabcde", 400),
        Arguments.of("negative length", POST + "Content-Length: -5\r\n\r\n", 400),
        Arguments.of("hex length", POST + "Content-Length: 0x5\r\n\r\nabcde", 400),
        Arguments.of("spaced length", POST + "Content-Length: 1 1\r\n\r\n", 400),
        Arguments.of("huge length", POST + "Content-Length: 99999999999999999999\r\n\r\n", 400),
        Arguments.of("empty length", POST + "Content-Length: \r\n\r\n", 400),
        Arguments.of("chunked twice", POST + chunked + chunked + "\r\n0\r\n\r\n", 501),
        Arguments.of("not chunked last", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n", 501),
        Arguments.of("not chunked", POST + "Transfer-Encoding: identity\r\n\r\n", 501),
        Arguments.of("nearly chunked", POST + "Transfer-Encoding: xchunked\r\n\r\n", 501),
        Arguments.of(
            "chunked in an old request",
            "POST /api/v1/events HTTP/1.0\r\n" + HOST + chunked + "\r\n0\r\n\r\n",
            400),
        Arguments.of("chunk size of letters", POST + chunked + "\r\nxyz\r\n", 400),
        Arguments.of("chunk size signed", POST + chunked + "\r\n-1\r\nab", 400),
        Arguments.of("chunk size too large", POST + chunked + "\r\nfffffffff\r\nab", 400),
        Arguments.of("chunk size empty", POST + chunked + "\r\n\r\nab\r\n", 400),
        Arguments.of("chunk without its end", POST + chunked + "\r\n2\r\nabc\r\n0\r\n\r\n", 400),
        Arguments.of(
            "LF in a chunk extension", POST + chunked + "\r\n2;\nxx\r\nab\r\n0\r\n\r\n", 400),
        Arguments.of(
            "a WebSocket of a draft",
            "GET /ws/events HTTP/1.1\r\n"
                + HOST
                + "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n",
            400));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void refusesAndCloses(String name, String request, int status) {
    long before = server.hub.log().state().newest();
    try (RawClient client = server.client()) {
      // Whatever follows must not be taken for a request.
      client.trySend(
          (request + RawClient.post("/api/v1/events", SMUGGLED))
              .getBytes(StandardCharsets.ISO_8859_1));
      HttpAnswer answer = client.answer();

      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.error()).isEqualTo("invalid_message");
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
      assertThat(server.hub.log().state().newest()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: localhost\r\nHost: localhost\r\n",
        "",
        "Host: \r\n",
        "Host: a b\r\n",
        "Host: localhost, evil.example\r\n",
        "Host: user@localhost\r\n",
        "Host: localhost/x\r\n",
      })
  void wantsOneHost(String hosts) {
    HttpAnswer answer = server.ask("GET /api/v1/stats HTTP/1.1\r\n" + hosts + "\r\n");

    assertThat(answer.problem()).isEqualTo("403 forbidden");
  }

  @Test
  void takesRepeatedEqualLengthsForNoReason() {
    assertThat(server.ask(POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}").status())
        .isEqualTo(400);
  }

  @Test
  void skipsAnEmptyLineBetweenRequests() {
    try (RawClient client = server.client()) {
      client.send(get("/healthz") + "\r\n" + get("/readyz"));

      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void unfoldsAFoldedHeader() {
    assertThat(server.ask("GET /healthz HTTP/1.1\r\n" + HOST + "X: a\r\n b\r\n\r\n").status())
        .isEqualTo(200);
  }

  /// An upgrade to something else is passed over, and the connection goes on.
  @Test
  void passesOverOtherUpgrades() {
    try (RawClient client = server.client()) {
      client.send(
          get("/healthz", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c") + get("/readyz"));

      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  /// Bytes after a refused upgrade are no request: they could have been written by a web page.
  @Test
  void takesNothingAfterARefusedUpgrade() {
    try (RawClient client = server.client()) {
      client.send(
          RawClient.get(
                  "/ws/events",
                  "Connection: Upgrade",
                  "Upgrade: websocket",
                  "Sec-WebSocket-Version: 8")
              + RawClient.post("/api/v1/events", SMUGGLED));

      assertThat(client.answer().status()).isEqualTo(426);
      assertThat(client.isClosed()).isTrue();
    }
  }
}
