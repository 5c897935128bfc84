package dev.tocsin.bridges.mapping;

import dev.tocsin.events.Timestamp;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How a sender writes moments.
public enum MomentUnit {
  /// Seconds since 1970, with a fraction or without.
  SECONDS(0),
  /// Thousandths of them.
  MILLISECONDS(3),
  /// Millionths of them.
  MICROSECONDS(6),
  /// Billionths of them.
  NANOSECONDS(9),
  /// ISO 8601.
  ISO(-1);

  private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);
  private static final BigDecimal FIRST_SECOND = new BigDecimal(-62_167_219_200L);
  private static final BigDecimal LAST_SECOND = new BigDecimal(253_402_300_799L);

  private final int digits;

  MomentUnit(int digits) {
    this.digits = digits;
  }

  /// The moment that a value is; `null` when it is none of the years 0 to 9999.
  public @Nullable Instant moment(JsonNode value) {
    if (this == ISO) {
      if (!value.isString()) {
        return null;
      }
      try {
        return new Timestamp(value.stringValue()).toInstant();
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    BigDecimal number = Scalars.number(value);
    if (number == null) {
      return null;
    }
    BigDecimal seconds = number.movePointLeft(digits);
    if (seconds.compareTo(FIRST_SECOND) < 0 || seconds.compareTo(LAST_SECOND) > 0) {
      return null;
    }
    BigInteger[] parts = seconds.movePointRight(9).toBigInteger().divideAndRemainder(BILLION);
    return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
  }
}
