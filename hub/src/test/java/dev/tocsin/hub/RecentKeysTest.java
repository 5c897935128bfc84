package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentKeysTest {

  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final int KEY_LENGTH = 25;
  private static final int BYTES_OF_ONE = RecentKeys.KEY_BYTES + 2 * KEY_LENGTH;

  private final ManualClock clock = new ManualClock();
  private final RecentKeys keys = new RecentKeys(WINDOW, 100L * BYTES_OF_ONE, clock::nanoTime);

  private static IdempotencyKey key(int number) {
    Append append = SampleEvents.keyed(String.format("%0" + KEY_LENGTH + "d", number), "a.a");
    return append.idempotencyKey();
  }

  private static AppendResult.Stored stored(int number) {
    return new AppendResult.Stored(number, SampleEvents.TIMESTAMP);
  }

  private void remember(int from, int to) {
    for (int i = from; i <= to; i++) {
      keys.remember(key(i), stored(i));
    }
  }

  @Test
  void holdsWhatItsBytesAllowAndForgetsTheOldestFirst() {
    remember(1, 100);
    assertThat(keys.find(key(1))).isEqualTo(stored(1));

    remember(101, 130);

    assertThat(keys.find(key(30))).isNull();
    assertThat(keys.find(key(31))).isEqualTo(stored(31));
    assertThat(keys.find(key(130))).isEqualTo(stored(130));
  }

  @Test
  void hasRoomAgainWhenKeysHaveExpired() {
    remember(1, 100);
    clock.advance(WINDOW);
    assertThat(keys.find(key(1))).isNull();

    remember(101, 200);

    assertThat(keys.find(key(101))).isEqualTo(stored(101));
  }
}
