package dev.tocsin.events;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Java values as JSON trees: texts, numbers, `true` and `false`, `null`, maps with texts as names, lists
/// and arrays of objects, enums under their wire names, payload records, [Timestamp], [Instant], [UUID],
/// [Optional] and trees.
///
/// What has no JSON form (NaN, a `Thread`, a map that contains itself) becomes a node that holds the value
/// itself ([JsonNode#isPojo]); [PayloadDraft] tells it as a fault of its place.
final class JavaValues {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// How many values a payload may have: each takes a byte of the event at least.
  private static final int MAX_VALUES = WebSocketEvent.MAX_BYTES;

  private int left = MAX_VALUES;

  private JavaValues() {}

  /// @throws InvalidEventException when there are more values than an event may have bytes
  static JsonNode tree(@Nullable Object value) {
    return new JavaValues().tree(value, 0);
  }

  private JsonNode tree(@Nullable Object value, int depth) {
    if (--left < 0) {
      throw new InvalidEventException(
          new Rejection(
              ErrorCode.MESSAGE_TOO_LARGE,
              "The payload has more than " + MAX_VALUES + " values, or contains itself"));
    }
    return switch (value) {
      case null -> NODES.nullNode();
      case Object deep when depth > StrictJson.MAX_DEPTH -> NODES.pojoNode(deep);
      case JsonNode node -> node.deepCopy();
      case CharSequence text -> NODES.stringNode(text.toString());
      case Character character -> NODES.stringNode(character.toString());
      case Boolean bool -> NODES.booleanNode(bool);
      case Number number -> number(number);
      case Enum<?> constant -> NODES.stringNode(EnumShape.wireName(constant));
      case Timestamp timestamp -> NODES.stringNode(timestamp.text());
      case Instant instant -> NODES.stringNode(instant.toString());
      case UUID uuid -> NODES.stringNode(uuid.toString());
      case Optional<?> optional -> tree(optional.orElse(null), depth);
      case Map<?, ?> map -> object(map, depth);
      case Iterable<?> items -> array(items, depth);
      case Record payload -> record(payload);
      default -> value.getClass().isArray() ? array(items(value), depth) : NODES.pojoNode(value);
    };
  }

  /// The items of an array, of primitives too.
  private static List<@Nullable Object> items(Object array) {
    List<@Nullable Object> items = new ArrayList<>();
    for (int i = 0; i < Array.getLength(array); i++) {
      items.add(Array.get(array, i));
    }
    return items;
  }

  private static JsonNode number(Number number) {
    return switch (number) {
      case Double real -> real(real);
      case Float real -> Float.isFinite(real) ? NODES.numberNode(real) : NODES.pojoNode(real);
      case Long whole -> NODES.numberNode(whole.longValue());
      case Integer whole -> NODES.numberNode(whole.intValue());
      case Short whole -> NODES.numberNode(whole.shortValue());
      case Byte whole -> NODES.numberNode(whole.byteValue());
      case BigInteger whole -> NODES.numberNode(whole);
      case BigDecimal decimal -> NODES.numberNode(decimal);
      default -> NODES.pojoNode(number);
    };
  }

  /// A number, or a node that holds NaN or an infinity itself.
  static JsonNode real(double number) {
    return Double.isFinite(number) ? NODES.numberNode(number) : NODES.pojoNode(number);
  }

  private JsonNode object(Map<?, ?> map, int depth) {
    ObjectNode object = NODES.objectNode();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof CharSequence || entry.getKey() instanceof Enum<?>)) {
        return NODES.pojoNode(map);
      }
      String name =
          entry.getKey() instanceof Enum<?> constant
              ? EnumShape.wireName(constant)
              : entry.getKey().toString();
      object.set(name, tree(entry.getValue(), depth + 1));
    }
    return object;
  }

  private JsonNode array(Iterable<? extends @Nullable Object> items, int depth) {
    ArrayNode array = NODES.arrayNode();
    for (Object item : items) {
      array.add(tree(item, depth + 1));
    }
    return array;
  }

  private static JsonNode record(Record payload) {
    try {
      return RecordSchemas.of(payload.getClass()).shape().write(payload);
    } catch (IllegalArgumentException e) { // no payload record
      return NODES.pojoNode(payload);
    }
  }
}
