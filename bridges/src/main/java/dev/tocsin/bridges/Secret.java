package dev.tocsin.bridges;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// The bytes of a secret, which show themselves nowhere. Immutable.
final class Secret {

  private final byte[] bytes;

  Secret(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /// The secret that a text is.
  static Secret of(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] bytes() {
    return bytes.clone();
  }

  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Whether these bytes are the same; it takes as long whichever of them are not.
  boolean is(byte[] others) {
    return MessageDigest.isEqual(bytes, others);
  }

  @Override
  public String toString() {
    return "…";
  }
}
