package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/// How much is read in one round of an event loop.
@SuppressWarnings("deprecation") // what Netty's channels call
class ReadingTest {

  private static final int LARGEST = 64 << 10;

  private final Queue<Runnable> afterThisRound = new ArrayDeque<>();
  private final Reading reading = new Reading(afterThisRound::add);

  /// The handle of a socket that has brought as much as was asked for again and again.
  private RecvByteBufAllocator.Handle greedy() {
    RecvByteBufAllocator.Handle handle = reading.newHandle();
    handle.reset(new NioSocketChannel().config());
    while (handle.guess() < LARGEST) {
      handle.attemptedBytesRead(handle.guess());
      handle.lastBytesRead(handle.guess());
      handle.readComplete();
    }
    return handle;
  }

  private static int room(RecvByteBufAllocator.Handle handle) {
    ByteBuf buffer = handle.allocate(ByteBufAllocator.DEFAULT);
    try {
      return buffer.writableBytes();
    } finally {
      buffer.release();
    }
  }

  @Test
  void aCrowdIsReadALittleEach() {
    long bytes = 0;
    for (int i = 0; i < 1_000; i++) {
      bytes += room(greedy());
    }

    assertThat(bytes)
        .isBetween((long) Reading.ROUND_BYTES, Reading.ROUND_BYTES + 1_000L * Reading.SMALL_BYTES);
  }

  @Test
  void everyRoundHasItsRoom() {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < Reading.ROUND_BYTES / LARGEST; i++) {
        assertThat(room(greedy())).isEqualTo(LARGEST);
      }
      assertThat(room(greedy())).isEqualTo(Reading.SMALL_BYTES);
      assertThat(afterThisRound).as("one task a round").hasSize(1);
      afterThisRound.remove().run();
    }
  }

  @Test
  void shortReadsCostARoundNothing() {
    RecvByteBufAllocator.Handle handle = reading.newHandle();
    for (int i = 0; i < 10_000; i++) {
      assertThat(room(handle)).isLessThanOrEqualTo(Reading.SMALL_BYTES);
    }

    assertThat(afterThisRound).isEmpty();
    assertThat(room(greedy())).isEqualTo(LARGEST);
  }
}
