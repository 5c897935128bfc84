package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// The chunks of a body whose length nobody knows when it begins (RFC 9112, 7.1). The length of each is told with as many
/// digits, so that it can be filled in when the chunk is complete.
public final class Chunks {

  private static final int DIGITS = 8;
  private static final int HEAD_BYTES = DIGITS + 2;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /// What a chunk has besides its bytes.
  public static final int FRAME_BYTES = HEAD_BYTES + 2;

  private Chunks() {}

  /// Begins a chunk, which is to be the only one in its buffer.
  public static void begin(ByteBuf out) {
    out.writeZero(DIGITS).writeByte('\r').writeByte('\n');
  }

  /// Ends it. There has to be something in it: a chunk without a byte would be the end of the body.
  public static void end(ByteBuf out) {
    int rest = out.readableBytes() - HEAD_BYTES;
    if (rest <= 0) {
      throw new IllegalArgumentException("a chunk without a byte ends the body");
    }
    for (int at = out.readerIndex() + DIGITS - 1; at >= out.readerIndex(); at--, rest >>= 4) {
      out.setByte(at, HEX[rest & 0xF]);
    }
    out.writeByte('\r').writeByte('\n');
  }

  /// Ends the body.
  static void endBody(ByteBuf out) {
    out.writeByte('0').writeByte('\r').writeByte('\n').writeByte('\r').writeByte('\n');
  }
}
