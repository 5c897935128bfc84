package dev.tocsin.jetstream;

import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The headers of one outgoing message as the bytes that are sent. The library's own are two maps and a copy of both for
/// each message. Immutable; only for sending: what the library asks a message that it reads, this does not know.
final class RawHeaders extends Headers {

  /// Those of a message that no stream takes, but that the leader of the subject's stream answers.
  static final RawHeaders FOR_NO_STREAM =
      new RawHeaders(
          "NATS/1.0\r\nNats-Expected-Stream: -\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));

  private final byte[] bytes;

  /// @param bytes from `NATS/1.0` to the empty line
  RawHeaders(byte[] bytes) {
    super(null, true, null);
    this.bytes = bytes;
  }

  @Override
  public boolean isEmpty() {
    return false;
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public int serializedLength() {
    return bytes.length;
  }

  @Override
  public int serializeToArray(int position, byte[] to) {
    System.arraycopy(bytes, 0, to, position, bytes.length);
    return bytes.length;
  }

  @Override
  public byte[] getSerialized() {
    return bytes.clone();
  }

  /// Two are equal when their bytes are: not what the library's compares.
  @Override
  public boolean equals(Object other) {
    return other instanceof RawHeaders headers && Arrays.equals(bytes, headers.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
