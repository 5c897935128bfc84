package dev.tocsin.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A house behaves as houses do, whatever the dice say.
class HouseTest {

  private static final int TICKS = 10_000;
  private static final Instant START = Instant.parse("2026-01-09T12:00:00Z");

  private static List<WebSocketEvent> live(long seed, int ticks) {
    House house = new House(new Random(seed), EventCatalog.builtIn());
    List<WebSocketEvent> events = new ArrayList<>();
    Instant now = START;
    for (int i = 0; i < ticks; i++) {
      events.addAll(house.tick(now));
      now = now.plus(House.TICK);
    }
    return events;
  }

  private static List<WebSocketEvent> live(long seed) {
    return live(seed, TICKS);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyEventIsValid(long seed) {
    EventEncoder encoder =
        new EventEncoder(EventCatalog.builtIn(), InstantSource.fixed(Instant.EPOCH));

    assertThat(live(seed))
        .allSatisfy(event ->
            assertThat(encoder.encode(event.toJson().getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(EncodedEvent.class));
  }

  @Test
  void theSameSeedTellsTheSameStory() {
    assertThat(live(7, 1_000).stream().map(WebSocketEvent::toJson))
        .containsExactlyElementsOf(live(7, 1_000).stream().map(WebSocketEvent::toJson).toList());
    assertThat(live(7, 1_000)).isNotEqualTo(live(8, 1_000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPersonCanFollow(long seed) {
    double seconds = TICKS * House.TICK.toMillis() / 1000.0;

    assertThat(live(seed).size() / seconds).isBetween(2.0, 4.0);
  }

  @Test
  void muchOfTheCatalogIsSeen() {
    Set<String> types = live(1).stream().map(WebSocketEvent::type).collect(Collectors.toSet());

    assertThat(types)
        .contains(
            "alert.created",
            "alert.updated",
            "alert.acknowledged",
            "alert.resolved",
            "alert.dismissed",
            "camera.online",
            "camera.offline",
            "camera.error",
            "camera.status_changed",
            "detection.new",
            "detection.batch",
            "event.created",
            "event.updated",
            "gpu.stats_updated",
            "job.started",
            "job.progress",
            "job.completed",
            "job.failed",
            "job.cancelled",
            "scene_change.detected",
            "system.health_changed",
            "system.status",
            "worker.started",
            "worker.health_check_failed",
            "worker.error",
            "worker.restarting",
            "worker.recovered");
  }

  @Test
  void anAlertComesSoon() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(live(seed, 4 * 40))
          .as("seed %d", seed)
          .anyMatch(e -> e.type().equals("alert.created"));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void camerasMoveFromTheStatusTheyWereIn(long seed) {
    Map<String, String> status = new HashMap<>();
    for (WebSocketEvent event : live(seed)) {
      switch (event.type()) {
        case "camera.status_changed" -> {
          String camera = text(event, "camera_id");
          String before = status.put(camera, text(event, "status"));
          assertThat(text(event, "previous_status")).isEqualTo(before == null ? "unknown" : before);
          assertThat(text(event, "status")).isNotEqualTo(before);
        }
        case "camera.offline" ->
            assertThat(status.get(text(event, "camera_id"))).isIn("online", "error");
        default -> {}
      }
    }
    assertThat(status).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nothingIsSeenByACameraThatIsNotOnline(long seed) {
    Map<String, String> status = new HashMap<>();
    for (WebSocketEvent event : live(seed)) {
      if (event.type().equals("camera.status_changed")) {
        status.put(text(event, "camera_id"), text(event, "status"));
      } else if (event.type().startsWith("detection.")) {
        assertThat(status.get(text(event, "camera_id"))).isEqualTo("online");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void alertsLiveAsAlertsDo(long seed) {
    Map<String, Set<String>> next =
        Map.of(
            "", Set.of("alert.created"),
            "alert.created", Set.of("alert.updated"),
            "alert.updated", Set.of("alert.acknowledged", "alert.dismissed"),
            "alert.acknowledged", Set.of("alert.resolved", "alert.dismissed"),
            "alert.resolved", Set.of(),
            "alert.dismissed", Set.of());
    Map<String, String> last = new HashMap<>();
    for (WebSocketEvent event : live(seed)) {
      if (event.type().startsWith("alert.")) {
        String before = last.put(text(event, "id"), event.type());
        assertThat(next.get(before == null ? "" : before)).contains(event.type());
      }
    }
    assertThat(last).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void jobsOnlyMoveForward(long seed) {
    Map<String, Long> progress = new HashMap<>();
    for (WebSocketEvent event : live(seed)) {
      String job = event.type().startsWith("job.") ? text(event, "job_id") : "";
      switch (event.type()) {
        case "job.started" -> assertThat(progress.put(job, 0L)).isNull();
        case "job.progress" -> {
          long now = event.payload().path("progress").longValue();
          assertThat(progress.put(job, now)).isLessThan(now);
        }
        case "job.completed" -> assertThat(progress.put(job, 101L)).isEqualTo(100);
        case "job.failed", "job.cancelled" -> assertThat(progress.put(job, 101L)).isLessThan(100);
        default -> {}
      }
    }
    assertThat(progress).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void healthChangesFromWhatItWas(long seed) {
    String health = "degraded";
    for (WebSocketEvent event : live(seed)) {
      if (event.type().equals("system.health_changed")) {
        assertThat(text(event, "previous_health")).isEqualTo(health);
        assertThat(text(event, "health")).isNotEqualTo(health);
        health = text(event, "health");
      }
    }
  }

  private static String text(WebSocketEvent event, String field) {
    return event.payload().path(field).stringValue();
  }
}
