package dev.tocsin.bridges.description;

import java.util.regex.Pattern;

/// What may be the name of a header of HTTP (RFC 9110, 5.1).
public final class HeaderName {

  /// The longest that is taken, in characters.
  private static final int MAX_LENGTH = 128;

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1," + MAX_LENGTH + "}");

  private HeaderName() {}

  /// Whether a text is one.
  public static boolean isOne(String text) {
    return NAME.matcher(text).matches();
  }
}
