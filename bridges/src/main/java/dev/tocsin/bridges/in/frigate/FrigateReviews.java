package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.EventNumber;
import dev.tocsin.bridges.mapping.Mapped;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// Review items, from `frigate/reviews`: each is an alert, which begins, changes and ends.
final class FrigateReviews {

  private static final String SEVERITY = "severity";
  private static final String REVIEW = "review";

  /// What is worth telling when it changes: the severity, and what the review's data has.
  private static final List<String> TOLD =
      List.of(SEVERITY, "detections", "objects", "sub_labels", "zones", "audio", "metadata");

  private FrigateReviews() {}

  static List<Mapped> changed(BridgeMessage message, FrigateThings things) {
    FrigateChange change = FrigateChange.of(message);
    if (change.lacks(SEVERITY)) {
      return FrigateEvent.malformed(
          "it is none of Frigate's reviews: \"after\" with id, camera and severity is missing");
    }
    JsonNode now = change.now();
    String id = change.id();
    String severity = change.text(SEVERITY);
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("id", id).put("event_id", EventNumber.of(first(now, id)));
    return switch (change.kind()) {
      case "new" -> {
        things.begin(REVIEW, change, TOLD, FrigateReviews::value);
        String start = FrigateEvent.moment(now.path("start_time"), message);
        rate(severity, payload);
        payload
            .put("status", "pending")
            .put("dedup_key", id)
            .put("created_at", start)
            .put("updated_at", start);
        describe(now, change.camera(), payload);
        yield List.of(FrigateEvent.of("alert.created", payload, "review/" + id + "/new"));
      }
      // A description by a language model comes as a kind of its own.
      case "update", "genai" -> {
        FrigateThings.Change told = things.take(REVIEW, change, TOLD, FrigateReviews::value);
        if (told.fields().isEmpty()) {
          yield List.of(new Mapped.Ignored(Reason.UNCHANGED));
        }
        rate(severity, payload);
        payload.put("updated_at", FrigateEvent.text(message.received()));
        ArrayNode fields = payload.putArray("updated_fields");
        told.fields().forEach(fields::add);
        describe(now, change.camera(), payload);
        yield List.of(FrigateEvent.of("alert.updated", payload, "review/" + id + '/' + told.key()));
      }
      case "end" -> {
        things.end(REVIEW, change);
        payload.put("resolved_at", FrigateEvent.moment(now.path("end_time"), message));
        payload.put("severity", word(severity));
        describe(now, change.camera(), payload);
        yield List.of(FrigateEvent.of("alert.resolved", payload, "review/" + id + "/end"));
      }
      default -> change.unknown();
    };
  }

  /// The tracked object that a review is about: the one whose id is the least, which is the oldest.
  private static String first(JsonNode now, String id) {
    String first = "";
    for (JsonNode one : now.path("data").path("detections")) {
      String other = one.asString("");
      if (!other.isEmpty() && (first.isEmpty() || other.compareTo(first) < 0)) {
        first = other;
      }
    }
    return first.isEmpty() ? id : first;
  }

  /// What is empty is as good as nothing.
  private static JsonNode value(JsonNode review, String name) {
    if (name.equals(SEVERITY)) {
      return review.path(name);
    }
    JsonNode value = review.path("data").path(name);
    return value.isEmpty() ? MissingNode.getInstance() : value;
  }

  private static void rate(String severity, ObjectNode payload) {
    payload.put("rule_id", "frigate-" + severity).put("severity", word(severity));
  }

  private static String word(String severity) {
    return severity.equals("alert") ? "high" : "low";
  }

  /// What Frigate knows besides: extra fields.
  private static void describe(JsonNode now, String camera, ObjectNode payload) {
    payload.put("source", "frigate").put("camera_id", camera);
    FrigateEvent.copy(
        now.path("data"), payload, TOLD.subList(1, TOLD.size()).toArray(String[]::new));
    FrigateEvent.copy(now, payload, "thumb_path");
  }
}
