package dev.tocsin.events;

import java.math.BigDecimal;
import java.math.BigInteger;

/// The exact value of a JSON number, however many digits it has: equal values are equal, `1` is `1.0`.
///
/// Made and compared in time linear in the number's text, whatever it says: a message of 64 KiB can hold
/// a number of 64,000 digits, or the exponent 999999999. Immutable.
///
/// @param digits without sign, point, leading and trailing zeros; zero is `0`
/// @param scale the power of ten by which the digits are multiplied
public record JsonNumber(boolean negative, String digits, long scale)
    implements FieldValue, Comparable<JsonNumber> {

  /// Zero.
  public static final JsonNumber ZERO = new JsonNumber(false, "0", 0);

  /// Greater exponents are told apart no more.
  private static final long MAX_EXPONENT = 100_000_000_000_000_000L;

  /// The digits before the point, and behind it, to which [#bounded] is exact.
  private static final int MAX_DIGITS = 1_000;

  private static final BigDecimal HALF = new BigDecimal("0.5");

  /// The value of a number.
  ///
  /// @param number a JSON number, as RFC 8259 has it
  public static JsonNumber of(String number) {
    int exponentAt = number.length();
    for (int i = 0; i < number.length(); i++) {
      if ((number.charAt(i) | 0x20) == 'e') {
        exponentAt = i;
        break;
      }
    }
    boolean negative = number.charAt(0) == '-';
    String mantissa = number.substring(negative ? 1 : 0, exponentAt);
    int point = mantissa.indexOf('.');
    int fraction = point < 0 ? 0 : mantissa.length() - point - 1;
    String all =
        point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
    int first = 0;
    while (first < all.length() && all.charAt(first) == '0') {
      first++;
    }
    if (first == all.length()) {
      return ZERO;
    }
    int end = all.length();
    while (all.charAt(end - 1) == '0') {
      end--;
    }
    long scale = exponent(number, exponentAt) - fraction + (all.length() - end);
    return new JsonNumber(negative, all.substring(first, end), scale);
  }

  /// The value of an integer.
  public static JsonNumber of(long number) {
    return of(Long.toString(number));
  }

  private static long exponent(String number, int exponentAt) {
    if (exponentAt == number.length()) {
      return 0;
    }
    int i = exponentAt + 1;
    boolean negative = number.charAt(i) == '-';
    if (negative || number.charAt(i) == '+') {
      i++;
    }
    long value = 0;
    for (; i < number.length() && value < MAX_EXPONENT; i++) {
      value = value * 10 + (number.charAt(i) - '0');
    }
    return negative ? -value : value;
  }

  /// Whether the value is integral, as JSON Schema defines it: `1.0` and `1e2` are.
  public boolean isInteger() {
    return scale >= 0;
  }

  @Override
  public int compareTo(JsonNumber other) {
    int sign = signum();
    if (sign != other.signum()) {
      return Integer.compare(sign, other.signum());
    }
    return sign * compareMagnitude(other);
  }

  private int signum() {
    return digits.equals("0") ? 0 : negative ? -1 : 1;
  }

  private int compareMagnitude(JsonNumber other) {
    int places = Long.compare(digits.length() + scale, other.digits.length() + other.scale);
    // Without zeros at their ends, digits that go on are more.
    return places != 0 ? places : Integer.signum(digits.compareTo(other.digits));
  }

  /// See [JsonNumbers#value].
  BigDecimal bounded() {
    BigDecimal magnitude;
    if (digits.length() + scale > MAX_DIGITS) {
      BigDecimal great = BigDecimal.TEN.pow(MAX_DIGITS);
      magnitude = isInteger() ? great : great.add(HALF);
    } else if (scale < -MAX_DIGITS) {
      int kept = (int) Math.max(0, digits.length() + scale + MAX_DIGITS);
      magnitude = new BigDecimal(new BigInteger(digits.substring(0, kept) + '1'), MAX_DIGITS + 1);
    } else {
      magnitude = new BigDecimal(new BigInteger(digits), (int) -scale);
    }
    return negative ? magnitude.negate() : magnitude;
  }

  @Override
  public String shown() {
    String text = toString();
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  /// The number as JSON, in one of its shortest forms.
  @Override
  public String toString() {
    String sign = negative ? "-" : "";
    if (scale == 0) {
      return sign + digits;
    }
    if (scale < 0 && -scale < digits.length()) {
      int point = digits.length() + (int) scale;
      return sign + digits.substring(0, point) + '.' + digits.substring(point);
    }
    if (scale < 0 && digits.length() - scale <= 20) {
      return sign + "0." + "0".repeat((int) (-scale - digits.length())) + digits;
    }
    if (scale > 0 && digits.length() + scale <= 20) {
      return sign + digits + "0".repeat((int) scale);
    }
    return sign + digits + 'e' + scale;
  }
}
