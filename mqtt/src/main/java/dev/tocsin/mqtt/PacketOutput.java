package dev.tocsin.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// A packet in the making: what follows its first byte and its length. One thread.
final class PacketOutput {

  private final ByteArrayOutputStream body = new ByteArrayOutputStream(64);

  PacketOutput u8(int value) {
    body.write(value);
    return this;
  }

  PacketOutput u16(int value) {
    body.write(value >>> 8);
    body.write(value);
    return this;
  }

  PacketOutput u32(long value) {
    return u16((int) (value >>> 16) & 0xFFFF).u16((int) value & 0xFFFF);
  }

  PacketOutput text(String text) {
    return binary(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Bytes with their length.
  PacketOutput binary(byte[] bytes) {
    if (bytes.length > 0xFFFF) {
      throw new IllegalArgumentException("a text of " + bytes.length + " bytes");
    }
    u16(bytes.length);
    body.writeBytes(bytes);
    return this;
  }

  PacketOutput raw(byte[] bytes) {
    body.writeBytes(bytes);
    return this;
  }

  /// The properties of a packet, or what else stands behind its own length.
  PacketOutput measured(PacketOutput part) {
    length(body, part.body.size());
    body.writeBytes(part.body.toByteArray());
    return this;
  }

  /// The whole packet.
  ///
  /// @param first its kind and its flags
  byte[] packet(int first) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream(body.size() + 5);
    packet.write(first);
    length(packet, body.size());
    packet.writeBytes(body.toByteArray());
    return packet.toByteArray();
  }

  private static void length(ByteArrayOutputStream out, int length) {
    int left = length;
    do {
      int digit = left & 0x7F;
      left >>>= 7;
      out.write(left > 0 ? digit | 0x80 : digit);
    } while (left > 0);
  }
}
