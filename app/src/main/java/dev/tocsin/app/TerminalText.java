package dev.tocsin.app;

import java.util.ArrayList;
import java.util.List;

/// Makes text of unknown origin harmless to a terminal, and keeps it on its line.
final class TerminalText {

  private TerminalText() {}

  /// The text with every control character made visible.
  ///
  /// White space of any kind becomes a blank; the rest of C0 and C1, DEL, and the invisible
  /// formatting characters, by which a text can be shown in another order than it has, become
  /// `\u001b` and the like. Joiners stay: without them scripts and emoji fall apart.
  static String harmless(String text) {
    int i = 0;
    while (i < text.length() && isPlain(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder harmless = new StringBuilder(text.length() + 16).append(text, 0, i);
    text.codePoints().skip(text.codePointCount(0, i)).forEach(c -> append(harmless, c));
    return harmless.toString();
  }

  /// JSON that is safe to show: outside of strings it has no such characters but white space, and
  /// inside an escape means the same.
  static String harmlessJson(String json) {
    StringBuilder harmless = new StringBuilder(json.length() + 16);
    json.codePoints()
        .forEach(c -> {
          if (c == '\n' || c == '\r' || c == '\t') {
            harmless.append(' ');
          } else if (isHarmful(c)) {
            appendEscaped(harmless, c);
          } else {
            harmless.appendCodePoint(c);
          }
        });
    return harmless.toString();
  }

  /// At most this many characters, with an ellipsis where some are left out.
  static String shortened(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1;
    return text.substring(0, end) + "…";
  }

  /// At most this many columns of a terminal, with an ellipsis where something is left out. Letters of East
  /// Asia and pictures take two columns, marks that stand on another letter none.
  static String fitted(String text, int columns) {
    if (text.length() <= columns / 2 || width(text) <= columns) {
      return text;
    }
    int used = 0;
    int end = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      if (used + width(c) > columns - 1) {
        break;
      }
      used += width(c);
      end += Character.charCount(c);
    }
    return text.substring(0, end) + "…";
  }

  /// The text in lines of at most so many columns, broken at blanks; a longer word keeps its length.
  static List<String> wrapped(String text, int columns) {
    if (width(text) <= columns) {
      return List.of(text);
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && width(line.toString()) + 1 + width(word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /// How many columns of a terminal the text takes.
  static int width(String text) {
    return text.codePoints().map(TerminalText::width).sum();
  }

  private static int width(int c) {
    if (c < 0x300) {
      return 1;
    }
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (c >= 0x1100 && c <= 0x115F)
            || (c >= 0x2E80 && c <= 0xA4CF)
            || (c >= 0xAC00 && c <= 0xD7A3)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0xFE30 && c <= 0xFE6F)
            || (c >= 0xFF00 && c <= 0xFF60)
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1FAFF)
            || (c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c < 0x7F;
  }

  private static void append(StringBuilder harmless, int c) {
    if (c == 0x85 || (Character.isWhitespace(c) && c != ' ')) {
      harmless.append(' ');
    } else if (isHarmful(c)) {
      appendEscaped(harmless, c);
    } else {
      harmless.appendCodePoint(c);
    }
  }

  private static boolean isHarmful(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.FORMAT -> c != 0x200C && c != 0x200D;
      default -> false;
    };
  }

  private static void appendEscaped(StringBuilder harmless, int c) {
    for (char unit : Character.toChars(c)) {
      harmless.append("\\u").append("%04x".formatted((int) unit));
    }
  }
}
