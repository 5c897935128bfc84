package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LagTest {

  private static final long SECOND = 1_000_000_000L;

  private final Lag lag = new Lag(0);

  @Test
  void whoIsAtTheHeadHasNone() {
    lag.note(7, 0, SECOND);

    assertThat(lag.seconds(SECOND * 2)).isZero();
    assertThat(lag.events()).isZero();
  }

  @Test
  void whoHearsNothingIsBehindSinceHeHeardLast() {
    lag.note(7, 0, SECOND);

    assertThat(lag.seconds(SECOND * 5)).isEqualTo(4, within(1e-9));
  }

  @Test
  void whoNeverArrivesIsBehindSinceHeLeft() {
    lag.note(7, 0, SECOND);
    lag.note(8, 1_000, SECOND * 2);
    lag.note(9, 2_000, SECOND * 3);

    assertThat(lag.seconds(SECOND * 4)).isEqualTo(3, within(1e-9));
    assertThat(lag.events()).isEqualTo(2_000);
  }

  @Test
  void aHeadThatAlwaysMovesIsNotForEverBehind() {
    for (int i = 0; i < 100; i++) {
      lag.note(i * 10L, 10, i * SECOND / 10);
    }

    assertThat(lag.seconds(100 * SECOND / 10)).isLessThan(0.5);
  }
}
