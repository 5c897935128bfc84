package dev.tocsin.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.IntPredicate;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Compresses the messages in frames that are ready to be sent (RFC 7692, section 7.2.1), each on its
/// own, for all clients of an event loop.
///
/// What is shorter than the threshold, or would not become shorter, stays as it is. A window smaller than
/// the JDK's own is kept to by compressing pieces no longer than it, with a full flush between them:
/// a full flush makes the compressor forget what came before, so nothing refers back farther than its own
/// piece. Belongs to the event loop.
public final class FrameDeflater {

  private static final int DEFLATED = 0x40;
  private static final int CONTROL = 0x08;
  private static final int FULL_WINDOW_BITS = 15;

  /// The end of a flushed block, which is left out at the end of a message.
  private static final int TAIL_BYTES = 4;

  /// The largest scratch space that is kept.
  private static final int MAX_KEPT_BYTES = 1 << 16;

  private final int thresholdBytes;
  private @Nullable Deflater deflater;
  private byte[] scratch = {};

  /// @param thresholdBytes the shortest message that is compressed
  FrameDeflater(int thresholdBytes) {
    this.thresholdBytes = thresholdBytes;
  }

  /// The same frames, compressed where that makes them shorter, in a buffer of their own.
  ///
  /// @param frames whole frames without masks, not changed
  public ByteBuf deflate(ByteBufAllocator allocator, ByteBuf frames, int windowBits) {
    return deflate(allocator, frames, windowBits, place -> true);
  }

  /// The same, and some of them stay as they are: they never reach the compressor.
  ///
  /// @param compressible which frames may be compressed, by their place among all, from 0
  public ByteBuf deflate(
      ByteBufAllocator allocator, ByteBuf frames, int windowBits, IntPredicate compressible) {
    ByteBuf out = allocator.buffer(frames.readableBytes());
    try {
      deflate(frames, windowBits, compressible, out);
    } catch (RuntimeException | Error e) {
      out.release();
      throw e;
    }
    if (scratch.length > MAX_KEPT_BYTES) {
      scratch = new byte[0];
    }
    return out;
  }

  private void deflate(ByteBuf frames, int windowBits, IntPredicate compressible, ByteBuf out) {
    int at = frames.readerIndex();
    for (int place = 0; at < frames.writerIndex(); place++) {
      int first = frames.getUnsignedByte(at);
      int told = frames.getByte(at + 1);
      int payload = at + (told < 126 ? 2 : told == 126 ? 4 : 10);
      int length =
          switch (told) {
            case 126 -> frames.getUnsignedShort(at + 2);
            case 127 -> (int) frames.getLong(at + 2);
            default -> told;
          };
      int deflated =
          length < Math.max(thresholdBytes, TAIL_BYTES)
                  || (first & CONTROL) != 0
                  || !compressible.test(place)
              ? length
              : deflate(frames, payload, length, windowBits);
      if (deflated < length) {
        TextFrames.writeHeader(out, first | DEFLATED, deflated);
        out.writeBytes(scratch, 0, deflated);
      } else {
        out.writeBytes(frames, at, payload + length - at);
      }
      at = payload + length;
    }
  }

  /// Compresses one message into the scratch space.
  ///
  /// @return its length, or the message's own when it would not be shorter
  private int deflate(ByteBuf frames, int payload, int length, int windowBits) {
    int room = length + TAIL_BYTES;
    if (scratch.length < room) {
      scratch = new byte[Math.max(room, Math.min(2 * scratch.length, MAX_KEPT_BYTES))];
    }
    Deflater deflating = deflater();
    int piece = windowBits == FULL_WINDOW_BITS ? length : 1 << windowBits;
    int end = 0;
    try {
      for (int done = 0; done < length; done += piece) {
        int size = Math.min(piece, length - done);
        boolean last = done + size == length;
        deflating.setInput(frames.nioBuffer(payload + done, size));
        end +=
            deflating.deflate(
                scratch, end, room - end, last ? Deflater.SYNC_FLUSH : Deflater.FULL_FLUSH);
        // It may be longer still.
        if (end == room) {
          return length;
        }
      }
    } finally {
      deflating.reset();
    }
    return end - TAIL_BYTES;
  }

  private Deflater deflater() {
    Deflater present = deflater;
    if (present == null) {
      present = new Deflater(Deflater.BEST_SPEED, true);
      deflater = present;
    }
    return present;
  }
}
