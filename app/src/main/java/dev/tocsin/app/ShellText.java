package dev.tocsin.app;

/// Text as it has to be typed in a POSIX shell.
final class ShellText {

  private ShellText() {}

  /// The text as one word of a command, in quotes where it needs them.
  static String quoted(String text) {
    return text.matches("[A-Za-z0-9_./:@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
