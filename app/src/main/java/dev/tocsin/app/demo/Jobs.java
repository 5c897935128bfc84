package dev.tocsin.app.demo;

import dev.tocsin.events.payload.job.JobCancelledPayload;
import dev.tocsin.events.payload.job.JobCompletedPayload;
import dev.tocsin.events.payload.job.JobFailedPayload;
import dev.tocsin.events.payload.job.JobProgressPayload;
import dev.tocsin.events.payload.job.JobStartedPayload;
import java.util.List;
import java.util.Map;

/// Work in the background: one job after another starts, moves on, and mostly ends well.
final class Jobs {

  private static final List<String> TYPES =
      List.of("clip_export", "timelapse", "nightly_backup", "model_update");

  private final Stage stage;
  private long jobs = 90;

  Jobs(Stage stage) {
    this.stage = stage;
  }

  void begin() {
    stage.in(2, 6, this::start);
    stage.in(25, 40, this::start);
  }

  private void start() {
    new Job().begin();
  }

  private enum Ending {
    COMPLETED,
    FAILED,
    CANCELLED
  }

  /// One job.
  private final class Job {

    private final String id = "job-" + ++jobs;
    private final String type = stage.pick(TYPES);
    private final int items = stage.number(40, 900);
    private final Ending ending =
        stage.chance(0.8) ? Ending.COMPLETED : stage.chance(0.6) ? Ending.FAILED : Ending.CANCELLED;

    /// Where it ends.
    private final int last = ending == Ending.COMPLETED ? 100 : stage.number(20, 90);

    private final long startedAt = stage.now().toInstant().toEpochMilli();
    private int progress;

    void begin() {
      stage.say(
          new JobStartedPayload(
              id, type, stage.now(), (long) stage.number(30, 90), Map.of("items", items)));
      stage.in(2, 4, this::advance);
    }

    private void advance() {
      progress = Math.min(last, progress + stage.number(5, 19));
      stage.say(
          new JobProgressPayload(
              id, type, progress, "running", items * progress / 100 + " of " + items + " items"));
      stage.in(1.5, 4, progress < last ? this::advance : this::end);
    }

    private void end() {
      switch (ending) {
        case COMPLETED ->
            stage.say(
                new JobCompletedPayload(
                    id, type, stage.now(), Map.of("items", items), durationSeconds()));
        case FAILED ->
            stage.say(
                new JobFailedPayload(
                    id,
                    type,
                    stage.now(),
                    "The archive's disk has no space left",
                    "disk_full",
                    true));
        case CANCELLED ->
            stage.say(
                new JobCancelledPayload(
                    id, type, stage.now(), "Called off from the dashboard: wrong day chosen"));
      }
      stage.in(4, 20, Jobs.this::start);
    }

    private double durationSeconds() {
      long millis = stage.now().toInstant().toEpochMilli() - startedAt;
      return Stage.tenths(millis / 1000.0);
    }
  }
}
