package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the client makes of what the server sends, and what it sends itself.
@Timeout(60)
class TocsinClientTest extends OnTinyServer {

  @Test
  void withoutPatternsNothingStandsInTheQuery() throws Exception {
    assertThat(connected(0).target()).isEqualTo("/ws/events");
  }

  @Test
  void patternsStandInTheQueryPercentEncoded() throws Exception {
    client = client(options().withPatterns(List.of("alert.*", "camera.[a-c] ?")));

    assertThat(connected(0).target()).isEqualTo("/ws/events?events=alert.*,camera.%5Ba-c%5D%20%3F");
  }

  @Test
  void eventsArriveInOrderEvenInParts() throws Exception {
    Peer peer = connected(4);

    peer.event(5, 4);
    peer.sendInParts("{\"type\":\"x.y\",\"payload\":{},\"seq", "uence\":6,\"previous\":5}");

    assertThat(recorder.next()).isEqualTo("event 5");
    assertThat(recorder.next()).isEqualTo("event 6");
  }

  @Test
  void aPreviousAfterThePositionIsAGap() throws Exception {
    Peer peer = connected(4);

    peer.event(9, 7);
    peer.send("{\"action\":\"gap\",\"from\":10,\"to\":20}");
    peer.event(22, 20);

    assertThat(recorder.next()).isEqualTo("gap 5 to 7");
    assertThat(recorder.next()).isEqualTo("event 9");
    assertThat(recorder.next()).isEqualTo("gap 10 to 20");
    assertThat(recorder.next()).isEqualTo("event 22");
  }

  @Test
  void heartbeatsAreAnsweredAndTellThePosition() throws Exception {
    Peer peer = connected(4);

    peer.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":7}");
    peer.event(9, 7);

    assertThat(peer.receive()).isEqualTo("{\"type\":\"pong\"}");
    assertThat(recorder.next()).isEqualTo("event 9");
  }

  @Test
  void publishesAreAnsweredById() throws Exception {
    Peer peer = connected(0);

    CompletableFuture<PublishOutcome> first = client.publish(ENABLED);
    CompletableFuture<PublishOutcome> second =
        client.publish(new WebSocketEvent("x.y", null, null, null, null, null, null));

    assertThat(peer.receive())
        .startsWith("{\"action\":\"publish\",\"id\":\"1\",\"event\":{\"type\":\"camera.enabled\"");
    assertThat(peer.receive())
        .startsWith("{\"action\":\"publish\",\"id\":\"2\",\"event\":{\"type\":\"x.y\"},");
    peer.send("{\"action\":\"published\",\"id\":\"1\",\"sequence\":1}");
    peer.refused("2", "unknown_event_type", "No x.y");
    assertThat(first.get()).isEqualTo(new PublishOutcome.Published(1));
    assertThat(second.get())
        .isEqualTo(
            new PublishOutcome.Refused(new Refusal("unknown_event_type", "No x.y", List.of())));
  }

  @Test
  void anEventThatIsTooLargeIsRefusedHere() throws Exception {
    CameraEnabledPayload large =
        new CameraEnabledPayload("c".repeat(64 * 1024), ENABLED.enabledAt());

    assertThat(client.publish(large).get()).isInstanceOf(PublishOutcome.Refused.class);
  }

  @Test
  void whatStandsAroundAnEventCountsToo() throws Exception {
    Peer peer = connected(0);
    String key = "\u00fc".repeat(200);
    int around =
        Actions.publish("9".repeat(19), "", key).getBytes(StandardCharsets.UTF_8).length
            + "{\"type\":\"\"}".length();
    String fits = "{\"type\":\"" + "x".repeat(TocsinClient.MAX_MESSAGE_BYTES - around) + "\"}";

    client.publishJson(fits, key);

    assertThat(peer.receive()).startsWith("{\"action\":\"publish\",\"id\":\"1\"");
    assertThat(client.publishJson(fits + " ", key).get())
        .isInstanceOf(PublishOutcome.Refused.class);
  }

  @Test
  void aPayloadThatDoesNotFitTheRecordIsAnError() throws Exception {
    client.on(CameraEnabledPayload.class, (payload, event) -> {});
    Peer peer = connected(0);

    peer.send("{\"type\":\"camera.enabled\",\"payload\":{},\"sequence\":1,\"previous\":0}");

    assertThat(recorder.next()).isEqualTo("event 1");
    assertThat(recorder.next())
        .startsWith(
            "error invalid_payload: The payload of camera.enabled with sequence 1 is no Camera");
  }

  @Test
  void aCallbackMayWaitForAnAnswer() throws Exception {
    CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
    client.on(
        CameraEnabledPayload.class,
        (payload, event) -> outcome.complete(client.publish(payload).join()));
    Peer peer = connected(0);

    peer.event(1, 0);
    peer.receive();
    peer.send("{\"action\":\"published\",\"id\":\"1\",\"sequence\":2}");

    assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(new PublishOutcome.Published(2));
  }

  @Test
  void aFailureOfTheApplicationIsToldAndSilencesNothing() throws Exception {
    client.on(
        CameraEnabledPayload.class,
        (payload, event) -> {
          throw new NoClassDefFoundError("thrown by the test");
        });
    Peer peer = connected(0);

    peer.event(1, 0);
    peer.event(2, 1);

    for (int sequence = 1; sequence <= 2; sequence++) {
      assertThat(recorder.next()).isEqualTo("event " + sequence);
      assertThat(recorder.next())
          .isEqualTo(
              "error handler_failed: A handler for camera.enabled with sequence "
                  + sequence
                  + " has failed: java.lang.NoClassDefFoundError: thrown by the test");
    }
  }

  @Test
  void aSlowApplicationIsNotOverwhelmed() throws Exception {
    CompletableFuture<Boolean> released = new CompletableFuture<>();
    client.on(CameraEnabledPayload.class, (payload, event) -> released.join());
    Peer peer = connected(0);

    int count = 4_000; // 40 MB: more than the sockets take
    String padding = "x".repeat(10_000);

    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> {
          for (int sequence = 1; sequence <= count; sequence++) {
            peer.event(sequence, sequence - 1, padding);
          }
        });

    assertThatThrownBy(() -> sending.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    released.complete(true);
    sending.get();
    for (int sequence = 1; sequence <= count; sequence++) {
      assertThat(recorder.next()).isEqualTo("event " + sequence);
    }
  }

  @Test
  void whatCannotBeReadIsToldWithItsSequenceAndIsNoGap() throws Exception {
    Peer peer = connected(0);

    peer.send("{\"action\":\"something new\"}");
    peer.send("{\"type\":\"a.b\",\"payload\":{\"x\":01},\"sequence\":1,\"previous\":0}");
    peer.event(2, 1);

    assertThat(recorder.next())
        .startsWith("error malformed: The event with sequence 1 cannot be read: Not valid JSON");
    assertThat(recorder.next()).isEqualTo("event 2");
  }

  @Test
  void whatCannotBeReadAndHasNoPlaceDoesNotCountAsReceived() throws Exception {
    Peer peer = connected(0);

    peer.send("{\"type\":\"a.b\",\"payload\":");
    peer.event(2, 1);

    assertThat(recorder.next()).startsWith("error malformed: A message cannot be read: ");
    assertThat(recorder.next()).isEqualTo("gap 1 to 1");
    assertThat(recorder.next()).isEqualTo("event 2");
  }

  @Test
  void closesInGoodOrder() throws Exception {
    Peer peer = connected(0);

    client.close();

    assertThat(peer.receive()).isEqualTo("<1000>");
    assertThat(recorder.next()).isEqualTo("disconnected 1000 for good: the client was closed here");
    assertThatThrownBy(() -> client.connect().get())
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aRecordOfNoEventTypeHasNoHandler() {
    assertThatThrownBy(() -> client.publish(new Position("e", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(EventCatalog.builtIn().createEvent(ENABLED).type()).isEqualTo("camera.enabled");
  }
}
