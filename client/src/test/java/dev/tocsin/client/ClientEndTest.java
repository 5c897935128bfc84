package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What is left of a client that was closed, and what would end its connections.
@Timeout(60)
class ClientEndTest {

  private static final CameraEnabledPayload ENABLED =
      new CameraEnabledPayload("c", new Timestamp("2026-01-09T12:00:00Z"));
  private static final String HALF_A_PAIR = "\ud800";

  private final Recorder recorder = new Recorder();
  private final Set<Thread> before = threads();
  private TinyWebSocketServer server;

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }

  private TocsinClient client() {
    return new TocsinClient(ClientOptions.of(server.uri()), recorder);
  }

  private Peer connected(TocsinClient client) throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 4);
    connecting.get();
    assertThat(recorder.next()).isEqualTo("connected 4");
    return peer;
  }

  /// Those of clients that have come since the test began.
  private List<Thread> ofClients() {
    Set<Thread> now = threads();
    now.removeAll(before);
    return now.stream()
        .filter(thread ->
            thread.getName().startsWith("tocsin-client")
                || thread.getName().startsWith("HttpClient-"))
        .toList();
  }

  private static void awaitEnd(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void aClosedClientLeavesNoThread() throws Exception {
    TocsinClient client = client();
    Peer peer = connected(client);
    List<Thread> its = ofClients();
    assertThat(its).hasSize(2);

    client.close();
    peer.close(1000, "");

    awaitEnd(its);
    assertThat(client.publish(ENABLED).get()).isInstanceOf(PublishOutcome.NotSent.class);
  }

  @Test
  void aServerThatDoesNotAnswerTheCloseIsNotWaitedForForever() throws Exception {
    TocsinClient client = client();
    connected(client);
    List<Thread> its = ofClients();

    client.close();

    awaitEnd(its);
  }

  @Test
  void aClientThatNeverReachedItsServerLeavesNoThread() throws Exception {
    TocsinClient client =
        new TocsinClient(
            ClientOptions.of(URI.create("http://127.0.0.1:1"))
                .withDelays(Duration.ofDays(1), Duration.ofDays(1)),
            recorder);
    CompletableFuture<Position> connecting = client.connectPatiently();
    assertThat(recorder.next()).startsWith("disconnected 1006: cannot reach");
    List<Thread> its = ofClients();

    client.close();

    awaitEnd(its);
    assertThat(connecting).isCompletedExceptionally();
  }

  @Test
  void nothingIsHandedOnAfterTheClose() throws Exception {
    CountDownLatch inHandler = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ClientListener slow =
        new ClientListener() {
          @Override
          public void onEvent(WebSocketEvent event, String json) {
            recorder.onEvent(event, json);
            inHandler.countDown();
            await(goOn);
          }

          @Override
          public void onGap(long from, long to) {
            recorder.onGap(from, to);
          }

          @Override
          public void onDisconnected(int code, String reason, Duration retryIn) {
            recorder.onDisconnected(code, reason, retryIn);
          }
        };
    TocsinClient client = new TocsinClient(ClientOptions.of(server.uri()), slow);
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 4);
    connecting.get();
    peer.event(5, 4);
    peer.event(6, 5);
    peer.event(9, 8);
    await(inHandler);

    client.close();
    goOn.countDown();

    assertThat(recorder.next()).isEqualTo("event 5");
    assertThat(recorder.next()).isEqualTo("disconnected 1000 for good: the client was closed here");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatNoUtf8CanSayBreaksNoConnection() throws Exception {
    try (TocsinClient client = client()) {
      Peer peer = connected(client);
      WebSocketEvent event = EventCatalog.builtIn().createEvent(ENABLED);
      ObjectNode payload = JsonNodeFactory.instance.objectNode().put("camera_id", HALF_A_PAIR);
      WebSocketEvent unsayable =
          new WebSocketEvent("camera.enabled", payload, null, null, null, null, null);

      assertThatThrownBy(() -> client.publish(event, "k" + HALF_A_PAIR))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("half of a surrogate pair");
      assertThatThrownBy(() -> client.subscribe(List.of(HALF_A_PAIR + "*")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> client.unsubscribe(List.of("a\udc00")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ClientOptions.of(server.uri()).withPatterns(List.of(HALF_A_PAIR)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(client.publish(unsayable).get())
          .isInstanceOfSatisfying(
              PublishOutcome.Refused.class,
              refused -> assertThat(refused.refusal().code()).isEqualTo("invalid_json"));

      client.publish(event, "a \ud83d\ude00"); // a whole pair
      assertThat(peer.receive()).contains("\ud83d\ude00");
    }
  }

  @Test
  void anEndWithoutAWordIsASentenceAllTheSame() throws Exception {
    try (TocsinClient client = client()) {
      Peer peer = connected(client);

      peer.close(1011, "");

      assertThat(recorder.next())
          .isEqualTo("disconnected 1011: the connection was closed with code 1011");
    }
  }

  @Test
  void delaysHaveAnEnd() {
    ClientOptions options = ClientOptions.of(server.uri());

    assertThat(options.withDelays(ClientOptions.MAX_DELAY, ClientOptions.MAX_DELAY).longestDelay())
        .isEqualTo(ClientOptions.MAX_DELAY);
    assertThatThrownBy(
            () -> options.withDelays(Duration.ofSeconds(1), ClientOptions.MAX_DELAY.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("longer than a year");
  }

  @Test
  void nobodyListensOrShowsNothingByMistake() {
    ClientOptions options = ClientOptions.of(server.uri());

    assertThatThrownBy(() -> new TocsinClient(options, null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> options.withCredential(null)).isInstanceOf(NullPointerException.class);
    try (TocsinClient client = client()) {
      assertThatThrownBy(() -> client.on(CameraEnabledPayload.class, null))
          .isInstanceOf(NullPointerException.class);
    }
  }
}
