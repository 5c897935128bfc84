package dev.tocsin.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;

/// The memory outside the heap that holds live batches until every member's socket has taken them, of all loops
/// together.
///
/// Batches come from an allocator of their own, which tells how much of it is held: a batch counts once, however many
/// members have still to take it. The more is held, the less may each member leave untaken, so that those who hold
/// most leave the live path first; who takes what comes is never among them. Belongs to one event loop.
final class LiveMemory {

  /// So many bytes may have been added before it is looked at again how many there are.
  private static final long LOOK_BYTES = 256 * 1024;

  private static final long TELL_MILLIS = 1_000;

  /// Nobody else allocates from it.
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private final ByteBufAllocator allocator;
  private final long maxBytes;
  private final int loops;
  private final LongSupplier held;
  private final LongSupplier nowMillis;
  private long bytes;
  private long added;
  private boolean hasTold;
  private long toldAt;

  /// The memory of this process.
  ///
  /// @param loops how many loops there are
  /// @param nowMillis a clock that never goes backwards
  static LiveMemory ofProcess(int loops, LongSupplier nowMillis) {
    return new LiveMemory(
        ALLOCATOR,
        PlatformDependent.maxDirectMemory() / Limits.LIVE_MEMORY_PARTS * Limits.LIVE_MEMORY_PART,
        loops,
        ALLOCATOR::pinnedDirectMemory,
        nowMillis);
  }

  /// @param maxBytes what all batches may hold together
  /// @param loops how many loops there are
  /// @param held how much they hold
  LiveMemory(
      ByteBufAllocator allocator,
      long maxBytes,
      int loops,
      LongSupplier held,
      LongSupplier nowMillis) {
    this.allocator = allocator;
    this.maxBytes = maxBytes;
    this.loops = loops;
    this.held = held;
    this.nowMillis = nowMillis;
  }

  /// What the batches of a turn may hold: no more than half of all, if all loops should be at it.
  long maxTurnBytes() {
    return Math.min(Limits.MAX_TURN_BYTES, maxBytes / 2 / loops);
  }

  /// What batches are allocated from.
  ByteBufAllocator allocator() {
    return allocator;
  }

  /// Looks how much is held, when that can have changed by enough to matter (looking takes some microseconds).
  void look() {
    if (added >= LOOK_BYTES || bytes > maxBytes / 8) {
      bytes = held.getAsLong();
      added = 0;
    }
  }

  /// A batch was encoded.
  void used(long encodedBytes) {
    added += encodedBytes;
  }

  /// How many bytes are held, as far as is known.
  long bytes() {
    return bytes + added;
  }

  /// How much of what it was sent a member may have left untaken to be given more, in bytes.
  long roomForEach() {
    return Math.max(0, (long) (Limits.MAX_LIVE_OUTPUT_BYTES * (1 - (double) bytes() / maxBytes)));
  }

  /// Whether there is room for no batch at all.
  boolean isUsedUp() {
    return bytes() >= maxBytes;
  }

  /// Whether a second has gone since this last said so.
  boolean isTimeToTell() {
    long now = nowMillis.getAsLong();
    if (hasTold && now - toldAt < TELL_MILLIS) {
      return false;
    }
    hasTold = true;
    toldAt = now;
    return true;
  }
}
