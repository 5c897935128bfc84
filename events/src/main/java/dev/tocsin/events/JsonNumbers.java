package dev.tocsin.events;

import java.math.BigDecimal;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Exact questions about a JSON number's text, in time linear in its length whatever it says: a
/// message of 64 KiB can hold a number of 64,000 digits or the exponent 999999999.
final class JsonNumbers {

  private JsonNumbers() {}

  /// Whether the value is integral, as JSON Schema defines it: `1.0` and `1e2` are.
  static boolean isInteger(String number) {
    return JsonNumber.of(number).isInteger();
  }

  /// The value, without trailing zeros. It is exact as long as it has no more than a thousand
  /// digits before the point and a thousand after it; a greater one becomes ten to the thousandth,
  /// or that and a half when it is not integral, and digits further after the point become a
  /// single one. So comparing it with a `double` always gives the right answer, and arithmetic is
  /// never expensive.
  static BigDecimal value(String number) {
    return JsonNumber.of(number).bounded();
  }

  /// A tree with its numbers replaced by their values as nodes.
  static JsonNode valued(JsonNode tree, Function<BigDecimal, JsonNode> node) {
    return switch (tree) {
      case ArrayNode array -> {
        ArrayNode copy = JsonNodeFactory.instance.arrayNode();
        array.forEach(item -> copy.add(valued(item, node)));
        yield copy;
      }
      case ObjectNode object -> {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.forEachEntry((name, child) -> copy.set(name, valued(child, node)));
        yield copy;
      }
      default -> tree.isNumber() ? node.apply(value(tree.decimalValue().toString())) : tree;
    };
  }
}
