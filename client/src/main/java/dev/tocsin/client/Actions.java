package dev.tocsin.client;

import dev.tocsin.events.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the client says: each method encodes one action as a text message.
final class Actions {

  /// The answer to the server's heartbeat.
  static final String PONG = "{\"type\":\"pong\"}";

  private Actions() {}

  static String subscribe(String id, List<String> patterns) {
    return change("subscribe", id, patterns);
  }

  /// @param patterns `null` for all of them
  static String unsubscribe(String id, @Nullable List<String> patterns) {
    return change("unsubscribe", id, patterns);
  }

  private static String change(String action, String id, @Nullable List<String> patterns) {
    ObjectNode message = action(action).put("id", id);
    if (patterns != null) {
      patterns.forEach(message.putArray("events")::add);
    }
    return Json.write(message);
  }

  static String resume(Position from) {
    ObjectNode message = action("resume").put("since", from.sequence());
    if (!from.epoch().isEmpty()) {
      message.put("epoch", from.epoch());
    }
    return Json.write(message);
  }

  private static ObjectNode action(String name) {
    return JsonNodeFactory.instance.objectNode().put("action", name);
  }

  /// @param event the envelope's JSON, which goes out as it is
  /// @param idempotencyKey `null` for none
  static String publish(String id, String event, @Nullable String idempotencyKey) {
    String key =
        idempotencyKey == null
            ? ""
            : ",\"idempotency_key\":"
                + Json.write(JsonNodeFactory.instance.stringNode(idempotencyKey));
    return "{\"action\":\"publish\",\"id\":\"" + id + "\",\"event\":" + event + key + '}';
  }
}
