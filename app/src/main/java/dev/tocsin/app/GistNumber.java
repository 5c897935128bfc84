package dev.tocsin.app;

import java.math.BigDecimal;
import java.math.RoundingMode;
import tools.jackson.databind.JsonNode;

/// Numbers of a payload as a person reads them. JSON has no greatest number: what is too long to be written
/// out is shown as a producer writes it, `1e400`.
final class GistNumber {

  /// Digits before the point from which on a number keeps its exponent.
  private static final int MAX_DIGITS = 15;

  private GistNumber() {}

  /// Without a fraction; `0` for what is no number.
  static String rounded(JsonNode number) {
    return number.isNumber() ? rounded(number.decimalValue()) : "0";
  }

  /// A share of one in per cent.
  static String percent(JsonNode share) {
    return (share.isNumber() ? rounded(share.decimalValue().scaleByPowerOfTen(2)) : "0") + " %";
  }

  private static String rounded(BigDecimal value) {
    long digits = (long) value.precision() - value.scale();
    if (digits > MAX_DIGITS) {
      return spelled(value);
    }
    return digits < 0 ? "0" : value.setScale(0, RoundingMode.HALF_UP).toPlainString();
  }

  /// As it is, with an exponent in lower case where it has one.
  static String spelled(BigDecimal value) {
    return value.toString().replace("E+", "e").replace('E', 'e');
  }
}
