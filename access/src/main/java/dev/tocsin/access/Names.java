package dev.tocsin.access;

/// Which texts may be the name of a principal, and which the name of a role.
final class Names {

  /// How many characters a principal's name may have, counted as Unicode code points.
  static final int MAX_LENGTH = 256;

  /// How many characters a role's name may have, counted in the same way.
  static final int MAX_ROLE_LENGTH = 128;

  /// How many roles somebody may have.
  static final int MAX_ROLES = 64;

  private Names() {}

  /// Whether a text can be a name: there is something to read in it, and nothing that would confuse a log or a terminal.
  static boolean isName(String text) {
    return !text.isBlank()
        && characters(text) <= MAX_LENGTH
        && text.codePoints().noneMatch(Names::isConfusing);
  }

  /// Whether a text can name a role: as [#isName], and without what separates the names in a list.
  static boolean isRole(String text) {
    return isName(text)
        && characters(text) <= MAX_ROLE_LENGTH
        && text.codePoints().noneMatch(c -> c == ',' || Character.isWhitespace(c));
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  private static boolean isConfusing(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  /// A text of a file, as it stands in a sentence: quoted, no longer than a name, nothing confusing.
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(MAX_ROLE_LENGTH)
        .map(c -> isConfusing(c) ? '?' : c)
        .forEach(quoted::appendCodePoint);
    return quoted.append(characters(text) > MAX_ROLE_LENGTH ? "…\"" : "\"").toString();
  }
}
