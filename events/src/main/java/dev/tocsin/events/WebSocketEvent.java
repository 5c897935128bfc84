package dev.tocsin.events;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;

/// The standard envelope: one event, as a producer makes it or as a subscriber gets it.
///
/// @param type the event type's name
/// @param payload the payload, a JSON object; `null` for types without one. Copied on construction
/// @param timestamp ISO 8601 with offset; `null` lets the server set it
/// @param correlationId passed through from producer to subscriber
/// @param sequence the position in the log, from 1; only on events that were accepted
/// @param channel the producer's channel, else the type's; only the server's own types have none
/// @param previous on delivery: nothing between it and `sequence` matched this subscription
public record WebSocketEvent(
    String type,
    @Nullable JsonNode payload,
    @Nullable String timestamp,
    @Nullable String correlationId,
    @Nullable Long sequence,
    @Nullable String channel,
    @Nullable Long previous) {

  /// The longest event that a hub takes, in bytes of its JSON.
  public static final int MAX_BYTES = 64 * 1024;

  /// @throws InvalidEventException when a text holds half of a surrogate pair, which no UTF-8 can say, or the payload a number
  ///     that JSON cannot say, as NaN
  public WebSocketEvent {
    requireText("type", Objects.requireNonNull(type, "type"));
    requireText("timestamp", timestamp);
    requireText("correlation_id", correlationId);
    requireText("channel", channel);
    payload = payload == null ? null : payload.deepCopy();
    if (payload != null) {
      requireFinite(payload);
    }
  }

  /// The payload, made anew for the caller: who changes it changes no event.
  @Override
  public @Nullable JsonNode payload() {
    return payload == null ? null : payload.deepCopy();
  }

  private static void requireText(String field, @Nullable String text) {
    if (text != null && JsonText.utf8(text) == null) {
      throw new InvalidEventException(
          new Rejection(ErrorCode.INVALID_MESSAGE, field + " holds half of a surrogate pair"));
    }
  }

  /// Jackson writes such a number as a text.
  private static void requireFinite(JsonNode node) {
    if (node instanceof NumericNode number && number.isNaN()) {
      throw new InvalidEventException(
          new Rejection(
              ErrorCode.INVALID_MESSAGE,
              "payload holds a number that JSON cannot say: " + node.asString()));
    }
    node.forEach(WebSocketEvent::requireFinite);
  }

  /// The refusal of an event that is longer than [#MAX_BYTES].
  static Rejection tooLong(int bytes) {
    return new Rejection(
        ErrorCode.MESSAGE_TOO_LARGE, "The event has " + bytes + " bytes; it may have " + MAX_BYTES);
  }

  /// Reads an envelope, from a producer or from the server. Fields it does not know are left out.
  ///
  /// @throws IllegalArgumentException when the text is no JSON object with a text `type`
  public static WebSocketEvent fromJson(String json) {
    JsonNode node =
        switch (Json.read(json)) {
          case Json.Value(JsonNode tree) -> tree;
          case Rejection rejection ->
              throw new IllegalArgumentException("not an event: " + rejection.message());
        };
    String type = text(node, "type");
    if (type == null) {
      throw new IllegalArgumentException("not an event: there is no text field \"type\"");
    }
    return new WebSocketEvent(
        type,
        node.get("payload"),
        text(node, "timestamp"),
        text(node, "correlation_id"),
        number(node, "sequence"),
        text(node, "channel"),
        number(node, "previous"));
  }

  /// The same event with a correlation id; `null` for none.
  public WebSocketEvent withCorrelationId(@Nullable String correlationId) {
    return new WebSocketEvent(type, payload, timestamp, correlationId, sequence, channel, previous);
  }

  /// The same event in a channel of the producer's.
  public WebSocketEvent withChannel(String channel) {
    return new WebSocketEvent(type, payload, timestamp, correlationId, sequence, channel, previous);
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  private static @Nullable Long number(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value != null && value.canConvertToLong() && value.isIntegralNumber()
        ? value.longValue()
        : null;
  }

  /// The envelope as JSON on one line; fields that are absent are left out.
  public String toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("type", type);
    if (payload != null) {
      node.set("payload", payload);
    }
    put(node, "timestamp", timestamp);
    put(node, "correlation_id", correlationId);
    if (sequence != null) {
      node.put("sequence", sequence);
    }
    put(node, "channel", channel);
    if (previous != null) {
      node.put("previous", previous);
    }
    return TreeWriter.text(node);
  }

  private static void put(ObjectNode node, String field, @Nullable String value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  /// The payload as its typed record.
  ///
  /// @throws IllegalArgumentException when the payload is not one of `type`
  /// @throws ArithmeticException when a number does not fit into its `long` or `double`
  public <R extends Record> R payload(Class<R> type) {
    if (payload == null) {
      throw new IllegalArgumentException(PayloadFaults.missing().message());
    }
    RecordSchema schema = RecordSchemas.of(type);
    byte[] json = TreeWriter.utf8(payload);
    Rejection rejection = StrictJson.check(json);
    if (rejection == null) {
      rejection = schema.rejection(json);
    }
    if (rejection != null) {
      throw new IllegalArgumentException(rejection.message());
    }
    return type.cast(schema.shape().read(Json.tree(json)));
  }
}
