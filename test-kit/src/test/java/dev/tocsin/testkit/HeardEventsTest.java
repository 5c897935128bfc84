package dev.tocsin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.Doc;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.alert.AlertDismissedPayload;
import dev.tocsin.events.payload.alert.AlertUpdatedPayload;
import dev.tocsin.events.payload.camera.CameraOfflinePayload;
import dev.tocsin.server.TocsinServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a test can ask of what a hub has delivered.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeardEventsTest {

  /// Longer than a test may take: whatever ends by it is seen to hang.
  private final TestHub hub = TestHub.start(builder -> builder, Duration.ofMinutes(10));

  private final TocsinServer server = hub.server();

  @AfterEach
  void stop() {
    hub.close();
  }

  private void publish(String id) {
    server.publish(new AlertDeletedPayload(id, "why")).join();
  }

  private void goOffline() {
    server
        .publish(
            server
                .catalog()
                .createEvent(
                    "camera.offline",
                    "{\"camera_id\":\"c\",\"camera_name\":\"C\",\"timestamp\":\"2026-01-01T00:00:00Z\"}"))
        .join();
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
  void anEventIsFoundByTheNameOfItsTypeBehindOthers() {
    publish("a-1");
    goOffline();

    assertThat(hub.heard().awaitEvent("camera.offline").sequence()).isEqualTo(2);
    assertThat(hub.heard().awaitEvent("alert.deleted").sequence()).isEqualTo(1);
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
    server.publish(WebSocketEvent.fromJson("{\"type\":\"alert.dismissed\"}")).join();

    assertThatThrownBy(() -> impatient.awaitEvent(AlertDeletedPayload.class))
        .hasMessage(
            """
            no alert.deleted came within PT0.2S; nothing came at all
            what the hub refused:
              alert.deleted: invalid_payload, 2 times
              alert.dismissed: invalid_payload
              an event: unknown_event_type
              alert.deleted: id: required, 2 times
              alert.deleted: reason: type, 2 times
              alert.dismissed: its payload: required\
            """);
  }

  @Test
  void aFailureShowsTheNewestOfMany() {
    HeardEvents impatient = impatient();
    for (int i = 1; i <= 25; i++) {
      publish("a-" + i);
    }

    assertThatThrownBy(() -> impatient.awaitEvent(AlertUpdatedPayload.class))
        .hasMessageContaining("(5 before)")
        .hasMessageContaining("\"a-6\"")
        .hasMessageContaining("a-25")
        .hasMessageNotContaining("\"a-5\"");
  }

  @Test
  void aFailureShowsTheBeginningOfALongEvent() {
    HeardEvents impatient = impatient();
    String whole = "1 alert.deleted {\"id\":\"\",\"reason\":\"why\"}";
    String just = "i".repeat(300 - whole.length());
    publish(just);
    publish(just + "i");

    assertThatThrownBy(() -> impatient.awaitEvent(AlertUpdatedPayload.class))
        .hasMessageContaining("\n  " + whole.replace("\"id\":\"", "\"id\":\"" + just) + "\n")
        .hasMessageEndingWith(just + "i\",\"reason\":\"why\"…");
  }

  @Test
  void theOldestOfVeryManyAreForgottenAndCounted() {
    HeardEvents impatient = impatient();
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 1; i <= HeardEvents.MAX_KEPT + 2; i++) {
      all.add(server.publish(new AlertDeletedPayload("a-" + i, "why")));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();

    assertThat(hub.heard().all())
        .hasSize(HeardEvents.MAX_KEPT)
        .extracting(WebSocketEvent::sequence)
        .startsWith(3L)
        .endsWith(HeardEvents.MAX_KEPT + 2L);
    awaitAll(impatient);
    assertThatThrownBy(() -> impatient.awaitEvent(AlertUpdatedPayload.class))
        .hasMessageContaining("(" + (HeardEvents.MAX_KEPT + 2 - 20) + " before)");
    // Of what was forgotten none is left, so that nothing can be said to have come before.
    assertThatThrownBy(() -> impatient.assertNone(AlertDeletedPayload.class))
        .hasMessageContaining("\"a-" + (HeardEvents.MAX_KEPT + 2) + "\"");
    impatient.assertNone(AlertUpdatedPayload.class);
  }

  /// Until it has heard all that there is, however little patience it has.
  private static void awaitAll(HeardEvents impatient) {
    while (true) {
      try {
        assertThat(impatient.all()).hasSize(HeardEvents.MAX_KEPT);
        return;
      } catch (CompletionException e) {
        assertThat(e).hasCauseInstanceOf(TimeoutException.class);
      }
    }
  }

  @Test
  void aWaitThatIsInterruptedEndsInWordsAndLeavesTheInterruption() {
    publish("a-1");
    hub.heard().awaitEvent(AlertDeletedPayload.class);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> hub.heard().awaitEvent(AlertUpdatedPayload.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            "the wait for alert.updated was interrupted; what came:\n  1 alert");
    assertThat(Thread.interrupted()).isTrue();
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
    goOffline();
    hub.heard().assertNone(AlertDeletedPayload.class);
  }

  @Test
  void whatIsStillOnItsWayIsNotOverlooked() {
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 1; i <= 3_000; i++) {
      all.add(server.publish(new AlertDeletedPayload("a-" + i, "x".repeat(1_000))));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
    goOffline();

    // It comes last, behind what takes a while to be handed on.
    assertThatThrownBy(() -> hub.heard().assertNone(CameraOfflinePayload.class))
        .hasMessageContaining("should have come:")
        .hasMessageContaining("camera.offline");
  }

  @Test
  void whatIsNotHandedOnIsWaitedForNoLongerThanSaid() throws Exception {
    HeardEvents impatient = impatient();
    publish("a-1");
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Thread slow =
        Thread.ofPlatform()
            .start(() ->
                impatient.awaitEvent(
                    AlertDeletedPayload.class,
                    alert -> {
                      looking.countDown();
                      await(release);
                      return true;
                    }));
    await(looking);
    publish("a-2");

    // The condition takes its time, and nothing can be heard meanwhile.
    assertThatThrownBy(impatient::all).hasCauseInstanceOf(TimeoutException.class);
    release.countDown();
    slow.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A record that is no payload.
  record NoPayload(String any) {}

  /// A record that could be one, and is of no type.
  record OfNoType(@Doc(value = "Anything", example = "x") String any) {}

  @Test
  void whatCanNeverComeIsNotWaitedFor() {
    assertThatThrownBy(() -> hub.heard().awaitEvent("alert.craeted"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("alert.created");
    assertThatThrownBy(() -> hub.heard().awaitEvent(NoPayload.class))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> hub.heard().awaitEvent(OfNoType.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no event type of the hub's catalog has the payload")
        .hasMessageContaining("OfNoType");
    assertThatThrownBy(() -> hub.heard().assertNone(OfNoType.class))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
