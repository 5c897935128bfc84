package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// The end of the server, in good order.
class StopTest {

  private static final Duration LIMIT = Duration.ofSeconds(8);

  private final StallingLog log = new StallingLog();
  private TestServer server = TestServer.start(log, Transport.AUTO);

  @AfterEach
  void close() {
    server.close();
  }

  /// Begins to stop; done when the server has stopped.
  private CompletableFuture<Void> stop() {
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> server.gateway.stop(LIMIT));
    while (!closedToNewcomers()) {
      Thread.onSpinWait();
    }
    return stopped;
  }

  private boolean closedToNewcomers() {
    try (RawClient client = server.client()) {
      return !client.trySend(new byte[0]);
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void deliversWhatWasAcceptedAndSaysGoodbye(Transport transport) {
    server.close();
    server = TestServer.start(transport);
    try (RawWebSocket one = server.socket("");
        RawWebSocket other = server.socket("?events=alert.*")) {
      for (int i = 0; i < 100; i++) {
        server.publish(TestServer.alert("a" + i));
      }
      long began = System.nanoTime();
      CompletableFuture<Void> stopped = stop();

      for (RawWebSocket socket : List.of(one, other)) {
        for (int i = 1; i <= 100; i++) {
          assertThat(socket.message().path("sequence").asLong()).isEqualTo(i);
        }
        JsonNode reconnect = socket.message();
        assertThat(reconnect.propertyNames()).containsExactly("action", "after_ms");
        assertThat(reconnect.path("action").asString()).isEqualTo("reconnect");
        assertThat(reconnect.path("after_ms").asInt()).isBetween(0, 60_000);
        assertThat(socket.frame().closeCode()).isEqualTo(1001);
        assertThat(socket.send(Frame.CLOSE, new byte[] {3, (byte) 0xE9}).rest()).isEmpty();
      }
      stopped.join();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void answersRequestsUnderWay() {
    try (RawClient client = server.client()) {
      client.send(post("/api/v1/events", TestServer.alert("a")) + get("/readyz"));
      awaitAppend();
      CompletableFuture<Void> stopped = stop();
      log.let();

      HttpAnswer answer = client.answer();
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
      client.finishSending();
      stopped.join();
    }
  }

  /// What has no time to end in order is closed all the same, with what it holds.
  @Test
  void leavesNothingOpenWhenTheTimeIsUp() {
    for (int round = 0; round < 50; round++) {
      TestServer hasty = TestServer.start();
      try (RawClient http = hasty.client();
          RawWebSocket socket = hasty.socket("?events=none")) {
        http.send("GET /api/v1");
        socket.client().send(new byte[] {(byte) 0x81});
        while (hasty.openConnections() < 2) {
          Thread.onSpinWait();
        }

        hasty.close();

        assertThat(hasty.openConnections()).isZero();
      }
    }
  }

  private void awaitAppend() {
    while (log.waiting() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void answersAnOpenStreamWithWhatItHasAccepted() {
    try (RawClient client = server.client()) {
      client.send(
          request(
                  "POST",
                  "/api/v1/events",
                  "",
                  "Content-Type: application/x-ndjson",
                  "Transfer-Encoding: chunked")
              + chunk(TestServer.alert("a") + "\n"));
      log.let();
      client.send(chunk(TestServer.alert("b") + "\n"));
      awaitAppend();
      CompletableFuture<Void> stopped = stop();
      log.let();

      HttpAnswer answer = client.answer();
      assertThat(answer.problem()).isEqualTo("503 unavailable");
      assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
      assertThat(answer.json().path("last_sequence").asLong()).isEqualTo(2);
      assertThat(client.isClosed()).isTrue();
      client.finishSending();
      stopped.join();
    }
  }

  @Test
  void doesNotWaitForTheRestOfABody() {
    try (EmbeddedServer embedded = new EmbeddedServer()) {
      String request = RawClient.post("/api/v1/events", TestServer.alert("a"));
      embedded.receive(request.substring(0, request.length() - 1));
      embedded.connections().goAway();

      assertThat(embedded.said()).startsWith("HTTP/1.1 503").contains("The server is going away");
    }
  }

  @Test
  void answersPublishesUnderWayBeforeItSaysGoodbye() {
    try (RawWebSocket socket = server.socket("?events=none")) {
      socket.say("{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}");
      socket.say("ping");
      awaitAppend();
      CompletableFuture<Void> stopped = stop();
      log.let();

      assertThat(socket.message().path("action").asString()).isEqualTo("published");
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");
      assertThat(socket.message().path("action").asString()).isEqualTo("reconnect");
      assertThat(socket.closeFrame().closeCode()).isEqualTo(1001);
      socket.client().finishSending();
      stopped.join();
      assertThat(log.state().newest()).isEqualTo(1);
    }
  }

  /// What waits behind the initial events has had no effect yet.
  @Test
  void doesNotWaitForTheBeginningOfASubscription() {
    server.close();
    server = TestServer.start();
    for (int i = 0; i < 400; i++) {
      server.publish(TestServer.large("a" + i, 40_000));
    }
    try (RawWebSocket socket = server.socket("?events=camera.*")) {
      socket.say("{\"action\":\"subscribe\",\"events\":[\"alert.*\"],\"latest\":true}");
      socket.say("ping");
      assertThat(socket.message().path("initial").asInt()).isEqualTo(400);
      CompletableFuture<Void> stopped = stop();

      JsonNode message = socket.message();
      while (message.path("initial").asBoolean(false)) {
        message = socket.message();
      }
      assertThat(message.path("action").asString("")).isEqualTo("reconnect");
      assertThat(socket.closeFrame().closeCode()).isEqualTo(1001);
      socket.client().finishSending();
      stopped.join();
    }
  }

  @Test
  void beginsNothingNewWhileItStops() {
    StallingLog stalling = new StallingLog();
    try (EmbeddedServer embedded = EmbeddedServer.webSocket(stalling, "?events=alert.*")) {
      String publish = "{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}";
      embedded.receive(RawWebSocket.textFrame(publish));
      embedded.connections().goAway();
      embedded.receive(RawWebSocket.textFrame(publish));
      assertThat(embedded.said()).isEmpty();
      assertThat(stalling.waiting()).isEqualTo(1);
      stalling.let();

      // The event itself comes before the end, too.
      assertThat(embedded.said())
          .containsSubsequence("published", "\"previous\":0}", "reconnect", "\u0003\u00e9");
    }
  }

  @Test
  void answersAStreamWhenItsLastPieceIsSafe() {
    StallingLog stalling = new StallingLog();
    try (EmbeddedServer embedded = new EmbeddedServer(stalling)) {
      embedded.receive(
          request(
                  "POST",
                  "/api/v1/events",
                  "",
                  "Content-Type: application/x-ndjson",
                  "Transfer-Encoding: chunked")
              + chunk(TestServer.alert("a") + "\n"));
      embedded.connections().goAway();
      assertThat(embedded.said()).isEmpty();
      stalling.let();

      assertThat(embedded.said())
          .contains("503 Service Unavailable", "\"accepted\":1", "\"last_sequence\":1");
    }
  }

  @Test
  void servesNobodyWhoComesWhileItStops() {
    try (EmbeddedServer embedded = new EmbeddedServer()) {
      embedded.context.http().beginToStop();
      embedded.channel.pipeline().fireChannelActive();

      assertThat(embedded.isClosed()).isTrue();
    }
  }

  @Test
  void letsAnIdleConnectionGoAndWaitsForAHeadThatIsComing() {
    try (RawClient idle = server.client();
        RawClient busy = server.client()) {
      assertThat(idle.ask(get("/readyz")).status()).isEqualTo(200);
      assertThat(busy.ask(get("/readyz")).status()).isEqualTo(200);
      String request = get("/readyz");
      busy.send(request.substring(0, 9));
      // Answered after it, so that the server has read the head's beginning.
      for (int i = 0; i < 20; i++) {
        server.ask(get("/healthz"));
      }
      CompletableFuture<Void> stopped = stop();

      assertThat(idle.isClosed()).isTrue();
      HttpAnswer answer = busy.ask(request.substring(9));
      assertThat(answer.problem()).isEqualTo("503 unavailable");
      assertThat(answer.header("connection")).isEqualTo("close");
      busy.finishSending();
      stopped.join();
    }
  }

  @Test
  void doesNotWaitForClientsBeyondItsLimit() {
    try (RawWebSocket deaf = server.socket("");
        RawClient slow = server.client()) {
      slow.send(post("/api/v1/events", TestServer.alert("a")));
      awaitAppend();
      long began = System.nanoTime();
      server.gateway.stop(Duration.ofMillis(300));

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
      assertThat(slow.isClosed()).isTrue();
      assertThat(deaf.closeFrame().closeCode()).isEqualTo(1001);
    }
  }

  @Test
  void canBeStoppedTwice() {
    server.gateway.stop(LIMIT);
    server.gateway.stop(LIMIT);

    assertThatThrownBy(() -> server.client().close()).isInstanceOf(UncheckedIOException.class);
  }
}
