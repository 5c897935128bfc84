package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.Digest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Makes a value fit to stand in one level of a topic: whatever it is, it makes no level of its own, no wildcard, and no topic
/// that a broker has for itself. Different values become different ones.
///
/// `/`, `+`, `#`, `%`, a `$` at the beginning and what is no character to print become their UTF-8 bytes as `%2F`, as in
/// addresses. Nothing, and no value at all, become `-`, and `-` itself `%2D`. Of what is longer than [#WHOLE_BYTES] the
/// beginning stays, with a digest of all.
final class TopicLevel {

  private static final int DIGEST_BYTES = 16;

  /// The longest, in bytes.
  static final int MAX_BYTES = 512;

  /// The longest that is there as a whole.
  static final int WHOLE_BYTES = MAX_BYTES - 2 * DIGEST_BYTES - 1;

  /// What stands where there is no value.
  static final String NONE = "-";

  private TopicLevel() {}

  /// A value as it may stand in a level.
  static String of(String value) {
    if (value.isEmpty()) {
      return NONE;
    }
    if (value.equals(NONE)) {
      return escaped(NONE);
    }
    StringBuilder level = new StringBuilder(value.length());
    int bytes = 0;
    int i = 0;
    while (i < value.length()) {
      int c = value.codePointAt(i);
      boolean isFirst = i == 0;
      i += Character.charCount(c);
      String text = Character.toString(c);
      String part = isPlain(c, isFirst) ? text : escaped(text);
      bytes += part.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > WHOLE_BYTES) {
        return cut(value, level);
      }
      level.append(part);
    }
    return level.toString();
  }

  private static String cut(String value, StringBuilder beginning) {
    return beginning + "~" + Digest.of(value).hex(DIGEST_BYTES);
  }

  private static boolean isPlain(int c, boolean isFirst) {
    return switch (c) {
      case '/', '+', '#', '%' -> false;
      case '$' -> !isFirst;
      default ->
          switch (Character.getType(c)) {
            case Character.CONTROL,
                Character.SURROGATE,
                Character.UNASSIGNED,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
          };
    };
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    // Half of a surrogate pair becomes a question mark here.
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
    }
    return escaped.toString();
  }
}
