package dev.tocsin.client;

import dev.tocsin.events.Json;
import dev.tocsin.events.Where;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/// What the client says: each method encodes one action as a text message.
final class Actions {

  /// The answer to the server's heartbeat.
  static final String PONG = "{\"type\":\"pong\"}";

  private static final String LONGEST_ID = "9".repeat(19);

  private Actions() {}

  /// @param where narrows the patterns; `null` for all that they match
  /// @param beginning what it begins with; `null` for the next event
  static String subscribe(
      String id, List<String> patterns, @Nullable Where where, @Nullable Beginning beginning) {
    return change("subscribe", id, patterns, where, beginning);
  }

  /// @param patterns `null` for all of them
  static String unsubscribe(String id, @Nullable List<String> patterns) {
    return change("unsubscribe", id, patterns, null, null);
  }

  private static String change(
      String action,
      String id,
      @Nullable List<String> patterns,
      @Nullable Where where,
      @Nullable Beginning beginning) {
    ObjectNode message = action(action).put("id", id);
    if (patterns != null) {
      patterns.forEach(message.putArray("events")::add);
    }
    if (where != null) {
      message.putRawValue("where", new RawValue(where.json()));
    }
    switch (beginning) {
      case Beginning.Latest latest -> message.put("latest", true);
      case Beginning.Last(int count) -> message.put("last", count);
      case null -> {}
    }
    return Json.write(message);
  }

  /// The text of it holds the credential: it is sent, and kept nowhere.
  static String authenticate(String id, String credential) {
    return Json.write(action("authenticate").put("id", id).put("token", credential));
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
    String key = idempotencyKey == null ? "" : ",\"idempotency_key\":" + quoted(idempotencyKey);
    return "{\"action\":\"publish\",\"id\":\"" + id + "\",\"event\":" + event + key + '}';
  }

  /// How many bytes a publish has, whatever its id will be.
  static int publishBytes(String event, String idempotencyKey) {
    return utf8Length(event) + utf8Length(publish(LONGEST_ID, "", idempotencyKey));
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// A text as JSON. Most keys are plain ASCII, and there is one for every event.
  private static String quoted(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return Json.write(JsonNodeFactory.instance.stringNode(text));
      }
    }
    return '"' + text + '"';
  }
}
