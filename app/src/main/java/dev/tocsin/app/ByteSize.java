package dev.tocsin.app;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// A number of bytes as a user writes it: `64m`, `2g`, `65536`. The units are powers of 1,024.
record ByteSize(long bytes) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,15})([kmgt]?)(?:i?b)?");
  private static final String UNITS = "kmgt";

  /// Reads a size.
  ///
  /// @throws TypeConversionException when it is none, is zero, or does not fit into 64 bits
  static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "' is no size such as 64m or 2g");
    }
    int shift = 10 * (UNITS.indexOf(matcher.group(2)) + 1);
    long number = Long.parseLong(matcher.group(1));
    long bytes = number << (matcher.group(2).isEmpty() ? 0 : shift);
    if (bytes <= 0 || bytes >> (matcher.group(2).isEmpty() ? 0 : shift) != number) {
      throw new TypeConversionException("'" + text + "' is out of range");
    }
    return new ByteSize(bytes);
  }

  /// With the largest unit that leaves no fraction.
  @Override
  public String toString() {
    long number = bytes;
    int unit = 0;
    while (unit < UNITS.length() && number % 1024 == 0) {
      number /= 1024;
      unit++;
    }
    return unit == 0 ? number + " bytes" : number + " " + "KMGT".charAt(unit - 1) + "iB";
  }
}
