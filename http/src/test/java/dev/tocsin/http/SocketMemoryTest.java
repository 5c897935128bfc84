package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.RecvByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SocketMemoryTest {

  private static final long LIMIT = 512L << 20;

  private final AtomicLong used = new AtomicLong();
  private final SocketMemory memory = new SocketMemory(LIMIT, used::get);

  @Test
  void isTightFromHalfOfItOn() {
    used.set(LIMIT / 2);
    assertThat(memory.isTight()).isFalse();
    used.set(LIMIT / 2 + 1);
    assertThat(memory.isTight()).isTrue();
  }

  @Test
  void isPressedFromThreeQuartersOnAndSaysSoOnceUntilItIsRelieved() {
    AtomicInteger calls = new AtomicInteger();
    memory.whenPressed(calls::incrementAndGet);
    used.set(LIMIT / 4 * 3);
    memory.allocator().directBuffer(100).release();
    assertThat(calls).hasValue(0);

    used.set(LIMIT / 4 * 3 + 1);
    memory.allocator().directBuffer(100).release();
    memory.allocator().directBuffer(100).release();
    assertThat(calls).hasValue(1);
    assertThat(memory.excessBytes()).isEqualTo(LIMIT / 8 + 1);

    memory.relieved();
    memory.allocator().directBuffer(100).release();
    assertThat(calls).hasValue(2);
  }

  @Test
  void theLastOfItIsRefusedBeforeTheJvmWouldRefuseIt() {
    used.set(LIMIT - SocketMemory.RESERVE_BYTES);

    assertThatThrownBy(() -> memory.allocator().directBuffer(100))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("outside the heap");
  }

  /// On io_uring a socket that cannot be read with anything would end the event loop.
  @Test
  void aSocketIsReadEvenThen() {
    used.set(LIMIT);
    @SuppressWarnings("deprecation") // what Netty's channels call
    RecvByteBufAllocator.Handle handle = new SocketMemory.Reading().newHandle();

    ByteBuf buffer = handle.allocate(memory.allocator());

    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.readableBytes()).isZero();
    assertThat(buffer.writableBytes()).isBetween(64, 4_096);
    buffer.release();
  }
}
