package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/// What the sockets of an event loop are read with. Belongs to the loop.
///
/// Thousands of sockets may be ready in one round, and each has up to 64 KiB: to read them all takes half a second, in
/// which nobody else is served. So a round has [#ROUND_BYTES] for large reads, and after them each socket is read by
/// [#SMALL_BYTES]; whoever has more is read on in his turn ([Turns]).
///
/// An allocation that fails would end the event loop on io_uring: when there is no memory left, a few bytes are read
/// at a time, into memory of the JVM's own.
final class Reading extends AdaptiveRecvByteBufAllocator {

  /// What may be read in one round by more than a little.
  static final int ROUND_BYTES = 1 << 20;

  /// What is read of a socket when the round has no more room: a head or a short message.
  static final int SMALL_BYTES = 2 << 10;

  /// What is read into when nothing else is to be had, in bytes.
  private static final int SPARE_BYTES = 512;

  private final Executor afterThisRound;
  private final Runnable endRound = this::endRound;
  private int left = ROUND_BYTES;
  private boolean open;

  /// @param afterThisRound runs a task when the sockets that are ready have been read
  Reading(Executor afterThisRound) {
    this.afterThisRound = afterThisRound;
  }

  @Override
  @SuppressWarnings("deprecation") // what it overrides
  public Handle newHandle() {
    return new RoundHandle((ExtendedHandle) super.newHandle());
  }

  private boolean takes(int bytes) {
    if (bytes <= SMALL_BYTES) {
      return true;
    }
    if (!open) {
      open = true;
      afterThisRound.execute(endRound);
    }
    if (bytes > left) {
      return false;
    }
    left -= bytes;
    return true;
  }

  private void endRound() {
    open = false;
    left = ROUND_BYTES;
  }

  private final class RoundHandle extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {

    private final RecvByteBufAllocator.ExtendedHandle handle;

    RoundHandle(RecvByteBufAllocator.ExtendedHandle handle) {
      super(handle);
      this.handle = handle;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      try {
        return takes(handle.guess())
            ? handle.allocate(allocator)
            : allocator.ioBuffer(SMALL_BYTES, SMALL_BYTES);
      } catch (OutOfMemoryError e) {
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(SPARE_BYTES)).clear();
      }
    }

    @Override
    public void reset(ChannelConfig config) {
      handle.reset(config);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return handle.continueReading(maybeMore);
    }
  }
}
