package dev.tocsin.events;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/// What some fields of an event say, taken out of its bytes once. Immutable.
public final class FieldValues {

  /// The name under which an event's channel is a field of it.
  public static final String CHANNEL = "$channel";

  /// The name under which its correlation id is.
  public static final String CORRELATION_ID = "$correlation_id";

  /// Both.
  static final Set<String> OF_ENVELOPE = Set.of(CHANNEL, CORRELATION_ID);

  /// The longest text that is kept, in UTF-16 units: no condition names a longer one.
  static final int MAX_TEXT_LENGTH = 8 * 1024;

  /// Stands for every longer text: it holds half of a surrogate pair, which no text that came as JSON does.
  private static final FieldValue LONG_TEXT = new FieldValue.Text("\uD800");

  private final Map<String, FieldValue> values;

  private FieldValues(Map<String, FieldValue> values) {
    this.values = values;
  }

  /// Reads fields of an event.
  ///
  /// @param names those of the payload that are wanted; the envelope's are there besides
  public static FieldValues of(EncodedEvent event, Set<String> names) {
    Map<String, FieldValue> values = new HashMap<>();
    event.channel().ifPresent(channel -> values.put(CHANNEL, text(channel)));
    event.correlationId().ifPresent(id -> values.put(CORRELATION_ID, text(id)));
    Slice payload = event.payloadSlice();
    try (JsonParser parser =
        StrictJson.checkedParser(payload.bytes(), payload.offset(), payload.length())) {
      parser.nextToken();
      int wanted = names.size();
      while (wanted > 0 && parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (names.contains(name)) {
          FieldValue value = value(parser);
          if (value != null) {
            values.put(name, value);
          }
          wanted--;
        }
        parser.skipChildren();
      }
    }
    return new FieldValues(values);
  }

  /// Reads fields of an event that has not been validated.
  ///
  /// @param fields those of its type
  public static FieldValues of(WebSocketEvent event, Map<String, PayloadField> fields) {
    Map<String, FieldValue> values = new HashMap<>();
    if (event.channel() != null) {
      values.put(CHANNEL, text(event.channel()));
    }
    if (event.correlationId() != null) {
      values.put(CORRELATION_ID, text(event.correlationId()));
    }
    JsonNode payload = event.payload();
    fields.forEach((name, field) -> {
      JsonNode node = payload == null ? null : payload.get(name);
      FieldValue value = node == null ? null : value(node);
      if (value != null) {
        values.put(name, field.canonical(value).orElse(value));
      }
    });
    return new FieldValues(values);
  }

  private static @Nullable FieldValue value(JsonNode node) {
    if (node.isString()) {
      return text(node.stringValue());
    } else if (node.isBoolean()) {
      return new FieldValue.Truth(node.booleanValue());
    }
    return node.isNumber() ? JsonNumber.of(node.decimalValue().toString()) : null;
  }

  /// Whether a field is one of the envelope, which the events of every type have.
  public static boolean isOfEnvelope(String name) {
    return OF_ENVELOPE.contains(name);
  }

  /// The value that a parser stands on; `null` when it is none that can be compared.
  static @Nullable FieldValue value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> text(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> JsonNumber.of(parser.getString());
      case VALUE_TRUE -> new FieldValue.Truth(true);
      case VALUE_FALSE -> new FieldValue.Truth(false);
      default -> null;
    };
  }

  private static FieldValue text(String text) {
    return text.length() > MAX_TEXT_LENGTH ? LONG_TEXT : new FieldValue.Text(text);
  }

  /// What a field says; `null` when it is absent, `null`, or cannot be compared.
  public @Nullable FieldValue get(String name) {
    return values.get(name);
  }
}
