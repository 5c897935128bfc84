package dev.tocsin.app;

/// The colours of a terminal, or none.
///
/// @param on whether there are any
record Colours(boolean on) {

  private static final String RESET = "\u001b[0m";

  String dim(String text) {
    return paint("2", text);
  }

  String bold(String text) {
    return paint("1", text);
  }

  String cyan(String text) {
    return paint("36", text);
  }

  /// The text in the colour of how bad something is.
  String of(Gist.Weight weight, String text) {
    return switch (weight) {
      case QUIET -> paint("2", text);
      case NORMAL -> text;
      case GOOD -> paint("32", text);
      case NOTABLE -> paint("33", text);
      case BAD -> paint("31", text);
      case WORST -> paint("1;97;41", text);
    };
  }

  private String paint(String code, String text) {
    return on && !text.isEmpty() ? "\u001b[" + code + 'm' + text + RESET : text;
  }
}
