package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.mapping.MomentUnit;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What an Alertmanager posts: version 4 of its webhook, see "webhook_config" in Prometheus' documentation.
///
/// @param receiver by which it was sent
/// @param groupKey which group it is about
/// @param truncated how many alerts of the group were left out
record AlertmanagerMessage(String receiver, String groupKey, long truncated, List<Alert> alerts) {

  /// How many alerts one message may have.
  static final int MAX_ALERTS = 5_000;

  private static final int MAX_FINGERPRINT = 128;

  private static final String RESOLVED = "resolved";
  private static final List<String> STATUSES = List.of("firing", RESOLVED);
  private static final String FIRING_OR_RESOLVED = "must be firing or resolved";
  private static final String OBJECT_OF_TEXTS = "must be an object of texts";

  /// What an Alertmanager says of an alert that has not ended.
  private static final Instant NOT_ENDED = Instant.parse("0001-01-01T00:00:00Z");

  AlertmanagerMessage {
    alerts = List.copyOf(alerts);
  }

  /// One alert.
  ///
  /// @param endsAt the year 1 where it has not ended
  /// @param generatorUrl empty where there is none
  record Alert(
      boolean resolved,
      String fingerprint,
      ObjectNode labels,
      ObjectNode annotations,
      Instant startsAt,
      Instant endsAt,
      String generatorUrl) {

    String label(String name) {
      return labels.path(name).asString("");
    }
  }

  /// What became of a body.
  sealed interface Reading {

    /// It is such a message.
    record Read(AlertmanagerMessage message) implements Reading {}

    /// It is none: everything that is wrong.
    record Refused(Rejection rejection) implements Reading {}
  }

  /// Reads a body. What makes an alert has to be there; the rest of what every Alertmanager sends may be left out by others who
  /// send such messages, but is not to be anything else. What this does not know may be there.
  static Reading read(JsonNode json) {
    List<PayloadError> errors = new ArrayList<>();
    if (!json.isObject()) {
      errors.add(new PayloadError("", "type", "must be an object"));
      return refused(errors);
    }
    Members group = new Members(json, "", errors);
    group.word(
        "version", List.of("4"), "must be \"4\": this is for the webhook of an Alertmanager");
    String groupKey = group.text("groupKey");
    String receiver = group.text("receiver");
    if (json.has("status")) {
      group.word("status", STATUSES, FIRING_OR_RESOLVED);
    }
    group.texts("groupLabels");
    group.texts("commonLabels");
    group.texts("commonAnnotations");
    group.text("externalURL");
    long truncated = truncated(json.path("truncatedAlerts"), group);
    List<Alert> alerts = alerts(json.path("alerts"), group);
    return errors.isEmpty()
        ? new Reading.Read(new AlertmanagerMessage(receiver, groupKey, truncated, alerts))
        : refused(errors);
  }

  /// How many were left out. Older ones do not say.
  private static long truncated(JsonNode json, Members group) {
    boolean isThere = !json.isMissingNode();
    if (isThere && !((json.isInt() || json.isLong()) && json.longValue() >= 0)) {
      group.fault("truncatedAlerts", "must be an integer from 0 on");
    }
    return json.asLong(0);
  }

  private static List<Alert> alerts(JsonNode list, Members group) {
    List<Alert> alerts = new ArrayList<>();
    if (!list.isArray()) {
      group.fault("alerts", "must be an array of alerts");
    } else if (list.size() > MAX_ALERTS) {
      group.fault("alerts", "maxItems", "may have " + MAX_ALERTS + " alerts at most");
    } else {
      for (int i = 0; i < list.size() && group.errors().size() < Rejection.MAX_ERRORS; i++) {
        Alert alert = alert(list.get(i), "/alerts/" + i, group.errors());
        if (alert != null) {
          alerts.add(alert);
        }
      }
    }
    return alerts;
  }

  private static Reading refused(List<PayloadError> errors) {
    return new Reading.Refused(
        new Rejection(
            ErrorCode.INVALID_PAYLOAD,
            "This is no message of an Alertmanager's webhook, version 4: "
                + errors.size()
                + (errors.size() == 1 ? " fault" : " faults"),
            errors));
  }

  private static @Nullable Alert alert(JsonNode json, String path, List<PayloadError> errors) {
    if (!json.isObject()) {
      errors.add(new PayloadError(path, "type", "must be an object"));
      return null;
    }
    int before = errors.size();
    Members alert = new Members(json, path, errors);
    String status = alert.word("status", STATUSES, FIRING_OR_RESOLVED);
    String fingerprint = json.path("fingerprint").stringValue("");
    if (fingerprint.isBlank() || fingerprint.length() > MAX_FINGERPRINT) {
      alert.fault("fingerprint", "must be a text of 1 to 128 characters");
    }
    if (!json.has("labels")) {
      alert.fault("labels", OBJECT_OF_TEXTS);
    }
    ObjectNode labels = alert.texts("labels");
    ObjectNode annotations = alert.texts("annotations");
    Instant startsAt = alert.moment("startsAt");
    Instant endsAt = json.has("endsAt") ? alert.moment("endsAt") : NOT_ENDED;
    String generatorUrl = alert.text("generatorURL");
    return errors.size() > before
        ? null
        : new Alert(
            status.equals(RESOLVED),
            fingerprint,
            labels,
            annotations,
            startsAt,
            endsAt,
            generatorUrl);
  }

  /// The members of an object. What is read where there is a fault is good for nothing.
  ///
  /// @param path of the object
  /// @param errors what is wrong
  private record Members(JsonNode json, String path, List<PayloadError> errors) {

    void fault(String name, String message) {
      fault(name, json.has(name) ? "type" : "required", message);
    }

    void fault(String name, String code, String message) {
      errors.add(new PayloadError(path + '/' + name, code, message));
    }

    /// A text; empty when it is not there.
    String text(String name) {
      JsonNode value = json.path(name);
      if (json.has(name) && !value.isString()) {
        fault(name, "must be a text");
      }
      return value.stringValue("");
    }

    String word(String name, List<String> words, String message) {
      String word = json.path(name).stringValue("");
      if (!words.contains(word)) {
        fault(name, json.has(name) ? "enum" : "required", message);
      }
      return word;
    }

    /// Texts by their names; none when it is not there.
    ObjectNode texts(String name) {
      if (!(json.path(name) instanceof ObjectNode texts)) {
        if (json.has(name)) {
          fault(name, OBJECT_OF_TEXTS);
        }
        return JsonNodeFactory.instance.objectNode();
      }
      texts
          .properties()
          .forEach(entry -> {
            if (!entry.getValue().isString() && errors.size() < Rejection.MAX_ERRORS) {
              fault(
                  name + JsonPointer.empty().appendProperty(entry.getKey()),
                  "type",
                  "must be a text");
            }
          });
      return texts;
    }

    Instant moment(String name) {
      Instant moment = MomentUnit.ISO.moment(json.path(name));
      if (moment == null) {
        fault(name, json.has(name) ? "format" : "required", "must be an ISO 8601 date and time");
      }
      return moment == null ? Instant.EPOCH : moment;
    }
  }
}
