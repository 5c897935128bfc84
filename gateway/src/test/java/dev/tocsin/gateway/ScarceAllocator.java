package dev.tocsin.gateway;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.util.function.IntPredicate;

/// An allocator that counts, and has no memory when something says so.
final class ScarceAllocator extends AbstractByteBufAllocator {

  private final IntPredicate hasNone;
  private int allocations;

  /// @param hasNone whether there is none, by the number of the allocation
  ScarceAllocator(IntPredicate hasNone) {
    super(true);
    this.hasNone = hasNone;
  }

  int allocations() {
    return allocations;
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    if (hasNone.test(++allocations)) {
      throw new OutOfMemoryError("Cannot reserve " + initialCapacity + " bytes");
    }
    return new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    throw new AssertionError("sockets take what is outside the heap");
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
