package dev.tocsin.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// What a header says: Netty makes a character of each byte.
public final class HeaderText {

  private HeaderText() {}

  /// The bytes read as UTF-8, or where they are none as Latin-1, which HTTP once had.
  ///
  /// @param value a header's value, a character for each byte
  public static String of(String value) {
    try {
      byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return value;
    }
  }
}
