package dev.tocsin.events;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.node.ObjectNode;

/// The inclusive bounds of a numeric field.
///
/// @param minimum `null` when there is none
/// @param maximum `null` when there is none
record Bounds(@Nullable BigDecimal minimum, @Nullable BigDecimal maximum) {

  static final Bounds NONE = new Bounds(null, null);

  static Bounds of(@Nullable Range range) {
    return range == null ? NONE : new Bounds(bound(range.min()), bound(range.max()));
  }

  private static @Nullable BigDecimal bound(double value) {
    return Double.isInfinite(value) ? null : BigDecimal.valueOf(value).stripTrailingZeros();
  }

  void check(JsonParser parser, PayloadCheck check) {
    if (minimum == null && maximum == null) {
      return;
    }
    BigDecimal value = JsonNumbers.value(parser.getString());
    if (minimum != null && value.compareTo(minimum) < 0) {
      check.fault(
          "minimum",
          "must be at least " + minimum.toPlainString() + "; was " + PayloadCheck.shown(parser));
    }
    if (maximum != null && value.compareTo(maximum) > 0) {
      check.fault(
          "maximum",
          "must be at most " + maximum.toPlainString() + "; was " + PayloadCheck.shown(parser));
    }
  }

  void describe(ObjectNode schema) {
    if (minimum != null) {
      put(schema, "minimum", minimum);
    }
    if (maximum != null) {
      put(schema, "maximum", maximum);
    }
  }

  private static void put(ObjectNode schema, String keyword, BigDecimal bound) {
    if (bound.scale() <= 0) {
      schema.put(keyword, bound.longValueExact());
    } else {
      schema.put(keyword, bound);
    }
  }
}
