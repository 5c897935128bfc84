package dev.tocsin.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Unmasked, unfragmented frames of messages, as a server sends them (RFC 6455, section 5.2).
final class TextFrames {

  static final int TEXT = 0x81;
  static final int BINARY = 0x82;
  private static final int MAX_HEADER_BYTES = 10;

  private TextFrames() {}

  /// Writes the header of a text frame whose payload has `length` bytes.
  static void writeHeader(ByteBuf out, int length) {
    writeHeader(out, TEXT, length);
  }

  /// Writes a header.
  ///
  /// @param first the byte with the flags and the opcode
  static void writeHeader(ByteBuf out, int first, int length) {
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(length);
    } else if (length <= 0xFFFF) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  /// A whole text frame.
  static ByteBuf of(ByteBufAllocator allocator, byte[] utf8) {
    return of(allocator, TEXT, utf8);
  }

  /// A whole frame.
  static ByteBuf of(ByteBufAllocator allocator, int first, byte[] payload) {
    ByteBuf frame = allocator.buffer(payload.length + MAX_HEADER_BYTES);
    writeHeader(frame, first, payload.length);
    return frame.writeBytes(payload);
  }
}
