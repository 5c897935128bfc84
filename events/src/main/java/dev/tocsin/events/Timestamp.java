package dev.tocsin.events;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// A moment as its producer wrote it: ISO 8601 date and time in the extended format, offset
/// optional.
///
/// The text is kept as it is, because an event passes through unchanged; [#toInstant] reads it.
/// Accepted: `2026-01-09T12:00:00Z`, fractions of any length after `.` or `,`, seconds left out,
/// offsets as `Z`, `+02:00`, `+0200` or `+02`, `T` and `Z` in either case. Dates must exist in the
/// calendar, and second 60 only where it is 23:59:60 in UTC at the end of a month (RFC 3339, 5.7).
///
/// @param text the text, valid in the sense above
public record Timestamp(String text) {

  /// @throws IllegalArgumentException when the text is no such moment
  public Timestamp {
    if (!IsoDateTime.isDateTime(text)) {
      throw new IllegalArgumentException("not an ISO 8601 date-time: \"" + text + '"');
    }
  }

  /// The moment in UTC, to the millisecond: `2026-01-09T12:00:00.123Z`.
  public static Timestamp of(Instant instant) {
    return new Timestamp(instant.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /// The present moment of `clock`, see [#of].
  public static Timestamp now(InstantSource clock) {
    return of(clock.instant());
  }

  /// The moment on the time line. A text without an offset is read as UTC; digits beyond the
  /// nanosecond are dropped; the leap second is read as the first moment of the next day.
  public Instant toInstant() {
    return IsoDateTime.toInstant(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
