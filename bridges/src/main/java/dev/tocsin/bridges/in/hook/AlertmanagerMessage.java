package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.mapping.MomentUnit;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What an Alertmanager posts: version 4 of its webhook, see "webhook_config" in Prometheus' documentation.
///
/// @param receiver by which it was sent; empty where that is not said
/// @param groupKey which group it is about; empty where that is not said
/// @param truncated how many alerts of the group were left out
record AlertmanagerMessage(String receiver, String groupKey, long truncated, List<Alert> alerts) {

  /// How many alerts one message may have.
  static final int MAX_ALERTS = 5_000;

  private static final int MAX_FINGERPRINT = 128;

  AlertmanagerMessage {
    alerts = List.copyOf(alerts);
  }

  /// One alert.
  ///
  /// @param endsAt `null` where it is not known
  /// @param generatorUrl empty where there is none
  record Alert(
      boolean resolved,
      String fingerprint,
      ObjectNode labels,
      ObjectNode annotations,
      Instant startsAt,
      @Nullable Instant endsAt,
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

  /// Reads a body.
  static Reading read(JsonNode json) {
    List<PayloadError> errors = new ArrayList<>();
    if (!json.isObject()) {
      errors.add(new PayloadError("", "type", "must be an object"));
      return refused(errors);
    }
    JsonNode version = json.path("version");
    if (!version.isString() || !version.stringValue().equals("4")) {
      errors.add(
          new PayloadError(
              "/version",
              version.isMissingNode() ? "required" : "enum",
              "must be \"4\": this is for the webhook of an Alertmanager"));
    }
    JsonNode truncated = json.path("truncatedAlerts");
    if (!truncated.isMissingNode() && !(truncated.isInt() || truncated.isLong())) {
      errors.add(new PayloadError("/truncatedAlerts", "type", "must be an integer"));
    }
    JsonNode list = json.path("alerts");
    List<Alert> alerts = new ArrayList<>();
    if (!list.isArray()) {
      errors.add(
          new PayloadError(
              "/alerts", list.isMissingNode() ? "required" : "type", "must be an array of alerts"));
    } else if (list.size() > MAX_ALERTS) {
      errors.add(
          new PayloadError("/alerts", "maxItems", "may have " + MAX_ALERTS + " alerts at most"));
    } else {
      for (int i = 0; i < list.size() && errors.size() < Rejection.MAX_ERRORS; i++) {
        Alert alert = alert(list.get(i), "/alerts/" + i, errors);
        if (alert != null) {
          alerts.add(alert);
        }
      }
    }
    return errors.isEmpty()
        ? new Reading.Read(
            new AlertmanagerMessage(
                json.path("receiver").asString(""),
                json.path("groupKey").asString(""),
                truncated.asLong(0),
                alerts))
        : refused(errors);
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
    String status = json.path("status").asString("");
    if (!status.equals("firing") && !status.equals("resolved")) {
      errors.add(new PayloadError(path + "/status", "enum", "must be firing or resolved"));
    }
    String fingerprint = json.path("fingerprint").asString("");
    if (fingerprint.isBlank() || fingerprint.length() > MAX_FINGERPRINT) {
      errors.add(
          new PayloadError(path + "/fingerprint", "type", "must be a text of 1 to 128 characters"));
    }
    JsonNode labels = json.path("labels");
    if (!labels.isObject()) {
      errors.add(new PayloadError(path + "/labels", "type", "must be an object"));
    }
    JsonNode annotations = json.path("annotations");
    if (!annotations.isObject() && !annotations.isMissingNode() && !annotations.isNull()) {
      errors.add(new PayloadError(path + "/annotations", "type", "must be an object"));
    }
    Instant startsAt = moment(json.path("startsAt"));
    if (startsAt == null) {
      errors.add(
          new PayloadError(path + "/startsAt", "format", "must be an ISO 8601 date and time"));
    }
    if (errors.size() > before || startsAt == null) {
      return null;
    }
    return new Alert(
        status.equals("resolved"),
        fingerprint,
        (ObjectNode) labels,
        annotations.isObject() ? (ObjectNode) annotations : ((ObjectNode) labels).objectNode(),
        startsAt,
        moment(json.path("endsAt")),
        json.path("generatorURL").asString(""));
  }

  private static @Nullable Instant moment(JsonNode json) {
    return MomentUnit.ISO.moment(json);
  }
}
