package dev.tocsin.app;

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
