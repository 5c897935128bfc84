package dev.tocsin.http;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// The memory outside the heap: what is read from sockets, and what they have not taken yet. It is one for the
/// whole process, as much as the heap unless `io.netty.maxDirectMemory` says otherwise.
///
/// How much is in use is not added up but asked of Netty, which counts it in whole chunks. From half of it on
/// the memory is *tight*: what may wait for one connection is less. From three quarters on it is *pressed*: those
/// who hold the most are ended. The last [#RESERVE_BYTES] nobody gets, so that whoever asks for more fails at once and
/// alone; the JVM itself would try for half a second before it fails, for each.
///
/// Safe for any thread.
public final class SocketMemory {

  /// Two of Netty's largest chunks.
  static final long RESERVE_BYTES = 16L << 20;

  /// What is read into when nothing else is to be had, in bytes.
  private static final int SPARE_BYTES = 512;

  private final long limitBytes;
  private final LongSupplier usedBytes;
  private final ByteBufAllocator allocator = new Bounded(ByteBufAllocator.DEFAULT);
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile Runnable whenPressed = () -> {};

  /// The memory of this process.
  public static SocketMemory ofProcess() {
    return new SocketMemory(
        PlatformDependent.maxDirectMemory(), PlatformDependent::usedDirectMemory);
  }

  /// Memory of another size, for tests.
  ///
  /// @param usedBytes how much of it is in use, at any time
  public SocketMemory(long limitBytes, LongSupplier usedBytes) {
    this.limitBytes = limitBytes;
    this.usedBytes = usedBytes;
  }

  /// How much there is.
  long limitBytes() {
    return limitBytes;
  }

  /// Whether connections have to make do with less.
  public boolean isTight() {
    return usedBytes.getAsLong() > limitBytes / 2;
  }

  /// How many bytes have to be given back; 0 when the memory is not pressed.
  long excessBytes() {
    long used = usedBytes.getAsLong();
    return used > limitBytes / 4 * 3 ? used - limitBytes / 8 * 5 : 0;
  }

  /// Has something done whenever the memory is found pressed, until [#relieved]. It may be called by any thread.
  void whenPressed(Runnable action) {
    whenPressed = action;
  }

  /// What could be done has been done.
  void relieved() {
    told.set(false);
  }

  /// What the channels take their buffers from.
  ByteBufAllocator allocator() {
    return allocator;
  }

  private void claim(int bytes) {
    if (excessBytes() > 0 && told.compareAndSet(false, true)) {
      whenPressed.run();
    }
    require(bytes);
  }

  /// Fails where so many bytes are not to be had.
  void require(int bytes) {
    if (usedBytes.getAsLong() + bytes > limitBytes - Math.min(RESERVE_BYTES, limitBytes / 8)) {
      throw new UsedUpError(bytes, limitBytes);
    }
  }

  /// There is no memory left outside the heap.
  static final class UsedUpError extends OutOfMemoryError {

    private static final long serialVersionUID = 1;

    UsedUpError(int bytes, long limitBytes) {
      super(bytes + " bytes of the " + limitBytes + " outside the heap are not to be had");
    }

    /// It is expected, and there may be thousands.
    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /// Netty's own, up to the reserve.
  private final class Bounded extends AbstractByteBufAllocator {

    private final ByteBufAllocator pool;

    Bounded(ByteBufAllocator pool) {
      super(true);
      this.pool = pool;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return pool.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      claim(initialCapacity);
      return pool.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public CompositeByteBuf compositeDirectBuffer(int maxNumComponents) {
      return pool.compositeDirectBuffer(maxNumComponents);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return pool.isDirectBufferPooled();
    }
  }

  /// What sockets are read with. An allocation that fails there would end the event loop on io_uring: when there
  /// is no memory left, a few bytes are read at a time, into memory of the JVM's own.
  static final class Reading extends AdaptiveRecvByteBufAllocator {

    @Override
    @SuppressWarnings("deprecation") // what it overrides
    public Handle newHandle() {
      return new SpareHandle((ExtendedHandle) super.newHandle());
    }
  }

  private static final class SpareHandle extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {

    private final RecvByteBufAllocator.ExtendedHandle handle;

    SpareHandle(RecvByteBufAllocator.ExtendedHandle handle) {
      super(handle);
      this.handle = handle;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      try {
        return handle.allocate(allocator);
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
