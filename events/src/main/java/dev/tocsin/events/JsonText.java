package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The bytes of a JSON text as characters: what the parser is lenient about is looked for here.
final class JsonText {

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private JsonText() {}

  /// The UTF-8 bytes of a text; `null` when it holds half of a surrogate pair, which has none.
  static byte @Nullable [] utf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          return null;
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// What is wrong with the bytes as text, or `null`: invalid UTF-8, NUL bytes (which would make
  /// the parser guess UTF-16), a byte order mark, and escapes that are half of a surrogate pair.
  static @Nullable Rejection fault(byte[] json, int offset, int length) {
    int end = offset + length;
    int i = offset;
    if (Arrays.mismatch(json, i, Math.min(end, i + 3), BYTE_ORDER_MARK, 0, 3) < 0) {
      return StrictJson.invalid("The JSON begins with a byte order mark");
    }
    while (i < end) {
      int b = json[i];
      if (b > 0 && b != '\\') {
        i++;
      } else if (b == '\\') {
        int next = skipEscape(json, i, end);
        if (next < 0) {
          return StrictJson.invalid(
              "An escape is half of a surrogate pair" + place(json, offset, i - offset));
        }
        i = next;
      } else if (b == 0) {
        return StrictJson.invalid(
            "There is a NUL byte in the JSON" + place(json, offset, i - offset));
      } else {
        int next = skipMultiByte(json, i, end);
        if (next < 0) {
          return StrictJson.invalid(
              "The JSON is not valid UTF-8" + place(json, offset, i - offset));
        }
        i = next;
      }
    }
    return null;
  }

  /// Where a byte stands, for a person: ` (line 2, column 7)`, both from 1, columns in characters.
  static String place(byte[] json, int offset, int at) {
    int line = 1;
    int column = 1;
    for (int i = offset; i < offset + at; i++) {
      if (json[i] == '\n') {
        line++;
        column = 1;
      } else if ((json[i] & 0xC0) != 0x80) {
        column++;
      }
    }
    return " (line " + line + ", column " + column + ')';
  }

  /// Past the escape at `i`, or -1 when it is a lone surrogate. Malformed escapes are the parser's.
  private static int skipEscape(byte[] json, int i, int end) {
    if (i + 1 >= end || json[i + 1] != 'u') {
      return i + 2;
    }
    int unit = hex4(json, i + 2, end);
    if (unit < 0 || !Character.isSurrogate((char) unit)) {
      return i + 2;
    }
    boolean paired =
        Character.isHighSurrogate((char) unit)
            && i + 7 < end
            && json[i + 6] == '\\'
            && json[i + 7] == 'u'
            && isLowSurrogate(hex4(json, i + 8, end));
    return paired ? i + 12 : -1;
  }

  private static boolean isLowSurrogate(int unit) {
    return unit >= Character.MIN_LOW_SURROGATE && unit <= Character.MAX_LOW_SURROGATE;
  }

  private static int hex4(byte[] json, int from, int end) {
    if (from + 4 > end) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = Character.digit(json[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  /// Past the multi-byte sequence at `i`, or -1 when it is not well-formed (Unicode, table 3-7).
  static int skipMultiByte(byte[] json, int i, int end) {
    int b0 = json[i] & 0xFF;
    int length = b0 >= 0xF0 ? 4 : b0 >= 0xE0 ? 3 : 2;
    if (b0 < 0xC2 || b0 > 0xF4 || i + length > end) {
      return -1;
    }
    int b1 = json[i + 1] & 0xFF;
    int least = b0 == 0xE0 ? 0xA0 : b0 == 0xF0 ? 0x90 : 0x80;
    int greatest = b0 == 0xED ? 0x9F : b0 == 0xF4 ? 0x8F : 0xBF;
    if (b1 < least || b1 > greatest) {
      return -1;
    }
    for (int k = i + 2; k < i + length; k++) {
      if ((json[k] & 0xC0) != 0x80) {
        return -1;
      }
    }
    return i + length;
  }
}
