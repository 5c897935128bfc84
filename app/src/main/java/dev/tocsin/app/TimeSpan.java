package dev.tocsin.app;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// A stretch of time as a user writes it: `90s`, `10m`, `12h`, `7d`.
record TimeSpan(Duration duration) {

  /// The longest, for which whatever is longer is taken: what a count of nanoseconds can just say, some 292 years.
  private static final Duration MAX = Duration.ofDays(106_751);

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(s|m|h|d)");
  private static final String UNITS = "smhd";
  private static final int[] UNIT_SECONDS = {1, 60, 3_600, 86_400};

  /// Reads a stretch of time.
  ///
  /// @throws TypeConversionException when it is none, or is zero
  static TimeSpan parse(String text) {
    Matcher matcher = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "' is no time such as 90s, 10m, 12h or 7d");
    }
    int unit = UNIT_SECONDS[UNITS.indexOf(matcher.group(2))];
    Duration duration = Duration.ofSeconds(Long.parseLong(matcher.group(1)) * unit);
    if (duration.isZero()) {
      throw new TypeConversionException("'" + text + "' is no time at all");
    }
    return new TimeSpan(duration.compareTo(MAX) > 0 ? MAX : duration);
  }

  /// With the largest unit that leaves no fraction.
  @Override
  public String toString() {
    long seconds = duration.toSeconds();
    int unit = UNITS.length() - 1;
    while (seconds % UNIT_SECONDS[unit] != 0) {
      unit--;
    }
    return seconds / UNIT_SECONDS[unit] + UNITS.substring(unit, unit + 1);
  }
}
