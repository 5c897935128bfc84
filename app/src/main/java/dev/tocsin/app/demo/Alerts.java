package dev.tocsin.app.demo;

import dev.tocsin.events.payload.alert.AlertAcknowledgedPayload;
import dev.tocsin.events.payload.alert.AlertCreatedPayload;
import dev.tocsin.events.payload.alert.AlertDismissedPayload;
import dev.tocsin.events.payload.alert.AlertResolvedPayload;
import dev.tocsin.events.payload.alert.AlertSeverity;
import dev.tocsin.events.payload.alert.AlertStatus;
import dev.tocsin.events.payload.alert.AlertUpdatedPayload;
import java.util.List;

/// The alerts and the person who looks after them:
///
/// ```
/// created ──▶ delivered ──▶ acknowledged ──▶ resolved
///                 └──────────────┴──▶ dismissed
/// ```
final class Alerts {

  private static final List<String> FALSE_ALARMS =
      List.of("False alarm: it was the gardener", "A test of the cameras", "Known to the police");
  private static final List<String> ENDINGS =
      List.of(
          "Went and looked: nobody there any more",
          "Talked to them over the speaker; they left",
          "The patrol was here, all doors are locked");

  private final Stage stage;
  private long alerts = 700;

  Alerts(Stage stage) {
    this.stage = stage;
  }

  /// A rule has matched an event.
  void raise(long event, int risk, String rule, String camera, String correlationId) {
    String id = "alert-" + ++alerts;
    stage.say(
        new AlertCreatedPayload(
            id,
            event,
            rule,
            severity(risk),
            AlertStatus.PENDING,
            camera + ":" + rule,
            stage.now(),
            stage.now()),
        correlationId);
    stage.in(1, 3, () -> deliver(id, event, correlationId));
  }

  private static AlertSeverity severity(int risk) {
    return switch (Plot.level(risk)) {
      case LOW -> AlertSeverity.LOW;
      case MEDIUM -> AlertSeverity.MEDIUM;
      case HIGH -> AlertSeverity.HIGH;
      case CRITICAL -> AlertSeverity.CRITICAL;
    };
  }

  private void deliver(String id, long event, String correlationId) {
    stage.say(
        new AlertUpdatedPayload(
            id, event, null, null, AlertStatus.DELIVERED, stage.now(), List.of("status")),
        correlationId);
    stage.in(
        4,
        14,
        stage.chance(0.85)
            ? () -> acknowledge(id, event, correlationId)
            : () -> dismiss(id, event, correlationId));
  }

  private void acknowledge(String id, long event, String correlationId) {
    stage.say(new AlertAcknowledgedPayload(id, event, stage.now()), correlationId);
    stage.in(
        8,
        25,
        stage.chance(0.8)
            ? () -> resolve(id, event, correlationId)
            : () -> dismiss(id, event, correlationId));
  }

  private void resolve(String id, long event, String correlationId) {
    stage.say(new AlertResolvedPayload(id, event, stage.now(), stage.pick(ENDINGS)), correlationId);
  }

  private void dismiss(String id, long event, String correlationId) {
    stage.say(
        new AlertDismissedPayload(id, event, stage.now(), stage.pick(FALSE_ALARMS)), correlationId);
  }
}
