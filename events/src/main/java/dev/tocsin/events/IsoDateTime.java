package dev.tocsin.events;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoChronology;

/// The syntax of ISO 8601 date-times, once as a scanner and once as the regular expression that the
/// JSON Schemas carry. A test holds the two against each other.
///
/// The scanner looks at each character once and allocates nothing; see [Timestamp] for what is
/// accepted. Second 60 is one only where RFC 3339 (5.7, appendix D) has it: when it is 23:59:60 in UTC,
/// at the end of a month. The regular expression cannot add an offset to a time of day; so it asks of a
/// leap second with an offset only that the local date can be right, and is exact in everything else.
final class IsoDateTime {

  private static final int MINUTES_OF_DAY = 24 * 60;

  private static final String LEAP_YEAR =
      "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
  private static final String COMMON_YEAR =
      "(?:[0-9]{2}(?:[02468][1235679]|[13579][01345789])"
          + "|(?:[02468][1235679]|[13579][01345789])00)";
  private static final String MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
  private static final String FRACTION = "(?:[.,][0-9]+)?";
  private static final String HOURS = "(?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?";

  private static final String DATE =
      "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|"
          + LEAP_YEAR
          + "-02-29)";

  private static final String LAST_OF_MONTH =
      "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-31|(?:0[469]|11)-30)|"
          + COMMON_YEAR
          + "-02-28|"
          + LEAP_YEAR
          + "-02-29)";

  /// East of Greenwich it is the next day already when a leap second comes, west of it still the same.
  private static final String LEAP_SECOND =
      LAST_OF_MONTH
          + "[Tt](?:23:59:60"
          + FRACTION
          + "(?:[Zz]|[+-]00(?::?00)?)?|"
          + MINUTE
          + ":60"
          + FRACTION
          + "-"
          + HOURS
          + ")|[0-9]{4}-(?:0[1-9]|1[0-2])-01[Tt]"
          + MINUTE
          + ":60"
          + FRACTION
          + "[+]"
          + HOURS;

  /// What [#isDateTime] accepts, as a regular expression without look-around or back references.
  static final String PATTERN =
      "^(?:"
          + DATE
          + "[Tt]"
          + MINUTE
          + "(?::[0-5][0-9]"
          + FRACTION
          + ")?(?:[Zz]|[+-]"
          + HOURS
          + ")?|"
          + LEAP_SECOND
          + ")$";

  private IsoDateTime() {}

  /// Whether `text` is a date-time, with or without an offset.
  static boolean isDateTime(CharSequence text) {
    return scan(text) >= 0;
  }

  /// Whether `text` is a date-time with an offset, as an envelope's `timestamp` has to be.
  static boolean isOffsetDateTime(CharSequence text) {
    int offsetAt = scan(text);
    return offsetAt >= 0 && offsetAt < text.length();
  }

  /// Whether `text` is a `date-time` of JSON Schema: RFC 3339's, with seconds, a point before their
  /// fraction, and an offset that is `Z` or has hours, colon and minutes.
  static boolean isRfc3339(CharSequence text) {
    int offsetAt = scan(text);
    if (offsetAt < 19 || offsetAt == text.length()) {
      return false;
    }
    boolean point = offsetAt == 19 || text.charAt(19) == '.';
    int offset = text.length() - offsetAt;
    return point && (offset == 1 || (offset == 6 && text.charAt(offsetAt + 3) == ':'));
  }

  /// The moment that `text` names; it must be a date-time.
  static Instant toInstant(String text) {
    int offsetAt = scan(text);
    LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = 0;
    int nano = 0;
    if (offsetAt > 16) {
      second = number(text, 17, 19);
      int scale = 100_000_000;
      for (int i = 20; i < offsetAt && scale > 0; i++, scale /= 10) {
        nano += (text.charAt(i) - '0') * scale;
      }
    }
    boolean leap = second == 60;
    LocalDateTime local =
        LocalDateTime.of(date, LocalTime.of(hour, minute, leap ? 59 : second, leap ? 0 : nano));
    return local
        .toInstant(ZoneOffset.UTC)
        .minusSeconds(offsetMinutes(text, offsetAt) * 60L)
        .plusSeconds(leap ? 1 : 0);
  }

  /// The offset that begins at `at`, which is one or the end of the text.
  private static int offsetMinutes(CharSequence text, int at) {
    if (at == text.length() || text.charAt(at) == 'Z' || text.charAt(at) == 'z') {
      return 0;
    }
    int minutes = number(text, at + 1, at + 3) * 60;
    if (text.length() > at + 3) {
      minutes += number(text, text.length() - 2, text.length());
    }
    return text.charAt(at) == '-' ? -minutes : minutes;
  }

  /// Where the offset begins (the length of the text when there is none), or -1 when this is no
  /// date-time.
  private static int scan(CharSequence s) {
    int length = s.length();
    if (length < 16
        || s.charAt(4) != '-'
        || s.charAt(7) != '-'
        || (s.charAt(10) | 0x20) != 't'
        || s.charAt(13) != ':') {
      return -1;
    }
    int year = number(s, 0, 4);
    int month = number(s, 5, 7);
    int day = number(s, 8, 10);
    if (!isDate(year, month, day)) {
      return -1;
    }
    int hour = number(s, 11, 13);
    int minute = number(s, 14, 16);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      return -1;
    }
    int at = 16;
    boolean leap = false;
    if (at < length && s.charAt(at) == ':') {
      int second = length < 19 ? -1 : number(s, 17, 19);
      leap = second == 60;
      if (second < 0 || second > 60) {
        return -1;
      }
      at = 19;
      if (at < length && (s.charAt(at) == '.' || s.charAt(at) == ',')) {
        int digits = at + 1;
        while (digits < length && isDigit(s.charAt(digits))) {
          digits++;
        }
        if (digits == at + 1) {
          return -1;
        }
        at = digits;
      }
    }
    boolean sound =
        isOffset(s, at)
            && (!leap || isEndOfMonth(year, month, day, hour * 60 + minute - offsetMinutes(s, at)));
    return sound ? at : -1;
  }

  /// Whether it is the last minute of a month.
  ///
  /// @param minute of the day in UTC, as it is counted in the local day: less than none on the day
  ///     before
  private static boolean isEndOfMonth(int year, int month, int day, int minute) {
    return minute == MINUTES_OF_DAY - 1 ? day == daysOf(year, month) : minute == -1 && day == 1;
  }

  private static boolean isDate(int year, int month, int day) {
    return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  }

  private static int daysOf(int year, int month) {
    return switch (month) {
      case 2 -> IsoChronology.INSTANCE.isLeapYear(year) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  private static boolean isOffset(CharSequence s, int at) {
    int left = s.length() - at;
    if (left == 0) {
      return true;
    }
    char sign = s.charAt(at);
    if (sign == 'Z' || sign == 'z') {
      return left == 1;
    }
    if (sign != '+' && sign != '-') {
      return false;
    }
    int hours = left < 3 ? -1 : number(s, at + 1, at + 3);
    if (hours < 0 || hours > 23) {
      return false;
    }
    if (left == 3) {
      return true;
    }
    int minutesAt = s.charAt(at + 3) == ':' ? at + 4 : at + 3;
    if (s.length() - minutesAt != 2) {
      return false;
    }
    int minutes = number(s, minutesAt, minutesAt + 2);
    return minutes >= 0 && minutes <= 59;
  }

  /// The decimal number between the two places, or -1 when one of them is no ASCII digit.
  private static int number(CharSequence s, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(s.charAt(i))) {
        return -1;
      }
      value = value * 10 + (s.charAt(i) - '0');
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
