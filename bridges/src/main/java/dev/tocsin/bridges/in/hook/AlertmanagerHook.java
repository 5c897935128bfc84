package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.Digest;
import dev.tocsin.bridges.bridge.Publisher;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.mapping.EventNumber;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A hook for Prometheus' Alertmanager. An alert is known by its fingerprint and when it began: told for the first time it is
/// `alert.created`, with other labels or annotations `alert.updated`, in the end `alert.resolved`; told once more it is
/// nothing. One that fires after it was resolved is created anew: a Prometheus that was cut off begins no new alert.
final class AlertmanagerHook implements Hook {

  private static final Instant LEAST_END = Instant.parse("1970-01-01T00:00:00Z");

  private final HookSettings.Alertmanager settings;
  private final KnownAlerts known;
  private final InstantSource clock;

  AlertmanagerHook(HookSettings.Alertmanager settings, KnownAlerts known, InstantSource clock) {
    this.settings = settings;
    this.known = known;
    this.clock = clock;
  }

  @Override
  public HookAnswer take(JsonNode said, HookRequest request, Publisher publisher)
      throws InterruptedException {
    return switch (AlertmanagerMessage.read(said)) {
      case AlertmanagerMessage.Reading.Refused(Rejection rejection) -> {
        publisher.refuse(Reason.MALFORMED, rejection);
        yield HookAnswer.of(publisher.result());
      }
      case AlertmanagerMessage.Reading.Read(AlertmanagerMessage message) -> {
        try {
          for (AlertmanagerMessage.Alert alert : message.alerts()) {
            if (!publisher.hasToWait()) {
              take(alert, message, publisher);
            }
          }
        } finally {
          known.save();
        }
        if (message.truncated() > 0 && !publisher.hasToWait()) {
          warn(message, request.body(), publisher);
        }
        yield HookAnswer.of(publisher.result());
      }
    };
  }

  private void take(
      AlertmanagerMessage.Alert alert, AlertmanagerMessage message, Publisher publisher)
      throws InterruptedException {
    String id = alert.fingerprint() + '-' + alert.startsAt().toEpochMilli();
    String digest = digest(alert);
    KnownAlerts.Known before = known.get(id);
    boolean isTold =
        before != null
            && before.resolved() == alert.resolved()
            && (alert.resolved() || before.digest().equals(digest));
    if (isTold) {
      known.touch(id);
      publisher.ignore(Reason.REPEATED);
      return;
    }
    String key;
    int changes = before == null ? 0 : before.changes();
    int returns = before == null ? 0 : before.returns();
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("id", id).put("event_id", EventNumber.of(id));
    String type;
    if (alert.resolved()) {
      type = "alert.resolved";
      key = key(id, "resolved", returns);
      Instant end = alert.endsAt();
      // The end of an alert that has none yet is the year 1.
      payload.put("resolved_at", text(end.isAfter(LEAST_END) ? end : clock.instant()));
    } else {
      payload.put("rule_id", alert.label("alertname"));
      payload.put("severity", severity(alert));
      if (before == null || before.resolved()) {
        type = "alert.created";
        returns += before == null ? 0 : 1;
        key = key(id, "firing", returns);
        payload
            .put("status", "pending")
            .put("dedup_key", alert.fingerprint())
            .put("created_at", text(alert.startsAt()))
            .put("updated_at", text(before == null ? alert.startsAt() : clock.instant()));
      } else {
        type = "alert.updated";
        // An alert may say again what it has said before: that is another change.
        changes++;
        key = Publisher.key(settings.name(), id, "firing", digest, Integer.toString(changes));
        payload.put("updated_at", text(clock.instant()));
      }
    }
    describe(alert, message, payload);
    if (publish(type, payload, key, publisher)) {
      known.note(id, new KnownAlerts.Known(digest, alert.resolved(), changes, returns));
    }
  }

  /// The key of a status that an alert has for the first time, or has again.
  ///
  /// @param returns how often the alert has fired again after it was resolved
  private String key(String id, String status, int returns) {
    return returns == 0
        ? Publisher.key(settings.name(), id, status)
        : Publisher.key(settings.name(), id, status, Integer.toString(returns));
  }

  /// What an alert says besides what every alert of the hub does.
  private void describe(
      AlertmanagerMessage.Alert alert, AlertmanagerMessage message, ObjectNode payload) {
    payload.put("source", settings.name());
    payload.put("receiver", message.receiver());
    payload.put("fingerprint", alert.fingerprint());
    payload.set("labels", alert.labels());
    payload.set("annotations", alert.annotations());
    if (!alert.generatorUrl().isEmpty()) {
      payload.put("generator_url", alert.generatorUrl());
    }
  }

  private String severity(AlertmanagerMessage.Alert alert) {
    String word = alert.label(settings.label()).toLowerCase(Locale.ROOT);
    return settings.severities().getOrDefault(word, settings.severity());
  }

  private void warn(AlertmanagerMessage message, byte[] body, Publisher publisher)
      throws InterruptedException {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload
        .put("error", "alerts_truncated")
        .put(
            "message",
            "The Alertmanager has left out "
                + message.truncated()
                + (message.truncated() == 1 ? " alert" : " alerts")
                + " of a group; its max_alerts says how many it sends")
        .put("timestamp", text(clock.instant()))
        .put("recoverable", true);
    payload
        .putObject("details")
        .put("bridge", settings.name())
        .put("receiver", message.receiver())
        .put("group_key", message.groupKey())
        .put("truncated_alerts", message.truncated());
    String digest = Digest.of(body).hex();
    publish(
        "system.error", payload, Publisher.key(settings.name(), "truncated", digest), publisher);
  }

  private static boolean publish(String type, ObjectNode payload, String key, Publisher publisher)
      throws InterruptedException {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.put("type", type);
    envelope.set("payload", payload);
    byte[] json = Json.write(envelope).getBytes(StandardCharsets.UTF_8);
    if (json.length > WebSocketEvent.MAX_BYTES) {
      publisher.refuse(
          Reason.TOO_LARGE,
          new Rejection(
              ErrorCode.MESSAGE_TOO_LARGE,
              "The event would be larger than " + WebSocketEvent.MAX_BYTES + " bytes"));
      return false;
    }
    return publisher.publish(json, key);
  }

  private String digest(AlertmanagerMessage.Alert alert) {
    return Digest.ofParts(
            severity(alert), Json.write(alert.labels()), Json.write(alert.annotations()))
        .hex(16);
  }

  private static String text(Instant moment) {
    return Timestamp.of(moment).text();
  }
}
