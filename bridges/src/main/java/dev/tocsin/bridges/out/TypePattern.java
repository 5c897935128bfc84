package dev.tocsin.bridges.out;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A pattern of event types as a file of bridges may hold it, to be checked against the catalog: `*`, `?`, `[a-z]`, `[!a]`, in
/// any letter case. What is followed in the end is judged by the hub's own patterns.
public record TypePattern(String text) {

  /// The longest pattern, in characters.
  static final int MAX_LENGTH = 256;

  public TypePattern {
    text = text.toLowerCase(Locale.ROOT);
  }

  /// What is wrong with a text; `null` when it is a pattern.
  static @Nullable String fault(String text) {
    if (text.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    for (int i = text.indexOf('['); i >= 0; i = text.indexOf('[', i)) {
      int close = closeOfSet(text, i);
      if (close < 0) {
        return "has an unclosed [";
      }
      i = close + 1;
    }
    return null;
  }

  private static int closeOfSet(String text, int open) {
    int first = open + 1 < text.length() && text.charAt(open + 1) == '!' ? open + 2 : open + 1;
    return text.indexOf(']', first + 1);
  }

  /// Whether it is the name of one type.
  boolean isName() {
    return text.chars().noneMatch(c -> c == '*' || c == '?' || c == '[');
  }

  /// Whether a type is meant. Goes back to the last `*` alone: no pattern takes more than the square of the length.
  public boolean matches(String type) {
    int at = 0;
    int c = 0;
    int star = -1;
    int afterStar = 0;
    while (c < type.length()) {
      int next = at < text.length() ? step(at, type.charAt(c)) : -1;
      if (at < text.length() && text.charAt(at) == '*') {
        star = ++at;
        afterStar = c;
      } else if (next >= 0) {
        at = next;
        c++;
      } else if (star >= 0) {
        at = star;
        c = ++afterStar;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  /// Where the pattern goes on after it has taken a character; -1 when it does not take it.
  private int step(int at, char c) {
    char p = text.charAt(at);
    if (p == '?') {
      return at + 1;
    }
    if (p != '[') {
      return p == c ? at + 1 : -1;
    }
    int close = closeOfSet(text, at);
    boolean isNegated = text.charAt(at + 1) == '!';
    return isIn(text.substring(isNegated ? at + 2 : at + 1, close), c) == isNegated
        ? -1
        : close + 1;
  }

  private static boolean isIn(String set, char c) {
    for (int i = 0; i < set.length(); i++) {
      if (i + 2 < set.length() && set.charAt(i + 1) == '-') {
        if (set.charAt(i) <= c && c <= set.charAt(i + 2)) {
          return true;
        }
        i += 2;
      } else if (set.charAt(i) == c) {
        return true;
      }
    }
    return false;
  }
}
