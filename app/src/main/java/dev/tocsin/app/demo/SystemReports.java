package dev.tocsin.app.demo;

import dev.tocsin.events.payload.gpu.GPUStatsUpdatedPayload;
import dev.tocsin.events.payload.system.SystemHealth;
import dev.tocsin.events.payload.system.SystemHealthChangedPayload;
import dev.tocsin.events.payload.system.SystemStatusPayload;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the house says about itself: GPU readings, a regular status, and its health, which follows
/// from the cameras and the workers.
final class SystemReports {

  private static final long MEMORY_MIB = 24_576;

  private final Stage stage;
  private final Cameras cameras;
  private final Workers workers;
  private final Visits visits;
  private @Nullable SystemHealth health;
  private double utilization = 8;
  private double temperature = 44;

  SystemReports(Stage stage, Cameras cameras, Workers workers, Visits visits) {
    this.stage = stage;
    this.cameras = cameras;
    this.workers = workers;
    this.visits = visits;
  }

  void begin() {
    stage.in(8, 8, this::firstReview);
    stage.in(6, 6, this::readGpu);
    stage.in(12, 12, this::report);
  }

  private void firstReview() {
    health = SystemHealth.DEGRADED; // until everything is up
    review();
  }

  /// Looks whether the health has changed. Before the house is up there is none.
  void review() {
    if (health == null) {
      return;
    }
    SystemHealth now = present();
    if (now != health) {
      stage.say(
          new SystemHealthChangedPayload(
              now,
              health,
              sorted(
                  Map.of(
                      "cameras", allOnline() ? "healthy" : "degraded",
                      "workers", workers.allWork() ? "healthy" : "degraded")),
              stage.now()));
      health = now;
    }
  }

  private boolean allOnline() {
    return cameras.online().size() == cameras.count();
  }

  private SystemHealth present() {
    return allOnline() && workers.allWork() ? SystemHealth.HEALTHY : SystemHealth.DEGRADED;
  }

  private void readGpu() {
    double target = 10 + 24 * visits.underway();
    utilization = stage.drift(utilization + (target - utilization) * 0.5, 4, 0, 100);
    temperature += (42 + utilization * 0.35 - temperature) * 0.3;
    stage.say(
        new GPUStatsUpdatedPayload(
            Stage.tenths(utilization),
            memoryUsed(),
            MEMORY_MIB,
            Stage.tenths(temperature),
            Stage.tenths(utilization * 0.6),
            stage.now()));
    stage.in(5, 7, this::readGpu);
  }

  private long memoryUsed() {
    return 6_144 + Math.round(utilization * 40);
  }

  /// In an order that is the same in every process.
  private static <V> Map<String, V> sorted(Map<String, V> map) {
    return new TreeMap<>(map);
  }

  private void report() {
    stage.say(
        new SystemStatusPayload(
            sorted(Map.of("utilization", Stage.tenths(utilization), "memory_used", memoryUsed())),
            sorted(
                Map.of("active", (long) cameras.online().size(), "total", (long) cameras.count())),
            sorted(
                Map.of(
                    "pending", (long) stage.number(0, 3), "processing", (long) visits.underway())),
            present(),
            sorted(Map.of("detector", "ready", "analyzer", "ready")),
            stage.now()));
    stage.in(18, 22, this::report);
  }
}
