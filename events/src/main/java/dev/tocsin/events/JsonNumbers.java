package dev.tocsin.events;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Exact questions about a JSON number's text, in time linear in its length whatever it says: a
/// message of 64 KiB can hold a number of 64,000 digits or the exponent 999999999.
final class JsonNumbers {

  private static final int MAX_EXPONENT = 1_000_000_000;

  /// The digits before the point, and after it, to which [#value] is exact.
  private static final int MAX_DIGITS = 1_000;

  private static final BigDecimal HALF = new BigDecimal("0.5");

  private JsonNumbers() {}

  /// Whether the value is integral, as JSON Schema defines it: `1.0` and `1e2` are.
  static boolean isInteger(String number) {
    return Decimal.of(number).isInteger();
  }

  /// The value, without trailing zeros. It is exact as long as it has no more than a thousand
  /// digits before the point and a thousand after it; a greater one becomes ten to the thousandth,
  /// or that and a half when it is not integral, and digits further after the point become a
  /// single one. So comparing it with a `double` always gives the right answer, and arithmetic is
  /// never expensive.
  static BigDecimal value(String number) {
    return Decimal.of(number).value();
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

  /// A number taken apart: `digits` without sign, point, leading and trailing zeros (zero is "0"),
  /// times ten to the `scale`.
  private record Decimal(boolean negative, String digits, long scale) {

    static Decimal of(String number) {
      int exponentAt = number.length();
      for (int i = 0; i < number.length(); i++) {
        if ((number.charAt(i) | 0x20) == 'e') {
          exponentAt = i;
          break;
        }
      }
      boolean negative = number.charAt(0) == '-';
      String mantissa = number.substring(negative ? 1 : 0, exponentAt);
      int point = mantissa.indexOf('.');
      int fraction = point < 0 ? 0 : mantissa.length() - point - 1;
      String all =
          point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
      int first = 0;
      while (first < all.length() && all.charAt(first) == '0') {
        first++;
      }
      if (first == all.length()) {
        return new Decimal(false, "0", 0);
      }
      int end = all.length();
      while (all.charAt(end - 1) == '0') {
        end--;
      }
      long scale = exponent(number, exponentAt) - fraction + (all.length() - end);
      return new Decimal(negative, all.substring(first, end), scale);
    }

    private static long exponent(String number, int exponentAt) {
      if (exponentAt == number.length()) {
        return 0;
      }
      int i = exponentAt + 1;
      boolean negative = number.charAt(i) == '-';
      if (negative || number.charAt(i) == '+') {
        i++;
      }
      long value = 0;
      for (; i < number.length() && value < MAX_EXPONENT; i++) {
        value = value * 10 + (number.charAt(i) - '0');
      }
      return negative ? -value : value;
    }

    boolean isInteger() {
      return scale >= 0;
    }

    BigDecimal value() {
      BigDecimal magnitude;
      if (digits.length() + scale > MAX_DIGITS) {
        BigDecimal great = BigDecimal.TEN.pow(MAX_DIGITS);
        magnitude = isInteger() ? great : great.add(HALF);
      } else if (scale < -MAX_DIGITS) {
        int kept = (int) Math.max(0, digits.length() + scale + MAX_DIGITS);
        magnitude = new BigDecimal(new BigInteger(digits.substring(0, kept) + '1'), MAX_DIGITS + 1);
      } else {
        magnitude = new BigDecimal(new BigInteger(digits), (int) -scale);
      }
      return negative ? magnitude.negate() : magnitude;
    }
  }
}
