package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens when nothing does. No test waits.
class TimeOutsTest {

  private static final String STREAM =
      request(
          "POST",
          "/api/v1/events",
          "",
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked");

  @Test
  void closesAConnectionThatSaysNothing() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      assertThat(server.pass(10_000).isClosed()).isFalse();
      assertThat(server.pass(1_000).isClosed()).isTrue();
      assertThat(server.said()).isEmpty();
    }
  }

  @Test
  void doesNotWaitForASlowHead() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      for (int i = 0; i < 10; i++) {
        server.receive("GET /".substring(i % 5, i % 5 + 1)).pass(1_000);
      }
      assertThat(server.isClosed()).isFalse();
      server.receive("x").pass(1_000);

      assertThat(server.said())
          .startsWith("HTTP/1.1 408 Request Timeout")
          .contains("request_timeout");
      assertThat(server.pass(2_000).isClosed()).isTrue();
    }
  }

  @Test
  void keepsAConnectionLongerThanAProxyDoes() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      assertThat(server.receive(get("/healthz")).said()).startsWith("HTTP/1.1 200");
      assertThat(server.pass(74_000).isClosed()).isFalse();
      assertThat(server.receive(get("/healthz")).said()).startsWith("HTTP/1.1 200");
      assertThat(server.pass(75_000).isClosed()).isFalse();
      assertThat(server.pass(1_000).isClosed()).isTrue();
      assertThat(server.said()).isEmpty();
    }
  }

  @Test
  void doesNotWaitForASlowBody() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.receive(post("/api/v1/events", TestServer.alert("a")).replaceFirst("}}$", ""));
      server.pass(25_000).receive("}").pass(30_000);
      assertThat(server.said()).isEmpty();
      server.pass(1_000);

      assertThat(server.said()).startsWith("HTTP/1.1 408").contains("connection: close");
      assertThat(server.hub.log().state().newest()).isZero();
    }
  }

  @Test
  void saysWhatBecameOfAStreamThatStalls() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.receive(
          STREAM + chunk(TestServer.alert("a") + "\n\n" + TestServer.alert("b") + "\n{\"ty"));
      server.pass(31_000);

      assertThat(server.said())
          .startsWith("HTTP/1.1 408")
          .contains("\"accepted\":2,", "\"last_sequence\":2,", "\"next_line\":4}");
    }
  }

  @Test
  void saysWhatBecameOfAStreamThatBreaksOff() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.receive(STREAM + chunk(TestServer.alert("a") + "\n") + "ZZ\r\n");

      assertThat(server.said())
          .startsWith("HTTP/1.1 400")
          .contains("\"error\":\"invalid_message\"", "\"accepted\":1,", "\"next_line\":2}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x-ndjson"})
  void answersABodyThatEndsTooEarly(String type) {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.receive(
          request("POST", "/api/v1/events", "", "Content-Type: " + type, "Content-Length: 5000")
              + TestServer.alert("a")
              + "\n");
      server.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

      assertThat(server.said()).startsWith("HTTP/1.1 400").contains("The body ends too early");
      assertThat(server.pass(3_000).isClosed()).isTrue();
      assertThat(server.hub.log().state().newest()).isEqualTo(type.contains("ndjson") ? 1 : 0);
    }
  }

  @Test
  void waitsForTheLogAsLongAsItTakes() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer server = new EmbeddedServer(log)) {
      server.receive(post("/api/v1/events", TestServer.alert("a"))).pass(300_000);
      assertThat(server.said()).isEmpty();
      log.let();

      assertThat(server.said()).startsWith("HTTP/1.1 201");
      assertThat(server.isClosed()).isFalse();
    }
  }

  /// A producer that was not read could not send: his time begins anew.
  @Test
  void doesNotBlameAProducerForASlowLog() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer server = new EmbeddedServer(log)) {
      server.receive(STREAM + RawClient.chunk(TestServer.alert("a") + "\n")).pass(100_000);
      log.let();
      server.pass(25_000);
      assertThat(server.said()).isEmpty();

      server.receive(RawClient.chunk(TestServer.alert("b") + "\n") + "0\r\n\r\n");
      log.let();
      assertThat(server.said()).startsWith("HTTP/1.1 200").contains("\"accepted\":2");
    }
  }

  /// An hour in which the process was stopped is nobody's silence.
  @Test
  void throwsNobodyOutAfterAStandstill() {
    try (EmbeddedServer webSocket = EmbeddedServer.webSocket("?events=none");
        EmbeddedServer head = new EmbeddedServer();
        EmbeddedServer body = new EmbeddedServer();
        EmbeddedServer kept = new EmbeddedServer()) {
      webSocket.pass(50_000);
      head.receive("GET /heal").pass(7_000);
      body.receive(post("/api/v1/events", TestServer.alert("a")).replaceFirst("}}$", ""))
          .pass(27_000);
      kept.receive(get("/healthz")).pass(70_000);
      kept.said();

      webSocket.standStill(3_600_000).receive(RawWebSocket.textFrame("ping"));
      assertThat(webSocket.pass(50_000).said()).doesNotContain("connection.error");
      assertThat(
              head.standStill(3_600_000).receive("thz HTTP/1.1\r\nHost: a.example\r\n\r\n").said())
          .startsWith("HTTP/1.1 403");
      assertThat(body.standStill(3_600_000).receive("}}").said()).startsWith("HTTP/1.1 201");
      assertThat(kept.standStill(3_600_000).receive(get("/healthz")).said())
          .startsWith("HTTP/1.1 200");
    }
    assertThat(RecordedLogs.take())
        .filteredOn(line -> line.contains("did not run for a while"))
        .hasSize(4);
  }

  @Test
  void sendsAHeartbeat() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.publish(TestServer.alert("a"));
      server.pass(24_000);
      assertThat(server.said()).isEmpty();
      server.pass(1_000);

      assertThat(server.said())
          .startsWith("\u0089\u0000\u0081")
          .contains("{\"type\":\"ping\",\"timestamp\":\"2026-03-04T05:06:07Z\",\"sequence\":1}");
      server.pass(24_000);
      assertThat(server.said()).isEmpty();
      assertThat(server.pass(1_000).said()).contains("\"type\":\"ping\"");
    }
  }

  @Test
  void closesASocketFromWhichNothingComes() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.pass(60_000);
      server.said();
      server.pass(1_000);

      String said = server.said();
      assertThat(said)
          .contains("{\"type\":\"connection.error\",\"payload\":{\"error\":\"heartbeat_timeout\"");
      assertThat(said.substring(said.indexOf('\u0088'))).contains("\u0011\u009c");
      assertThat(server.isClosed()).isFalse();
      assertThat(server.pass(2_000).isClosed()).isTrue();
      assertThat(server.context.http().openConnections()).isZero();
    }
  }

  @Test
  void takesAnyFrameForASignOfLife() {
    byte[][] signs = {
      RawWebSocket.frame(Frame.PONG, new byte[0]),
      RawWebSocket.frame(Frame.PING, new byte[0]),
      RawWebSocket.textFrame("{\"type\":\"pong\"}"),
      RawWebSocket.textFrame("{"),
      new byte[] {(byte) 0x81},
    };
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      for (byte[] sign : signs) {
        server.pass(59_000).receive(sign);
      }
      assertThat(server.pass(60_000).isClosed()).isFalse();
      assertThat(server.said()).doesNotContain("connection.error");
    }
  }

  /// A client that is not read because the log is slow is not silent.
  @Test
  void doesNotBlameAClientForASlowLog() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer server = EmbeddedServer.webSocket(log, "?events=none")) {
      String publish = "{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}";
      for (int i = 0; i < Limits.MAX_PENDING_ACTIONS; i++) {
        server.receive(RawWebSocket.textFrame(publish));
      }
      server.pass(100_000);
      assertThat(server.said()).doesNotContain("connection.error");

      for (int i = 0; i < Limits.MAX_PENDING_ACTIONS; i++) {
        log.let();
      }
      assertThat(server.said()).contains("\"action\":\"published\",\"sequence\":256}");
      assertThat(server.pass(50_000).said()).doesNotContain("connection.error");
      assertThat(server.pass(11_000).said()).contains("heartbeat_timeout");
    }
  }

  @Test
  void waitsTwoSecondsForTheEndOfARefusedClient() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("")) {
      server.receive(RawWebSocket.frame(Frame.BINARY, new byte[3]));
      assertThat(server.said()).startsWith("\u0088");
      server.receive(RawWebSocket.textFrame("ping"));
      server.pass(1_000);
      assertThat(server.said()).isEmpty();
      assertThat(server.isClosed()).isFalse();
      assertThat(server.pass(1_000).isClosed()).isTrue();
    }
  }
}
