package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawWebSocket.handshake;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// From HTTP to the first message.
class WebSocketHandshakeTest {

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    server.publish(TestServer.alert("before"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void beginsWithTheConnectionAndThePosition(Transport transport) {
    try (TestServer mine = TestServer.start(transport)) {
      mine.publish(TestServer.alert("a"));
      mine.publish(TestServer.alert("b"));
      try (RawWebSocket socket = mine.socket("")) {
        JsonNode first = socket.established();

        assertThat(first.propertyNames()).containsExactly("type", "payload", "timestamp");
        assertThat(first.path("payload").propertyNames())
            .containsExactly("connection_id", "timestamp", "epoch", "sequence", "catalog");
        assertThat(first.path("payload").path("connection_id").asString()).isNotEmpty();
        assertThat(first.path("payload").path("epoch").asString()).isEqualTo("epoch-1");
        assertThat(first.path("payload").path("sequence").asLong()).isEqualTo(2);
        assertThat(first.path("timestamp").asString())
            .isEqualTo(TestServer.CLOCK.instant().toString());

        mine.publish(TestServer.job(1));
        assertThat(socket.message().path("sequence").asLong()).isEqualTo(3);
      }
    }
  }

  @Test
  void tellsEachConnectionAnIdOfItsOwn() {
    try (RawWebSocket one = server.socket("");
        RawWebSocket other = server.socket("")) {
      assertThat(one.established().path("payload").path("connection_id"))
          .isNotEqualTo(other.established().path("payload").path("connection_id"));
    }
  }

  @Test
  void subscribesFromTheFirstByte() {
    try (RawWebSocket socket = server.socket("?events=ALERT.*,job.progress")) {
      server.publish(
          "{\"type\":\"event.deleted\",\"payload\":{\"id\":1,\"event_id\":1,"
              + "\"deleted_at\":\"2026-01-01T00:00:00Z\",\"reason\":\"x\"}}");
      long sequence = server.publish(TestServer.alert("a"));

      JsonNode event = socket.message();

      assertThat(event.path("sequence").asLong()).isEqualTo(sequence);
      assertThat(event.path("previous").asLong()).isLessThanOrEqualTo(socket.position());
    }
  }

  @Test
  void takesSeveralListsAndEscapes() {
    String pattern = URLEncoder.encode("job.[!x]*", StandardCharsets.UTF_8);
    try (RawWebSocket socket =
        server.socket("?events=camera.%2A&events=" + pattern + "&events=a;b")) {
      long sequence = server.publish(TestServer.job(1));
      server.publish(TestServer.alert("a"));

      assertThat(socket.message().path("sequence").asLong()).isEqualTo(sequence);
      assertThat(socket.ask("{\"action\":\"unsubscribe\"}").path("events").toString())
          .isEqualTo("[\"camera.*\",\"job.[!x]*\",\"a;b\"]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?events=",
        "?event=alert.*",
        "?events=alert.*,,job.*",
        "?events=%5Babc",
        "?events=%zz",
        "?events",
        "?since=x",
        "?since=-1",
        "?since=1.5",
        "?since=99999999999999999999",
      })
  void refusesBadValuesBeforeTheUpgrade(String query) {
    HttpAnswer answer = server.ask(handshake("/ws/events" + query));

    assertThat(answer.problem()).isEqualTo("400 invalid_query");
    HttpRoutesTest.assertProblem(answer);
  }

  @Test
  void refusesPatternsThatAreTooLongOrTooMany() {
    String longest = "a".repeat(256);
    assertThat(server.ask(handshake("/ws/events?events=" + longest + "a")).status()).isEqualTo(400);
    assertThat(server.ask(handshake("/ws/events?events=" + patterns(257))).status()).isEqualTo(400);
    try (RawWebSocket socket = server.socket("?events=" + patterns(255) + "," + longest)) {
      assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
    }
  }

  private static String patterns(int count) {
    StringBuilder patterns = new StringBuilder("p0");
    for (int i = 1; i < count; i++) {
      patterns.append(",p").append(i);
    }
    return patterns.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: y",
        "Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: K",
        "Connection: Upgrade|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: K",
        "Connection: Upgrade|Upgrade: h2c|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: K",
        "Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 8|Sec-WebSocket-Key: K",
        "Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: K",
      })
  void asksForTheUpgrade(String headers) {
    String lines = headers.replace(": K", ": " + RawWebSocket.KEY).replace("|", "\r\n");
    HttpAnswer answer = server.ask(RawClient.get("/ws/events", lines));

    assertThat(answer.problem()).isEqualTo("426 upgrade_required");
    assertThat(answer.header("upgrade")).isEqualTo("websocket");
    assertThat(answer.header("sec-websocket-version")).isEqualTo("13");
    HttpRoutesTest.assertProblem(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: y",
        "Sec-WebSocket-Key:",
        "Sec-WebSocket-Key: abc",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: ====",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=",
      })
  void wantsOneKeyOfSixteenBytesAndOneVersion(String key) {
    String request =
        RawClient.get(
            "/ws/events",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            key.replace("|", "\r\n"));

    assertThat(server.ask(request).problem()).isEqualTo("400 invalid_message");
  }

  @Test
  void wantsGet() {
    String request = handshake("/ws/events").replace("GET", "POST");

    assertThat(server.ask(request).problem()).isEqualTo("405 method_not_allowed");
  }

  @Test
  void wantsHttpOfToday() {
    String request = handshake("/ws/events").replace("HTTP/1.1", "HTTP/1.0");

    assertThat(server.ask(request).status()).isEqualTo(426);
  }

  @Test
  void refusesAForeignPageBeforeTheUpgrade() {
    assertThat(server.ask(handshake("/ws/events", "Origin: http://evil.example")).problem())
        .isEqualTo("403 forbidden");
    assertThat(server.ask(handshake("/ws/events", "Origin: null")).problem())
        .isEqualTo("403 forbidden");
  }

  @Test
  void takesHeadersAsBrowsersWriteThem() {
    try (RawClient client = server.client()) {
      client.send(
          RawClient.get(
              "/ws/events?",
              "Connection: keep-alive, Upgrade",
              "Upgrade: WebSocket",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: " + RawWebSocket.KEY,
              "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
              "Sec-WebSocket-Protocol: chat",
              "Origin: http://localhost",
              "Pragma: no-cache"));
      HttpAnswer answer = client.answer();

      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.header("sec-websocket-extensions")).startsWith("permessage-deflate;");
      assertThat(answer.headers()).doesNotContainKeys("sec-websocket-protocol");
    }
  }

  @Test
  void refusesExtensionsThatCannotBeRead() {
    assertThat(server.ask(handshake("/ws/events", "Sec-WebSocket-Extensions: a; =")).problem())
        .isEqualTo("400 invalid_message");
  }

  @Test
  void takesFramesThatCameWithTheHandshake() {
    try (RawClient client = server.client()) {
      client.send(
          (handshake("/ws/events?events=alert.*")
                  + new String(
                      RawWebSocket.textFrame("{\"action\":\"ping\",\"id\":1}"),
                      StandardCharsets.ISO_8859_1)
                  + new String(RawWebSocket.textFrame("ping"), StandardCharsets.ISO_8859_1)
                      .substring(0, 3))
              .getBytes(StandardCharsets.ISO_8859_1));
      RawWebSocket socket = RawWebSocket.opened(client);

      assertThat(socket.message().path("id").asInt()).isEqualTo(1);
      byte[] ping = RawWebSocket.textFrame("ping");
      client.send(Arrays.copyOfRange(ping, 3, ping.length));
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    }
  }

  @Test
  void upgradesAfterOtherRequests() {
    try (RawClient client = server.client()) {
      client.send(
          RawClient.get("/healthz")
              + RawClient.post("/api/v1/events", TestServer.alert("a"))
              + handshake("/ws/events"));
      assertThat(client.answer().status()).isEqualTo(200);
      long sequence = client.answer().json().path("sequence").asLong();

      assertThat(RawWebSocket.opened(client).position()).isGreaterThanOrEqualTo(sequence);
    }
  }
}
