package dev.tocsin.app;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.TypeConversionException;

/// Where in the log to begin, as a user writes it.
sealed interface StartingPoint {

  /// After a sequence: `0` for all that the log holds.
  record After(long sequence) implements StartingPoint {}

  /// So long ago: `90s`, `1h`, `7d`.
  record Ago(TimeSpan span) implements StartingPoint {}

  /// At a time of the user's own clock: `2026-01-09T12:00`, `2026-01-09`.
  record Local(LocalDateTime time) implements StartingPoint {}

  /// At a time that says its offset: `2026-01-09T12:00:00Z`.
  record At(Instant time) implements StartingPoint {}

  /// The time that is meant.
  ///
  /// @throws IllegalArgumentException for a sequence, which is no time
  default Instant time(Instant now, ZoneId zone) {
    return switch (this) {
      case After after -> throw new IllegalArgumentException("a sequence is no time");
      case Ago ago -> minus(now, ago.span().duration());
      case Local local -> local.time().atZone(zone).toInstant();
      case At at -> at.time();
    };
  }

  private static Instant minus(Instant now, Duration span) {
    return now.minusSeconds(Math.min(span.toSeconds(), now.getEpochSecond()));
  }

  /// Reads a starting point.
  ///
  /// @throws TypeConversionException when it is none
  static StartingPoint parse(String text) {
    if (text.matches("\\d{1,18}")) {
      return new After(Long.parseLong(text));
    }
    if (text.matches("(?i)\\d{1,9}[smhd]")) {
      return new Ago(TimeSpan.parse(text));
    }
    try {
      if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
        return new Local(LocalDate.parse(text).atStartOfDay());
      }
      return text.matches(".*T.*([Zz]|[+-]\\d\\d:\\d\\d)")
          ? new At(OffsetDateTime.parse(text).toInstant())
          : new Local(LocalDateTime.parse(text));
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is neither a sequence such as 0 or 1200, nor a stretch of time such as 90s or"
              + " 1h, nor a time such as 2026-01-09T12:00 or 2026-01-09T12:00:00Z");
    }
  }
}
