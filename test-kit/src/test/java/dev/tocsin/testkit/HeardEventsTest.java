package dev.tocsin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.alert.AlertDismissedPayload;
import dev.tocsin.events.payload.alert.AlertUpdatedPayload;
import dev.tocsin.server.TocsinServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a test can ask of what a hub has delivered.
class HeardEventsTest {

  private final TestHub hub = TestHub.start(builder -> builder, Duration.ofSeconds(30));
  private final TocsinServer server = hub.server();

  @AfterEach
  void stop() {
    hub.close();
  }

  private void publish(String id) {
    server.publish(new AlertDeletedPayload(id, "why")).join();
  }

  /// For waits that are in vain.
  private HeardEvents impatient() {
    return new HeardEvents(server, Duration.ofMillis(200));
  }

  @Test
  void eachEventIsTakenOnce() {
    publish("a-1");
    publish("a-2");
    publish("a-3");

    assertThat(hub.heard().awaitEvent(AlertDeletedPayload.class).id()).isEqualTo("a-1");
    assertThat(hub.heard().awaitEvent(AlertDeletedPayload.class, a -> a.id().endsWith("3")).id())
        .isEqualTo("a-3");
    assertThat(hub.heard().awaitEvent("alert.deleted").sequence()).isEqualTo(2);
    assertThat(hub.heard().all()).extracting(WebSocketEvent::sequence).containsExactly(1L, 2L, 3L);
  }

  @Test
  void anEventThatIsLateIsWaitedFor() {
    Thread.startVirtualThread(() -> {
      pause();
      publish("late");
    });

    assertThat(hub.heard().awaitEvent(AlertDeletedPayload.class).id()).isEqualTo("late");
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFailureShowsWhatCameInstead() {
    HeardEvents impatient = impatient();
    publish("a-1");
    publish("a-2");
    impatient.awaitEvent(AlertDeletedPayload.class);

    assertThatThrownBy(() -> impatient.awaitEvent(AlertDismissedPayload.class))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            no alert.dismissed came within PT0.2S; what came:
              1 alert.deleted {"id":"a-1","reason":"why"} (taken)
              2 alert.deleted {"id":"a-2","reason":"why"}\
            """);
  }

  @Test
  void aFailureShowsWhatTheHubHasRefused() {
    HeardEvents impatient = impatient();
    for (int i = 0; i < 2; i++) {
      server
          .publish(
              WebSocketEvent.fromJson("{\"type\":\"alert.deleted\",\"payload\":{\"reason\":1}}"))
          .join();
    }
    server.publish(WebSocketEvent.fromJson("{\"type\":\"alert.lost\",\"payload\":{}}")).join();

    assertThatThrownBy(() -> impatient.awaitEvent(AlertDeletedPayload.class))
        .hasMessageStartingWith("no alert.deleted came within PT0.2S; nothing came at all")
        .hasMessageContaining("what the hub refused:")
        .hasMessageContaining("alert.deleted: invalid_payload, 2 times")
        .hasMessageContaining("unknown_event_type")
        .hasMessageContaining("alert.deleted: id: required, 2 times");
  }

  @Test
  void aFailureShowsTheNewestOfMany() {
    HeardEvents impatient = impatient();
    for (int i = 1; i <= 25; i++) {
      publish("a-" + i);
    }

    assertThatThrownBy(() -> impatient.awaitEvent(AlertUpdatedPayload.class))
        .hasMessageContaining("(5 before)")
        .hasMessageContaining("a-25")
        .hasMessageNotContaining("\"a-5\"");
  }

  @Test
  void thatNothingCameIsKnownAfterAllThatWasAcknowledged() {
    hub.heard().assertNone(AlertDeletedPayload.class);
    publish("a-1");

    assertThatThrownBy(() -> hub.heard().assertNone(AlertDeletedPayload.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no alert.deleted should have come")
        .hasMessageContaining("a-1");
    hub.heard().awaitEvent(AlertDeletedPayload.class);
    hub.heard().assertNone(AlertDeletedPayload.class);
  }

  /// A record that is no payload.
  record NoPayload(String any) {}

  @Test
  void whatCanNeverComeIsNotWaitedFor() {
    assertThatThrownBy(() -> hub.heard().awaitEvent("alert.craeted"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("alert.created");
    assertThatThrownBy(() -> hub.heard().awaitEvent(NoPayload.class))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
