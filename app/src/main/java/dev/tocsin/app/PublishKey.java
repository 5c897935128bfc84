package dev.tocsin.app;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The idempotency key that a user gives: 1 to 256 characters, counted as Unicode code points, as the protocol
/// has it.
///
/// @param text as it was given
record PublishKey(String text) {

  private static final int MAX_CHARACTERS = 256;

  /// So long a key can be, and a line's number and checksum still fit behind it.
  private static final int MAX_BEFORE_A_LINE = 200;

  /// What a header can say as it is: Java's has ASCII only, and blanks at either end are not part of it.
  private static final Pattern PLAIN = Pattern.compile("[!-~]([ -~]*[!-~])?");

  /// @throws WrongUse when it is none
  static PublishKey parse(String text) throws WrongUse {
    int characters = text.codePointCount(0, text.length());
    if (characters < 1 || characters > MAX_CHARACTERS) {
      throw new WrongUse(
          "--idempotency-key is 1 to "
              + MAX_CHARACTERS
              + " characters; this one has "
              + characters);
    }
    return new PublishKey(text);
  }

  /// Whether a header can say it; any message can.
  boolean isPlain() {
    return PLAIN.matcher(text).matches();
  }

  /// What the keys of a file's lines begin with, which go in headers and in messages: the key, or its SHA-256
  /// where it has other characters or is too long for that.
  String ofLines() {
    if (isPlain() && text.length() <= MAX_BEFORE_A_LINE) {
      return text;
    }
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
