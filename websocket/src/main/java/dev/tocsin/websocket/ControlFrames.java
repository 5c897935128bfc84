package dev.tocsin.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/// Control frames as a server sends them (RFC 6455, section 5.5): whole, without a mask.
public final class ControlFrames {

  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;

  private static final int HEADER_BYTES = 2;
  private static final int MAX_BYTES = 125;

  private ControlFrames() {}

  /// A ping without a payload.
  public static ByteBuf ping(ByteBufAllocator allocator) {
    return frame(allocator, PING, 0);
  }

  static ByteBuf pong(ByteBufAllocator allocator, byte[] payload) {
    return frame(allocator, PONG, payload.length).writeBytes(payload);
  }

  /// A close frame without a code.
  static ByteBuf close(ByteBufAllocator allocator) {
    return frame(allocator, CLOSE, 0);
  }

  /// A close frame.
  ///
  /// @param reason for a person; at most 123 bytes
  static ByteBuf close(ByteBufAllocator allocator, int code, String reason) {
    int length = Short.BYTES + ByteBufUtil.utf8Bytes(reason);
    ByteBuf frame = frame(allocator, CLOSE, length).writeShort(code);
    ByteBufUtil.writeUtf8(frame, reason);
    return frame;
  }

  private static ByteBuf frame(ByteBufAllocator allocator, int first, int length) {
    if (length > MAX_BYTES) {
      throw new IllegalArgumentException("a control frame of " + length + " bytes");
    }
    return allocator.buffer(HEADER_BYTES + length).writeByte(first).writeByte(length);
  }
}
