package dev.tocsin.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Unmasked, unfragmented frames of messages, as a server sends them (RFC 6455, section 5.2).
public final class TextFrames {

  /// The first byte of a whole text message.
  public static final int TEXT = 0x81;

  /// The first byte of a whole binary message.
  public static final int BINARY = 0x82;

  private static final int MAX_HEADER_BYTES = 10;

  private TextFrames() {}

  /// Writes the header of a text frame whose payload has `length` bytes.
  public static void writeHeader(ByteBuf out, int length) {
    writeHeader(out, TEXT, length);
  }

  /// Writes a header.
  ///
  /// @param first the byte with the flags and the opcode
  public static void writeHeader(ByteBuf out, int first, int length) {
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
  public static ByteBuf of(ByteBufAllocator allocator, byte[] utf8) {
    return of(allocator, TEXT, utf8);
  }

  /// A whole frame.
  public static ByteBuf of(ByteBufAllocator allocator, int first, byte[] payload) {
    ByteBuf frame = allocator.buffer(payload.length + MAX_HEADER_BYTES);
    writeHeader(frame, first, payload.length);
    return frame.writeBytes(payload);
  }
}
