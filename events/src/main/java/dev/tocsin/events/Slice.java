package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// A part of a byte array that is not copied and not changed.
///
/// @param bytes the array
/// @param offset where the part begins
/// @param length how many bytes it has
@SuppressWarnings("ArrayRecordComponent") // identity is all that is wanted of it
public record Slice(byte[] bytes, int offset, int length) {

  /// @throws IndexOutOfBoundsException when the part lies outside the array
  public Slice {
    Objects.checkFromIndexSize(offset, length, bytes.length);
  }

  /// The whole of an array.
  public static Slice of(byte[] bytes) {
    return new Slice(bytes, 0, bytes.length);
  }

  /// The UTF-8 bytes of a text.
  ///
  /// @throws IllegalArgumentException when it holds half of a surrogate pair, which has none
  public static Slice of(String text) {
    byte[] utf8 = JsonText.utf8(text);
    if (utf8 == null) {
      throw new IllegalArgumentException("the text holds half of a surrogate pair");
    }
    return of(utf8);
  }

  @Override
  public String toString() {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }
}
