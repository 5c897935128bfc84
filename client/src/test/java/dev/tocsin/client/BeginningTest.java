package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Subscriptions of the client that begin with events of the past.
@Timeout(60)
class BeginningTest {

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private TinyWebSocketServer server;
  private TocsinClient client;

  private final class Listener implements ClientListener {

    @Override
    public void onConnected(Position position, Position before) {
      told.add("connected " + position.sequence());
    }

    @Override
    public void onInitialEvent(WebSocketEvent event, String json) {
      assertThat(event.previous()).isNull();
      told.add("initial " + event.sequence());
    }

    @Override
    public void onEvent(WebSocketEvent event, String json) {
      told.add("event " + event.sequence());
    }

    @Override
    public void onGap(long from, long to) {
      told.add("gap " + from + " to " + to);
    }
  }

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private void begin(Beginning beginning) {
    client =
        new TocsinClient(
            server.options(Duration.ofSeconds(6)).withBeginning(beginning), new Listener());
    client.connect();
  }

  private String next() throws InterruptedException {
    String next = told.poll(10, TimeUnit.SECONDS);
    return next == null ? "nothing within 10 s" : next;
  }

  private static void established(Peer peer, long sequence, int initial) throws IOException {
    peer.send(
        """
        {"type":"connection.established","payload":{"connection_id":"c1",\
        "timestamp":"2026-01-09T12:00:00Z","epoch":"e1","sequence":%d,"initial":%d},\
        "timestamp":"2026-01-09T12:00:00Z"}\
        """
            .formatted(sequence, initial));
  }

  private static void initial(Peer peer, long sequence) throws IOException {
    peer.send(
        """
        {"type":"camera.enabled","payload":{"camera_id":"c","enabled_at":"2026-01-09T12:00:00Z"},\
        "timestamp":"2026-01-09T12:00:00Z","channel":"cameras","sequence":%d,"initial":true}\
        """
            .formatted(sequence));
  }

  @Test
  void presentStateComesFirstAndMovesNobody() throws Exception {
    begin(Beginning.latest());
    client.on(
        CameraEnabledPayload.class, (camera, event) -> told.add("handler " + event.sequence()));
    Peer peer = server.accept();
    assertThat(peer.target()).isEqualTo("/ws/events?latest=true");
    established(peer, 9, 2);
    initial(peer, 3);
    initial(peer, 7);
    peer.event(12, 10);

    assertThat(next()).isEqualTo("connected 9");
    assertThat(next()).isEqualTo("initial 3");
    assertThat(next()).isEqualTo("handler 3");
    assertThat(next()).isEqualTo("initial 7");
    assertThat(next()).isEqualTo("handler 7");
    assertThat(next()).isEqualTo("gap 10 to 10");
    assertThat(next()).isEqualTo("event 12");
  }

  @Test
  void afterItHasBegunItGoesOnWhereItWas() throws Exception {
    begin(Beginning.last(1));
    Peer peer = server.accept();
    assertThat(peer.target()).isEqualTo("/ws/events?last=1");
    established(peer, 9, 1);
    initial(peer, 3);
    assertThat(next()).isEqualTo("connected 9");
    assertThat(next()).isEqualTo("initial 3");
    peer.vanish();

    assertThat(server.accept().target()).isEqualTo("/ws/events?since=9&epoch=e1");
  }

  @Test
  void beginningThatBreaksOffIsBegunAgain() throws Exception {
    begin(Beginning.latest());
    Peer peer = server.accept();
    established(peer, 9, 2);
    initial(peer, 3);
    assertThat(next()).isEqualTo("connected 9");
    assertThat(next()).isEqualTo("initial 3");
    peer.vanish();

    assertThat(server.accept().target()).isEqualTo("/ws/events?latest=true");
  }

  @Test
  void subscriptionSaysWithHowManyEventsItBegins() throws Exception {
    begin(Beginning.latest());
    Peer peer = server.accept();
    established(peer, 0, 0);
    assertThat(next()).isEqualTo("connected 0");

    CompletableFuture<SubscriptionOutcome> subscribing =
        client.subscribe(List.of("alert.*"), null, Beginning.last(50));
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"1\",\"events\":[\"alert.*\"],\"last\":50}");
    peer.send(
        "{\"action\":\"subscribed\",\"id\":\"1\",\"events\":[\"alert.*\"],\"sequence\":5,"
            + "\"initial\":1,\"initial_complete\":false}");
    initial(peer, 4);

    assertThat(subscribing.get())
        .isEqualTo(
            new SubscriptionOutcome.Acknowledged(
                List.of("alert.*"), List.of(), new SubscriptionOutcome.Initial(1, false)));
    assertThat(next()).isEqualTo("initial 4");
  }

  @Test
  void onePlaceToBeginIsEnough() {
    begin(Beginning.latest());
    ClientOptions options = server.options(Duration.ofSeconds(6)).withSince(3);
    assertThatThrownBy(() -> options.withBeginning(Beginning.latest()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Beginning.last(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
