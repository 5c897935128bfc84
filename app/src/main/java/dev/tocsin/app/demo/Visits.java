package dev.tocsin.app.demo;

import dev.tocsin.app.demo.Cameras.Camera;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.payload.detection.BoundingBox;
import dev.tocsin.events.payload.detection.DetectionBatchPayload;
import dev.tocsin.events.payload.detection.DetectionNewPayload;
import dev.tocsin.events.payload.event.EventCreatedPayload;
import dev.tocsin.events.payload.event.EventUpdatedPayload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Those who come and go: each walks through the picture of a camera, is detected frame by frame,
/// and becomes a security event in the end; some become an alert.
final class Visits {

  private static final List<Plot> WEIGHTED =
      Plot.ALL.stream().flatMap(plot -> Collections.nCopies(plot.weight(), plot).stream()).toList();
  private static final double FRAME_WIDTH = 1_920;
  private static final double FRAME_HEIGHT = 1_080;

  private final Stage stage;
  private final Cameras cameras;
  private final Alerts alerts;
  private long events = 4_200;
  private long detections = 88_000;
  private long visits;
  private int underway;

  Visits(Stage stage, Cameras cameras, Alerts alerts) {
    this.stage = stage;
    this.cameras = cameras;
    this.alerts = alerts;
  }

  void begin() {
    stage.in(5, 8, this::arrive);
  }

  /// How many visitors are in a picture at the moment.
  int underway() {
    return underway;
  }

  private void arrive() {
    stage.in(2, 6, this::arrive);
    List<Camera> free = cameras.online().stream().filter(camera -> !camera.isBusy()).toList();
    if (!free.isEmpty()) {
      // The second one is suspicious, so that nobody has to wait long for an alert.
      Plot plot = visits == 1 ? Plot.LINGERER : stage.pick(WEIGHTED);
      new Visit(stage.pick(free), plot).begin();
    }
  }

  /// One of them.
  private final class Visit {

    private final Camera camera;
    private final Plot plot;
    private final String id = "visit-" + ++visits;
    private final String batch = "batch-" + visits;
    private final List<Walker> walkers = new ArrayList<>();
    private final Timestamp startedAt = stage.now();
    private int framesLeft = stage.number(3, 8);

    Visit(Camera camera, Plot plot) {
      this.camera = camera;
      this.plot = plot;
      plot.labels().forEach(label -> walkers.add(new Walker(label, plot.speed())));
    }

    void begin() {
      camera.setBusy(true);
      underway++;
      stage.say(walkers.getFirst().detection(), id);
      stage.in(0.8, 1.6, this::frame);
    }

    private void frame() {
      if (!camera.isOnline()) {
        leave(); // nobody saw how it ended
        return;
      }
      walkers.forEach(Walker::move);
      if (walkers.size() == 1) {
        stage.say(walkers.getFirst().detection(), id);
      } else {
        stage.say(
            new DetectionBatchPayload(
                batch,
                walkers.stream().map(Walker::detection).toList(),
                stage.now(),
                camera.id(),
                1L),
            id);
      }
      stage.in(0.8, 1.6, --framesLeft > 0 ? this::frame : this::analyse);
    }

    private void leave() {
      camera.setBusy(false);
      underway--;
    }

    private void analyse() {
      leave();
      int risk = stage.number(plot.minRisk(), plot.maxRisk());
      long event = ++events;
      stage.say(
          new EventCreatedPayload(
              event,
              event,
              batch,
              camera.id(),
              risk,
              Plot.level(risk),
              plot.summary().formatted(camera.name().toLowerCase(Locale.ROOT)),
              plot.reasoning(),
              startedAt),
          id);
      if (risk >= 30) {
        alerts.raise(event, risk, plot.rule(), camera.id(), id);
      }
      if (stage.chance(0.25)) {
        stage.in(5, 15, () -> rate(event, risk));
      }
    }

    /// A second look at the event.
    private void rate(long event, int risk) {
      int newRisk = Math.clamp(risk + stage.number(-12, 6), 0, 100);
      stage.say(
          new EventUpdatedPayload(
              event,
              List.of("risk_score", "risk_level"),
              (long) newRisk,
              Plot.level(newRisk),
              stage.now()),
          id);
    }

    /// Somebody or something in the picture.
    private final class Walker {

      private final String label;
      private final double width;
      private final double height;
      private double step;
      private double x;
      private double y;
      private double confidence = stage.between(0.6, 0.9);

      Walker(String label, double speed) {
        this.label = label;
        Size size = Size.of(label);
        width = stage.between(size.width() * 0.8, size.width() * 1.3);
        height = stage.between(size.height() * 0.8, size.height() * 1.3);
        step = stage.chance(0.5) ? speed : -speed;
        x = stage.between(0, FRAME_WIDTH / 4) + (step > 0 ? 0 : FRAME_WIDTH / 2);
        y = stage.between(300, FRAME_HEIGHT - height);
      }

      void move() {
        double next = x + stage.drift(step, 20, -400, 400);
        if (next < 0 || next > FRAME_WIDTH - width) {
          step = -step; // turns round at the edge
        }
        x = Math.clamp(next, 0, FRAME_WIDTH - width);
        y = stage.drift(y, 15, 0, FRAME_HEIGHT - height);
        confidence = stage.drift(confidence, 0.06, 0.5, 0.99);
      }

      DetectionNewPayload detection() {
        return new DetectionNewPayload(
            "det-" + ++detections,
            null,
            label,
            Math.round(confidence * 1000) / 1000.0,
            new BoundingBox(Stage.tenths(x), Stage.tenths(y), width, height),
            camera.id(),
            stage.now());
      }
    }
  }

  /// How large something is in the picture, about.
  private record Size(double width, double height) {

    static Size of(String label) {
      return switch (label) {
        case "car" -> new Size(420, 240);
        case "bicycle" -> new Size(240, 160);
        case "dog" -> new Size(130, 90);
        case "cat" -> new Size(80, 60);
        case "parcel" -> new Size(90, 70);
        default -> new Size(130, 380);
      };
    }
  }
}
