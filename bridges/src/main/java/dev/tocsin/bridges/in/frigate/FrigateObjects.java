package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.EventNumber;
import dev.tocsin.bridges.mapping.Mapped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tracked objects, from `frigate/events` and `frigate/tracked_object_update`: each is a security event, and what is seen of it
/// a detection.
final class FrigateObjects {

  /// What of an object may change so that somebody wants to know, and what the event says of it besides its own fields.
  private static final List<String> TOLD =
      List.of(
          "label",
          "sub_label",
          "current_zones",
          "entered_zones",
          "stationary",
          "has_clip",
          "has_snapshot",
          "end_time",
          "attributes",
          "max_severity",
          "recognized_license_plate");

  private static final String OBJECT = "object";

  private FrigateObjects() {}

  /// `frigate/events`: a change of an object.
  static List<Mapped> changed(BridgeMessage message, FrigateThings things) {
    FrigateChange change = FrigateChange.of(message);
    if (change.lacks("label")) {
      return FrigateEvent.malformed(
          "it is none of Frigate's events: \"after\" with id, camera and label is missing");
    }
    JsonNode now = change.now();
    String id = change.id();
    if (now.path("false_positive").asBoolean(false)) {
      return List.of(new Mapped.Ignored(Reason.FALSE_POSITIVE));
    }
    return switch (change.kind()) {
      case "new" -> {
        things.begin(OBJECT, change, TOLD, FrigateObjects::value);
        yield List.of(detection(now, id, message), created(now, id, change.camera(), message));
      }
      case "update" -> {
        FrigateThings.Change told = things.take(OBJECT, change, TOLD, FrigateObjects::value);
        Mapped seen = detection(now, id, message);
        yield told.fields().isEmpty()
            ? List.of(seen)
            : List.of(seen, updated(now, id, told.fields(), told.key(), message));
      }
      case "end" -> {
        FrigateThings.Change told = things.take(OBJECT, change, TOLD, FrigateObjects::value);
        List<String> changes = new ArrayList<>(told.fields());
        if (!changes.contains("end_time")) {
          changes.add("end_time");
        }
        things.end(OBJECT, change);
        yield List.of(updated(now, id, changes, told.key(), message));
      }
      default -> change.unknown();
    };
  }

  /// Who is recognised matters, not how surely.
  private static JsonNode value(JsonNode object, String name) {
    JsonNode value = object.path(name);
    return name.equals("sub_label") ? name(value) : value;
  }

  private static Mapped detection(JsonNode now, String id, BridgeMessage message) {
    JsonNode frame = now.path("frame_time");
    String place = frame.isNumber() ? frame.asString() : FrigateEvent.digest(message);
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload
        .put("detection_id", id + '/' + place)
        .put("event_id", Long.toString(EventNumber.of(id)))
        .put("label", FrigateEvent.text(now, "label"));
    JsonNode score = now.path("score").isNumber() ? now.path("score") : now.path("top_score");
    payload.put("confidence", score.isNumber() ? Math.clamp(score.doubleValue(), 0, 1) : 0);
    box(now.path("box"), payload);
    payload
        .put("camera_id", FrigateEvent.text(now, "camera"))
        .put("timestamp", FrigateEvent.moment(frame, message));
    describe(now, id, payload);
    return FrigateEvent.of("detection.new", payload, "detection/" + id + '/' + place);
  }

  /// Frigate's box is its corners; left out where it is none.
  private static void box(JsonNode corners, ObjectNode payload) {
    if (!corners.isArray() || corners.size() != 4) {
      return;
    }
    double[] at = new double[4];
    for (int i = 0; i < at.length; i++) {
      if (!corners.get(i).isNumber()) {
        return;
      }
      at[i] = corners.get(i).doubleValue();
    }
    if (at[2] >= at[0] && at[3] >= at[1]) {
      payload
          .putObject("bbox")
          .put("x", at[0])
          .put("y", at[1])
          .put("width", at[2] - at[0])
          .put("height", at[3] - at[1]);
    }
  }

  private static Mapped created(JsonNode now, String id, String camera, BridgeMessage message) {
    FrigateRisk risk = FrigateRisk.of(FrigateEvent.text(now, "max_severity"));
    long number = EventNumber.of(id);
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload
        .put("id", number)
        .put("event_id", number)
        .put("batch_id", id)
        .put("camera_id", camera)
        .put("risk_score", risk.score())
        .put("risk_level", risk.level())
        .put("summary", summary(now, camera))
        .put("reasoning", reasoning(now))
        .put("started_at", FrigateEvent.moment(now.path("start_time"), message));
    describe(now, id, payload);
    return FrigateEvent.of("event.created", payload, "created/" + id);
  }

  private static String summary(JsonNode now, String camera) {
    StringBuilder text = new StringBuilder(FrigateEvent.text(now, "label"));
    String name = name(now.path("sub_label")).asString("");
    if (!name.isEmpty()) {
      text.append(" (").append(name).append(')');
    }
    text.append(" at ").append(camera);
    List<String> zones = new ArrayList<>();
    now.path("current_zones").forEach(zone -> zones.add(zone.asString("")));
    if (!zones.isEmpty()) {
      text.append(" in ").append(String.join(", ", zones));
    }
    return text.toString();
  }

  private static String reasoning(JsonNode now) {
    JsonNode score = now.path("top_score");
    return score.isNumber()
        ? String.format(
            Locale.ROOT, "Frigate's detector is sure by %.0f %%", score.doubleValue() * 100)
        : "Frigate's detector says so";
  }

  private static Mapped updated(
      JsonNode now, String id, List<String> changes, String key, BridgeMessage message) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("id", EventNumber.of(id));
    list(changes, payload);
    if (changes.contains("max_severity")) {
      FrigateRisk risk = FrigateRisk.of(FrigateEvent.text(now, "max_severity"));
      payload.put("risk_score", risk.score()).put("risk_level", risk.level());
    }
    Instant end = FrigateEvent.moment(now.path("end_time"));
    payload.put(
        "updated_at",
        end == null
            ? FrigateEvent.moment(now.path("frame_time"), message)
            : FrigateEvent.text(end));
    payload.put("camera_id", FrigateEvent.text(now, "camera"));
    payload.put("label", FrigateEvent.text(now, "label"));
    describe(now, id, payload);
    if (end != null) {
      payload.put("ended_at", FrigateEvent.text(end));
    }
    return FrigateEvent.of("event.updated", payload, "updated/" + id + '/' + key);
  }

  private static void list(List<String> changes, ObjectNode payload) {
    ArrayNode fields = payload.putArray("updated_fields");
    changes.forEach(fields::add);
  }

  /// What Frigate knows besides: extra fields.
  private static void describe(JsonNode now, String id, ObjectNode payload) {
    payload.put("source", "frigate");
    payload.put("frigate_id", id);
    JsonNode subLabel = now.path("sub_label");
    FrigateEvent.put(name(subLabel), payload, "sub_label");
    if (subLabel.isArray()) {
      FrigateEvent.put(subLabel.path(1), payload, "sub_label_score");
    }
    FrigateEvent.put(now.path("current_zones"), payload, "zones");
    FrigateEvent.copy(
        now,
        payload,
        "score",
        "top_score",
        "entered_zones",
        "stationary",
        "has_clip",
        "has_snapshot",
        "attributes",
        "max_severity",
        "current_estimated_speed",
        "recognized_license_plate");
  }

  /// The name of a sub-label, which stands alone or with its score.
  private static JsonNode name(JsonNode subLabel) {
    return subLabel.isArray() ? subLabel.path(0) : subLabel;
  }

  /// `frigate/tracked_object_update`: what a model has recognised in an object.
  static List<Mapped> recognised(BridgeMessage message, FrigateThings things) {
    JsonNode said = message.payload();
    if (!said.isObject()) {
      return FrigateEvent.malformed("it is no update of a tracked object");
    }
    String id = FrigateEvent.text(said, "id");
    if (id.isEmpty()) {
      // The last car with a known plate has left: there is no object that this is about.
      return List.of(new Mapped.Ignored(Reason.UNCHANGED));
    }
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("id", EventNumber.of(id));
    ArrayNode fields = payload.putArray("updated_fields");
    payload.put("updated_at", FrigateEvent.moment(said.path("timestamp"), message));
    payload.put("source", "frigate");
    payload.put("frigate_id", id);
    FrigateEvent.put(said.path("camera"), payload, "camera_id");
    FrigateEvent.copy(said, payload, "score", "model");
    String type = FrigateEvent.text(said, "type");
    switch (type) {
      case "description" -> told(said, "description", "description", payload, fields);
      case "face" -> told(said, "name", "sub_label", payload, fields);
      case "lpr" -> {
        told(said, "plate", "recognized_license_plate", payload, fields);
        told(said, "name", "sub_label", payload, fields);
      }
      case "classification" -> {
        told(said, "sub_label", "sub_label", payload, fields);
        told(said, "attribute", "attribute", payload, fields);
      }
      default -> {
        return List.of(new Mapped.Ignored(Reason.NO_MAPPING));
      }
    }
    if (fields.isEmpty()) {
      return List.of(new Mapped.Ignored(Reason.UNCHANGED));
    }
    String content = FrigateEvent.digest(message);
    // What says when it was recognised is the same however late it comes once more.
    String key =
        said.has("timestamp") ? content : things.take("recognised/" + id + '/' + type, content);
    return List.of(FrigateEvent.of("event.updated", payload, "recognised/" + id + '/' + key));
  }

  private static void told(
      JsonNode said, String name, String field, ObjectNode payload, ArrayNode fields) {
    if (said.hasNonNull(name)) {
      payload.set(field, said.path(name));
      fields.add(field);
    }
  }
}
