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

  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  /// @throws IllegalArgumentException when the text is no such moment
  public Timestamp {
    if (!IsoDateTime.isDateTime(text)) {
      throw new IllegalArgumentException("not an ISO 8601 date-time: \"" + text + '"');
    }
  }

  /// The moment in UTC, to the millisecond: `2026-01-09T12:00:00.123Z`. One outside the years 0000 to 9999,
  /// which have four digits, becomes the nearest that is within.
  public static Timestamp of(Instant instant) {
    Instant moment =
        instant.isBefore(EARLIEST) ? EARLIEST : instant.isAfter(LATEST) ? LATEST : instant;
    return new Timestamp(moment.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /// The present moment of `clock`, see [#of].
  public static Timestamp now(InstantSource clock) {
    return of(clock.instant());
  }

  /// Whether a text is a moment with an offset, as the envelope of an event asks for.
  public static boolean isOffsetDateTime(String text) {
    return IsoDateTime.isOffsetDateTime(text);
  }

  /// Whether a text is a moment as RFC 3339 writes it, which allows less.
  public static boolean isRfc3339(String text) {
    return IsoDateTime.isRfc3339(text);
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
