package dev.tocsin.http;

import java.text.Normalizer;
import java.util.Locale;

/// The form that DNS has of a label in another script (RFC 3492). Java's own reading follows the rules of 2003 and
/// gives back what it does not take, be it garbled or only newer.
final class Punycode {

  /// What such a label begins with.
  static final String PREFIX = "xn--";

  private static final int BASE = 36;
  private static final int MIN_THRESHOLD = 1;
  private static final int MAX_THRESHOLD = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int FIRST_BIAS = 72;
  private static final int FIRST_CODE_POINT = 128;

  private Punycode() {}

  /// Whether a label that begins with [#PREFIX] says something that a browser takes: text in another script,
  /// normalised, of characters that there are.
  static boolean isLabel(String label) {
    StringBuilder text = new StringBuilder();
    String encoded = label.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
    if (!decode(encoded, text)) {
      return false;
    }
    return text.chars().anyMatch(c -> c >= FIRST_CODE_POINT)
        && text.codePoints().allMatch(Punycode::isOfAName)
        && Normalizer.isNormalized(text, Normalizer.Form.NFC);
  }

  private static boolean isOfAName(int codePoint) {
    return Character.isDefined(codePoint)
        && !Character.isISOControl(codePoint)
        && !Character.isWhitespace(codePoint)
        && Character.getType(codePoint) != Character.SURROGATE
        && Character.getType(codePoint) != Character.PRIVATE_USE;
  }

  /// The procedure of section 6.2.
  private static boolean decode(String encoded, StringBuilder text) {
    int hyphen = encoded.lastIndexOf('-');
    text.append(encoded, 0, Math.max(hyphen, 0));
    int codePoint = FIRST_CODE_POINT;
    int bias = FIRST_BIAS;
    int count = text.length();
    long place = 0;
    for (int in = hyphen > 0 ? hyphen + 1 : 0; in < encoded.length(); ) {
      long before = place;
      long weight = 1;
      int threshold;
      int digit;
      int k = BASE;
      do {
        digit = in < encoded.length() ? digit(encoded.charAt(in++)) : -1;
        place += digit * weight;
        if (digit < 0 || place > Integer.MAX_VALUE) {
          return false;
        }
        threshold = Math.clamp((long) k - bias, MIN_THRESHOLD, MAX_THRESHOLD);
        weight *= BASE - threshold;
        k += BASE;
      } while (digit >= threshold);
      count++;
      bias = adapted(place - before, count, before == 0);
      long next = codePoint + place / count;
      if (next > Character.MAX_CODE_POINT) {
        return false;
      }
      codePoint = (int) next;
      place %= count;
      text.insert(text.offsetByCodePoints(0, (int) place), Character.toString(codePoint));
      place++;
    }
    return true;
  }

  private static int digit(char c) {
    return c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? c - '0' + 26 : -1;
  }

  private static int adapted(long delta, int count, boolean first) {
    long rest = first ? delta / DAMP : delta / 2;
    rest += rest / count;
    int k = 0;
    while (rest > (BASE - MIN_THRESHOLD) * MAX_THRESHOLD / 2) {
      rest /= BASE - MIN_THRESHOLD;
      k += BASE;
    }
    return (int) (k + (BASE - MIN_THRESHOLD + 1) * rest / (rest + SKEW));
  }
}
