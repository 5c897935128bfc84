package dev.tocsin.bridges.out.webhook;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// Reads `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
final class RetryAfter {

  private static final BigInteger MOST_SECONDS = BigInteger.valueOf(1_000_000_000_000L);

  private RetryAfter() {}

  /// How long to wait; nothing where it says nothing, or something that is none. It may be very long.
  static Duration of(@Nullable String header, Instant now) {
    if (header == null) {
      return Duration.ZERO;
    }
    if (header.matches("[0-9]+")) {
      return Duration.ofSeconds(new BigInteger(header).min(MOST_SECONDS).longValue());
    }
    try {
      Instant then = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return then.isBefore(now) ? Duration.ZERO : Duration.between(now, then);
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }
}
