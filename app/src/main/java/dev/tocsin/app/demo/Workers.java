package dev.tocsin.app.demo;

import dev.tocsin.events.payload.worker.WorkerErrorPayload;
import dev.tocsin.events.payload.worker.WorkerHealthCheckFailedPayload;
import dev.tocsin.events.payload.worker.WorkerRecoveredPayload;
import dev.tocsin.events.payload.worker.WorkerRestartingPayload;
import dev.tocsin.events.payload.worker.WorkerStartedPayload;
import dev.tocsin.events.payload.worker.WorkerStateEnum;
import dev.tocsin.events.payload.worker.WorkerType;
import java.util.List;
import java.util.Map;

/// The workers of the analysis pipeline and the supervision that gets them going again:
///
/// ```
/// started ──▶ check failed ──▶ check failed ──▶ recovered …
///                                    └──▶ error ──▶ restarting ──▶ recovered …
/// ```
final class Workers {

  private final Stage stage;
  private final List<Worker> all;
  private Runnable changed = () -> {};

  Workers(Stage stage) {
    this.stage = stage;
    this.all =
        List.of(
            new Worker("detection-worker-1", WorkerType.DETECTION),
            new Worker("detection-worker-2", WorkerType.DETECTION),
            new Worker("analysis-worker", WorkerType.ANALYSIS),
            new Worker("batch-timeout", WorkerType.TIMEOUT));
  }

  /// Starts them.
  ///
  /// @param whenChanged called when one breaks or recovers
  void begin(Runnable whenChanged) {
    changed = whenChanged;
    all.forEach(worker -> stage.in(0, 4, worker::start));
  }

  boolean allWork() {
    return all.stream().noneMatch(worker -> worker.broken);
  }

  /// One worker.
  private final class Worker {

    private final String name;
    private final WorkerType type;
    private boolean broken;
    private long brokenAt;

    Worker(String name, WorkerType type) {
      this.name = name;
      this.type = type;
    }

    void start() {
      stage.say(new WorkerStartedPayload(name, type, stage.now(), Map.of("device", "cuda:0")));
      stage.in(50, 260, () -> failCheck(1));
    }

    private void failCheck(int count) {
      if (count == 1) {
        broken = true;
        brokenAt = millis();
      }
      stage.say(
          new WorkerHealthCheckFailedPayload(
              name, type, "No heartbeat for 30 s", "heartbeat_timeout", count, stage.now()));
      changed.run();
      if (count == 1) {
        stage.in(4, 6, () -> failCheck(2));
      } else {
        stage.in(3, 5, stage.chance(0.4) ? this::recover : this::giveUp);
      }
    }

    private void giveUp() {
      stage.say(
          new WorkerErrorPayload(
              name,
              type,
              "CUDA out of memory while loading a batch",
              "out_of_memory",
              stage.now(),
              Map.of("free_mib", stage.number(20, 180)),
              false));
      stage.in(
          1,
          2,
          () -> {
            stage.say(
                new WorkerRestartingPayload(
                    name, type, 1, 5L, stage.now(), "Two health checks failed in a row"));
            stage.in(4, 8, this::recover);
          });
    }

    private void recover() {
      broken = false;
      stage.say(
          new WorkerRecoveredPayload(
              name, type, WorkerStateEnum.ERROR, stage.now(), (double) (millis() - brokenAt)));
      changed.run();
      stage.in(80, 300, () -> failCheck(1));
    }

    private long millis() {
      return stage.now().toInstant().toEpochMilli();
    }
  }
}
