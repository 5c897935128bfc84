package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MomentTest {

  private static final Moment EARLIER = new Moment(1_000_000_000, 50_000);

  @Test
  void theClockThatSaysMoreCounts() {
    Moment slept = new Moment(1_000_000_000, 650_000);
    Moment setBack = new Moment(601_000_000_000L, 50_000);

    assertThat(slept.since(EARLIER)).isEqualTo(Duration.ofMinutes(10));
    assertThat(setBack.since(EARLIER)).isEqualTo(Duration.ofMinutes(10));
  }
}
