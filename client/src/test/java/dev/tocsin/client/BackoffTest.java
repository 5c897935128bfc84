package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  /// Draws the greatest delay there may be.
  static final RandomGenerator GREATEST =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          throw new AssertionError("not asked for");
        }

        @Override
        public long nextLong(long bound) {
          return bound - 1;
        }
      };

  private static Backoff backoff(RandomGenerator random) {
    return new Backoff(Duration.ofMillis(100), Duration.ofMillis(700), random);
  }

  @Test
  void theBoundDoublesUpToTheLongest() {
    Backoff backoff = backoff(GREATEST);

    assertThat(new long[] {next(backoff), next(backoff), next(backoff), next(backoff)})
        .containsExactly(100, 200, 400, 700);
    assertThat(next(backoff)).isEqualTo(700);
  }

  @Test
  void aConnectionThatLetTheClientInBeginsAnew() {
    Backoff backoff = backoff(GREATEST);
    next(backoff);
    next(backoff);

    backoff.reset();

    assertThat(next(backoff)).isEqualTo(100);
  }

  @Test
  void theWholeRangeIsDrawnFrom() {
    Random random = new Random(7);
    Backoff backoff = backoff(random);
    for (int i = 0; i < 5; i++) {
      next(backoff);
    }

    List<Long> delays = Stream.generate(() -> next(backoff)).limit(1_000).toList();

    assertThat(delays).allMatch(delay -> delay >= 0 && delay <= 700);
    assertThat(delays).anyMatch(delay -> delay < 70).anyMatch(delay -> delay > 630);
  }

  private static long next(Backoff backoff) {
    return backoff.next().toMillis();
  }
}
