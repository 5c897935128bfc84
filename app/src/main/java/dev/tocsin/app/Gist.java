package dev.tocsin.app;

import dev.tocsin.events.WebSocketEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// What a person wants to see of an event at a glance.
///
/// The payload is read as a tree and not as its record, so that an event of a newer server, or of a
/// type that only the server knows, still has a line. Nothing here is made harmless yet.
///
/// @param weight how bad it is
/// @param level that in a word or two, such as `critical` or `risk 87`; empty where nothing is
///     rated
/// @param subject what it is about: the camera, the worker, the job
/// @param text what happened
record Gist(Weight weight, String level, String subject, String text) {

  /// How bad something is.
  enum Weight {
    QUIET,
    NORMAL,
    GOOD,
    NOTABLE,
    BAD,
    WORST
  }

  private static final int MAX_FIELDS = 6;

  static Gist of(WebSocketEvent event) {
    JsonNode payload = event.payload() == null ? MissingNode.getInstance() : event.payload();
    return switch (event.type()) {
      case "alert.created", "alert.updated" -> alert(payload, text(payload, "status"));
      case "alert.acknowledged" -> alert(payload, "acknowledged");
      case "alert.resolved" -> alertEnd(payload, "resolved", "resolution_notes");
      case "alert.dismissed" -> alertEnd(payload, "dismissed", "reason");
      case "alert.deleted" -> alertEnd(payload, "deleted", "reason");
      case "camera.online" -> camera(payload, Weight.GOOD, "online", "");
      case "camera.offline" -> camera(payload, Weight.BAD, "offline", text(payload, "reason"));
      case "camera.enabled" -> camera(payload, Weight.NORMAL, "enabled", "");
      case "camera.disabled" ->
          camera(payload, Weight.NOTABLE, "disabled", text(payload, "reason"));
      case "camera.error" -> camera(payload, Weight.BAD, "error", text(payload, "error"));
      case "camera.config_updated" ->
          camera(payload, Weight.NORMAL, "", "changed " + list(payload, "updated_fields"));
      case "camera.status_changed" -> cameraStatus(payload);
      case "job.started" -> job(payload, Weight.NORMAL, "started", "");
      case "job.progress", "job_progress" ->
          job(payload, Weight.QUIET, text(payload, "progress") + " %", text(payload, "message"));
      case "job.completed", "job_completed" ->
          job(payload, Weight.GOOD, "completed", took(payload));
      case "job.failed", "job_failed" -> job(payload, Weight.BAD, "failed", text(payload, "error"));
      case "job.cancelled" -> job(payload, Weight.NOTABLE, "cancelled", text(payload, "reason"));
      case "event.created" ->
          new Gist(
              ofLevel(text(payload, "risk_level")),
              risk(payload),
              text(payload, "camera_id"),
              text(payload, "summary"));
      case "event.updated" ->
          new Gist(
              ofLevel(text(payload, "risk_level")),
              risk(payload),
              "event " + text(payload, "id"),
              "changed " + list(payload, "updated_fields"));
      case "event.deleted" ->
          new Gist(Weight.NORMAL, "", "event " + text(payload, "id"), text(payload, "reason"));
      case "detection.new" ->
          new Gist(Weight.NORMAL, "", text(payload, "camera_id"), detection(payload));
      case "detection.batch" ->
          new Gist(Weight.NORMAL, "", text(payload, "camera_id"), detections(payload));
      case "scene_change.detected" ->
          new Gist(
              Weight.NOTABLE,
              "",
              text(payload, "camera_id"),
              words(text(payload, "change_type"))
                  + ", "
                  + GistNumber.percent(payload.path("similarity_score"))
                  + " alike");
      case "gpu.stats_updated" -> new Gist(Weight.QUIET, "", "gpu", gpu(payload));
      case "system.status" -> systemStatus(payload);
      case "system.health_changed" ->
          new Gist(
              ofState(text(payload, "health")),
              text(payload, "health"),
              "system",
              pairs(payload.path("components")));
      case "system.error" ->
          new Gist(Weight.BAD, text(payload, "error"), "system", text(payload, "message"));
      case "service.status_changed" ->
          new Gist(
              ofState(text(payload, "status")),
              words(text(payload, "status")),
              text(payload, "service"),
              text(payload, "message"));
      case "worker.started" -> worker(payload, Weight.GOOD, "started", "");
      case "worker.stopped" -> worker(payload, Weight.NOTABLE, "stopped", text(payload, "reason"));
      case "worker.health_check_failed" ->
          worker(
              payload,
              Weight.BAD,
              "failed check " + text(payload, "failure_count"),
              text(payload, "error"));
      case "worker.restarting" ->
          worker(
              payload,
              Weight.NOTABLE,
              "restart " + text(payload, "attempt"),
              text(payload, "reason"));
      case "worker.recovered" -> worker(payload, Weight.GOOD, "recovered", "");
      case "worker.error" -> worker(payload, Weight.BAD, "error", text(payload, "error"));
      default -> new Gist(Weight.NORMAL, "", "", pairs(payload));
    };
  }

  private static Gist alert(JsonNode payload, String state) {
    String level = text(payload, "severity");
    String rule = text(payload, "rule_id");
    String about = payload.has("event_id") ? "about event " + text(payload, "event_id") : "";
    return new Gist(ofLevel(level), level, text(payload, "id"), joined(", ", state, about, rule));
  }

  private static Gist alertEnd(JsonNode payload, String end, String why) {
    return new Gist(
        end.equals("resolved") ? Weight.GOOD : Weight.NORMAL,
        "",
        text(payload, "id"),
        joined(": ", end, text(payload, why)));
  }

  private static Gist camera(JsonNode payload, Weight weight, String level, String text) {
    String name = text(payload, "camera_name");
    return new Gist(weight, level, name.isEmpty() ? text(payload, "camera_id") : name, text);
  }

  private static Gist cameraStatus(JsonNode payload) {
    String status = text(payload, "status");
    String before = text(payload, "previous_status");
    Weight weight =
        switch (status) {
          case "online" -> Weight.GOOD;
          case "offline", "error" -> Weight.BAD;
          default -> Weight.NOTABLE;
        };
    return camera(
        payload,
        weight,
        status,
        joined(", ", before.isEmpty() ? "" : "was " + before, text(payload, "reason")));
  }

  private static Gist job(JsonNode payload, Weight weight, String level, String text) {
    return new Gist(
        weight, level, text(payload, "job_id"), joined(": ", text(payload, "job_type"), text));
  }

  private static String took(JsonNode payload) {
    return payload.has("duration_seconds")
        ? "took " + GistNumber.rounded(payload.path("duration_seconds")) + " s"
        : "";
  }

  private static Gist worker(JsonNode payload, Weight weight, String level, String text) {
    return new Gist(
        weight,
        level,
        text(payload, "worker_name"),
        text.isEmpty() ? text(payload, "worker_type") : text);
  }

  private static String risk(JsonNode payload) {
    return payload.has("risk_score")
        ? joined(" ", text(payload, "risk_level"), text(payload, "risk_score"))
        : text(payload, "risk_level");
  }

  private static String detection(JsonNode detection) {
    String what =
        text(detection, "label") + " " + GistNumber.percent(detection.path("confidence")) + " sure";
    JsonNode box = detection.path("bbox");
    return box.isObject()
        ? what
            + ", "
            + GistNumber.rounded(box.path("width"))
            + " × "
            + GistNumber.rounded(box.path("height"))
            + " at "
            + GistNumber.rounded(box.path("x"))
            + ", "
            + GistNumber.rounded(box.path("y"))
        : what;
  }

  private static String detections(JsonNode batch) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (JsonNode detection : batch.path("detections")) {
      counts.merge(text(detection, "label"), 1, Integer::sum);
    }
    return counts.isEmpty()
        ? "nothing"
        : counts.entrySet().stream()
            .map(count -> count.getValue() + " × " + count.getKey())
            .collect(Collectors.joining(", "));
  }

  private static String gpu(JsonNode payload) {
    List<String> readings = new ArrayList<>();
    if (payload.path("utilization").isNumber()) {
      readings.add(GistNumber.rounded(payload.path("utilization")) + " % busy");
    }
    if (payload.path("memory_used").isNumber()) {
      readings.add(
          joined(" of ", text(payload, "memory_used"), text(payload, "memory_total")) + " MiB");
    }
    if (payload.path("temperature").isNumber()) {
      readings.add(GistNumber.rounded(payload.path("temperature")) + " °C");
    }
    if (payload.path("inference_fps").isNumber()) {
      readings.add(GistNumber.rounded(payload.path("inference_fps")) + " frames/s");
    }
    return String.join(", ", readings);
  }

  private static Gist systemStatus(JsonNode payload) {
    String health = text(payload, "health");
    return new Gist(
        health.equals("healthy") ? Weight.QUIET : ofState(health),
        health,
        "system",
        joined(
            "; ",
            "cameras " + pairs(payload.path("cameras")),
            "queue " + pairs(payload.path("queue"))));
  }

  private static Weight ofLevel(String level) {
    return switch (level) {
      case "critical" -> Weight.WORST;
      case "high" -> Weight.BAD;
      case "medium" -> Weight.NOTABLE;
      default -> Weight.NORMAL;
    };
  }

  private static Weight ofState(String state) {
    return switch (state) {
      case "healthy" -> Weight.GOOD;
      case "degraded", "restarting" -> Weight.NOTABLE;
      default -> Weight.BAD;
    };
  }

  /// The plain fields of an object, the first few of them.
  private static String pairs(JsonNode object) {
    return object.properties().stream()
        .filter(field -> field.getValue().isValueNode() && !field.getValue().isNull())
        .limit(MAX_FIELDS)
        .map(field -> field.getKey() + " " + text(field.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String list(JsonNode object, String field) {
    return object.path(field).valueStream().map(Gist::text).collect(Collectors.joining(", "));
  }

  private static String text(JsonNode object, String field) {
    return text(object.path(field));
  }

  private static String text(JsonNode value) {
    return value.isNull()
        ? ""
        : value.isBigDecimal() ? GistNumber.spelled(value.decimalValue()) : value.asString("");
  }

  private static String words(String wireName) {
    return wireName.replace('_', ' ');
  }

  private static String joined(String separator, String... parts) {
    return List.of(parts).stream()
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(separator));
  }
}
