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

  private static final BigDecimal MAX_PLAIN = BigDecimal.valueOf(PlainJson.MAX_BOUND);

  static final Bounds NONE = new Bounds(null, null);

  static Bounds of(@Nullable Range range) {
    return range == null ? NONE : new Bounds(bound(range.min()), bound(range.max()));
  }

  private static @Nullable BigDecimal bound(double value) {
    return Double.isInfinite(value) ? null : plain(BigDecimal.valueOf(value).stripTrailingZeros());
  }

  /// A whole bound has no scale, so that it is cheap to compare with.
  private static BigDecimal plain(BigDecimal bound) {
    return bound.scale() < 0 ? bound.setScale(0) : bound;
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

  /// Whether the number that was read last surely lies within the bounds.
  boolean accepts(PlainJson json) {
    return (minimum == null || (isPlain(minimum) && json.isAtLeast(minimum.longValue())))
        && (maximum == null || (isPlain(maximum) && json.isAtMost(maximum.longValue())));
  }

  private static boolean isPlain(BigDecimal bound) {
    return bound.scale() == 0 && bound.abs().compareTo(MAX_PLAIN) <= 0;
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
      schema.put(keyword, bound.toBigIntegerExact());
    } else {
      schema.put(keyword, bound);
    }
  }
}
