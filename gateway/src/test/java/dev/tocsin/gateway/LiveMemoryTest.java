package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Test;

class LiveMemoryTest {

  private static final long MAX_BYTES = 100_000_000;

  private long held;
  private long nowMillis;
  private int looks;
  private final LiveMemory memory =
      new LiveMemory(
          UnpooledByteBufAllocator.DEFAULT,
          MAX_BYTES,
          4,
          () -> {
            looks++;
            return held;
          },
          () -> nowMillis);

  private void hold(long bytes) {
    memory.used(bytes - memory.bytes());
    held = bytes;
    memory.look();
  }

  @Test
  void theMoreIsHeldTheLessMayEachLeaveUntaken() {
    assertThat(memory.roomForEach()).isEqualTo(Limits.MAX_LIVE_OUTPUT_BYTES);
    hold(MAX_BYTES / 2);
    assertThat(memory.roomForEach()).isEqualTo(Limits.MAX_LIVE_OUTPUT_BYTES / 2);
    hold(MAX_BYTES * 3 / 4);
    assertThat(memory.roomForEach()).isEqualTo(Limits.MAX_LIVE_OUTPUT_BYTES / 4);
    assertThat(memory.isUsedUp()).isFalse();
    hold(MAX_BYTES);
    assertThat(memory.roomForEach()).isZero();
    assertThat(memory.isUsedUp()).isTrue();
  }

  @Test
  void theTurnsOfAllLoopsTogetherHoldHalfOfIt() {
    long all =
        PlatformDependent.maxDirectMemory() / Limits.LIVE_MEMORY_PARTS * Limits.LIVE_MEMORY_PART;

    LiveMemory ofMany = LiveMemory.ofProcess(1_024, () -> 0);

    assertThat(1_024 * ofMany.maxTurnBytes()).isLessThanOrEqualTo(all / 2);
  }

  @Test
  void hasRoomAgainWhenSocketsHaveTakenWhatWasHeld() {
    hold(MAX_BYTES);
    held = 0;
    memory.look();

    assertThat(memory.isUsedUp()).isFalse();
    assertThat(memory.roomForEach()).isEqualTo(Limits.MAX_LIVE_OUTPUT_BYTES);
  }

  @Test
  void countsWhatWasEncodedSinceItLookedAndLooksSeldomWhenLittleIsHeld() {
    for (int i = 0; i < 1_000; i++) {
      memory.look();
      memory.used(1_000);
    }

    assertThat(looks).isLessThan(5);
    assertThat(memory.bytes()).isPositive();
  }

  @Test
  void theTurnsOfAllLoopsTogetherHoldHalfOfAllAtTheMost() {
    assertThat(memory.maxTurnBytes()).isEqualTo(MAX_BYTES / 8);
  }

  @Test
  void tellsOnceASecond() {
    assertThat(memory.isTimeToTell()).isTrue();
    nowMillis += 999;
    assertThat(memory.isTimeToTell()).isFalse();
    nowMillis += 1;
    assertThat(memory.isTimeToTell()).isTrue();
  }
}
