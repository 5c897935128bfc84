package dev.tocsin.gateway;

import java.util.Locale;
import java.util.regex.Pattern;

/// What a pattern matches, by other means than the server's: a regular expression.
final class Glob {

  private Glob() {}

  static Pattern regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    String text = pattern.toLowerCase(Locale.ROOT);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        case '[' -> {
          int close = text.indexOf(']', i);
          String inside = text.substring(i + 1, close);
          regex.append('[').append(inside.replace('!', '^')).append(']');
          i = close;
        }
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  static boolean matches(String pattern, String name) {
    return regex(pattern).matcher(name).matches();
  }
}
