package dev.tocsin.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Unmasked, unfragmented text frames, as a server sends them (RFC 6455, section 5.2).
final class TextFrames {

  private static final int FINAL_TEXT = 0x81;
  private static final int MAX_HEADER_BYTES = 10;

  private TextFrames() {}

  /// Writes the header of a frame whose payload has `length` bytes.
  static void writeHeader(ByteBuf out, int length) {
    out.writeByte(FINAL_TEXT);
    if (length < 126) {
      out.writeByte(length);
    } else if (length <= 0xFFFF) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  /// A whole frame.
  static ByteBuf of(ByteBufAllocator allocator, byte[] utf8) {
    ByteBuf frame = allocator.buffer(utf8.length + MAX_HEADER_BYTES);
    writeHeader(frame, utf8.length);
    return frame.writeBytes(utf8);
  }
}
