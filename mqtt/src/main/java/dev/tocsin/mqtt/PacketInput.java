package dev.tocsin.mqtt;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One packet as it comes: nothing is in memory that nobody has asked for. One thread.
final class PacketInput {

  private final InputStream in;
  private final int first;
  private int left;

  private PacketInput(InputStream in, int first, int length) {
    this.in = in;
    this.first = first;
    this.left = length;
  }

  /// Waits for a packet.
  ///
  /// @throws EOFException when the connection has ended
  static PacketInput next(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      throw new EOFException("the broker has closed the connection");
    }
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      if (shift > 21) {
        throw new MqttProtocolException("the length of a packet is longer than four bytes");
      }
      int digit = in.read();
      if (digit < 0) {
        throw new EOFException("the broker has closed the connection");
      }
      length |= (digit & 0x7F) << shift;
      if (digit < 0x80) {
        return new PacketInput(in, first, length);
      }
    }
  }

  /// What kind of packet it is.
  int kind() {
    return first >>> 4;
  }

  int flags() {
    return first & 0x0F;
  }

  /// How many bytes of it have not been taken.
  int left() {
    return left;
  }

  int u8() throws IOException {
    take(1);
    int value = in.read();
    if (value < 0) {
      throw new EOFException("the broker has closed the connection");
    }
    return value;
  }

  int u16() throws IOException {
    return u8() << 8 | u8();
  }

  long u32() throws IOException {
    return (long) u16() << 16 | u16();
  }

  /// A length or a number of one to four bytes.
  int variable() throws IOException {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      int digit = u8();
      value |= (digit & 0x7F) << shift;
      if (digit < 0x80) {
        return value;
      }
    }
    throw new MqttProtocolException("a number is longer than four bytes");
  }

  byte[] bytes(int count) throws IOException {
    take(count);
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the broker has closed the connection");
    }
    return bytes;
  }

  /// Passes over what is left.
  void skip() throws IOException {
    try {
      in.skipNBytes(left);
    } catch (EOFException e) {
      throw new EOFException("the broker has closed the connection");
    }
    left = 0;
  }

  private void take(int count) throws MqttProtocolException {
    if (count > left) {
      throw new MqttProtocolException("a packet is shorter than what is in it");
    }
    left -= count;
  }

  /// A text; `null` when it is none.
  static @Nullable String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
