package dev.tocsin.bridges;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Numbers for security events that their system knows by a text: the same number for the same text.
final class EventNumber {

  private EventNumber() {}

  /// A number of 53 bits, which every client can hold.
  static long of(String id) {
    byte[] digest = Publisher.sha256().digest(id.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getLong() >>> 11;
  }
}
