package dev.tocsin.describe;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The value of an attribute as a header has it (HTTP protocol binding of CloudEvents 1.0, 3.1.3.2).
final class HeaderValue {

  private HeaderValue() {}

  /// The text: out of its quotes where it stands in some, then percent-decoded once; `null` when what is encoded is no UTF-8.
  /// A `%` that begins no byte stands for itself: there are senders that encode nothing, the JavaScript SDK among them.
  static @Nullable String decoded(String header) {
    String value = unquoted(header);
    if (value.indexOf('%') < 0) {
      return value;
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      boolean encoded =
          bytes[i] == '%'
              && i + 2 < bytes.length
              && HexFormat.isHexDigit(bytes[i + 1])
              && HexFormat.isHexDigit(bytes[i + 2]);
      if (encoded) {
        decoded.write(
            HexFormat.fromHexDigit(bytes[i + 1]) * 16 + HexFormat.fromHexDigit(bytes[i + 2]));
        i += 2;
      } else {
        decoded.write(bytes[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(decoded.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String unquoted(String header) {
    if (header.length() < 2 || !header.startsWith("\"") || !header.endsWith("\"")) {
      return header;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < header.length() - 1; i++) {
      char c = header.charAt(i);
      boolean escape = c == '\\' && i + 1 < header.length() - 1;
      text.append(escape ? header.charAt(++i) : c);
    }
    return text.toString();
  }
}
