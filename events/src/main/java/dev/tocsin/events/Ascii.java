package dev.tocsin.events;

import java.util.Locale;

/// Letter case of the protocol's own words, which are ASCII in every locale.
final class Ascii {

  private Ascii() {}

  static String lowerCase(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /// Whether `text` is `lowerCased` in any letter case; only the letters A to Z have one here.
  static boolean equalsLowerCased(String text, String lowerCased) {
    int length = text.length();
    if (length != lowerCased.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
      if (lower != lowerCased.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
