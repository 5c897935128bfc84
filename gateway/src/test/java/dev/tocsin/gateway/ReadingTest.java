package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.HttpLimits;
import org.junit.jupiter.api.Test;

/// When the server asks the socket for more, and when it does not: its only back-pressure.
class ReadingTest {

  private static final byte[] PING = RawWebSocket.textFrame("ping");
  private final StallingLog log = new StallingLog();

  @Test
  void aSocketIsNotReadWhileTooManyOfItsAnswersWait() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      assertThat(server.hasAskedForMore()).isTrue();
      assertThat(server.receive(PING).hasAskedForMore()).isTrue();

      server.takesOutput(false);
      // A client that lags can still say that it is alive.
      assertThat(server.receive(PING).hasAskedForMore()).isTrue();
      int pings = 1;
      while (server.receive(PING).hasAskedForMore()) {
        assertThat(pings++).isLessThan(HttpLimits.UNREAD_OUTPUT_BYTES / 40);
      }
      assertThat(pings).isGreaterThan(HttpLimits.UNREAD_OUTPUT_BYTES / 80);
      server.pass(30_000);
      assertThat(server.hasAskedForMore()).isFalse();

      server.takesOutput(true);
      assertThat(server.hasAskedForMore()).isTrue();
    }
  }

  /// Its pongs lie unread in the socket: that it says nothing is the server's doing.
  @Test
  void aSocketThatIsNotReadIsNotTakenForSilent() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.takesOutput(false);
      while (server.receive(PING).hasAskedForMore()) {
        // until it is not read any more
      }
      server.pass(3 * Limits.SILENCE_MILLIS);

      assertThat(server.isClosed()).isFalse();
      assertThat(server.said()).doesNotContain("connection.error");
    }
  }

  @Test
  void aSocketIsNotReadWhileTooManyOfItsActionsWait() {
    byte[] publish =
        RawWebSocket.textFrame("{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}");
    try (EmbeddedServer server = EmbeddedServer.webSocket(log, "?events=none")) {
      for (int i = 1; i < Limits.MAX_PENDING_ACTIONS; i++) {
        assertThat(server.receive(publish).hasAskedForMore()).isTrue();
      }
      assertThat(server.receive(publish).hasAskedForMore()).isFalse();

      log.let();
      assertThat(server.hasAskedForMore()).isTrue();
      for (int i = 1; i < Limits.MAX_PENDING_ACTIONS; i++) {
        log.let();
      }
    }
  }

  @Test
  void aSocketIsNotReadWhileTooMuchOfWhatItAskedForWaits() {
    byte[] publish =
        RawWebSocket.textFrame(
            "{\"action\":\"publish\",\"event\":" + TestServer.large("a", 60_000) + "}");
    try (EmbeddedServer server = EmbeddedServer.webSocket(log, "?events=none")) {
      int fitting = Limits.MAX_PENDING_BYTES / publish.length;
      for (int i = 0; i < fitting; i++) {
        assertThat(server.receive(publish).hasAskedForMore()).isTrue();
      }
      assertThat(server.receive(publish).hasAskedForMore()).isFalse();

      log.let();
      assertThat(server.hasAskedForMore()).isTrue();
      for (int i = 0; i < fitting; i++) {
        log.let();
      }
    }
  }

  @Test
  void aSocketThatIsBeingClosedIsReadToItsEnd() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.receive(RawWebSocket.frame(0x83, new byte[0])).hasAskedForMore();
      server.takesOutput(false);

      assertThat(server.receive(new byte[1_000]).hasAskedForMore()).isTrue();
    }
  }

  @Test
  void aRequestIsReadOnlyWhenTheOneBeforeIsAnswered() {
    try (EmbeddedServer server = new EmbeddedServer(log)) {
      server.hasAskedForMore();
      String event = post("/api/v1/events", TestServer.alert("a"));
      assertThat(server.receive(event + event).hasAskedForMore()).isFalse();
      log.let();
      assertThat(server.hasAskedForMore()).isFalse();
      log.let();

      assertThat(server.hasAskedForMore()).isTrue();
      assertThat(server.said()).containsSubsequence("201 Created", "201 Created");
    }
  }

  @Test
  void aStreamIsReadWhileItsLinesAreOnTheirWayAndNothingAfterItsEnd() {
    try (EmbeddedServer server = new EmbeddedServer(log)) {
      server.receive(
          request(
              "POST",
              "/api/v1/events",
              "",
              "Content-Type: application/x-ndjson",
              "Transfer-Encoding: chunked"));
      assertThat(server.hasAskedForMore()).isTrue();

      server.receive(chunk(TestServer.alert("a") + "\n" + TestServer.alert("b")));
      assertThat(server.hasAskedForMore()).isTrue();
      server.receive(chunk("\n") + "0\r\n\r\n");
      assertThat(server.hasAskedForMore()).isFalse();
      assertThat(server.said()).isEmpty();
      log.let();
      assertThat(server.hasAskedForMore()).isFalse();
      log.let();

      assertThat(server.said()).contains("\"accepted\":2");
      assertThat(server.hasAskedForMore()).isTrue();
    }
  }

  @Test
  void whatFollowsARefusalIsReadAndThrownAway() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.receive(request("POST", "/nothing", "", "Content-Length: 999999"));
      assertThat(server.said()).startsWith("HTTP/1.1 404");
      for (int i = 0; i < 20; i++) {
        assertThat(server.receive(new byte[60_000]).hasAskedForMore()).isTrue();
      }
      assertThat(server.said()).isEmpty();
    }
  }
}
