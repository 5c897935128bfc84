package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// From safe to passed by all.
class DeliveryTimesTest {

  private static final long SECOND = 1_000_000_000L;

  private final long now = 1_000 * SECOND;

  private final DeliveryTimes times = new DeliveryTimes();

  @Test
  void aGroupCountsWhenAllOfItIsPassed() {
    times.safe(3, 3, now);
    times.passed(2, now + SECOND);
    assertThat(times.now().count()).isZero();

    times.passed(3, now + 2 * SECOND);
    assertThat(times.now().count()).isEqualTo(3);
    assertThat(times.now().seconds()).isEqualTo(6);
    times.passed(9, now + 3 * SECOND);
    assertThat(times.now().count()).isEqualTo(3);
  }

  @Test
  void eachGroupHasItsOwnTime() {
    times.safe(1, 1, now);
    times.safe(2, 1, now + SECOND);
    times.safe(3, 1, now + 2 * SECOND);

    times.passed(2, now + 3 * SECOND);

    assertThat(times.now().count()).isEqualTo(2);
    assertThat(times.now().seconds()).isEqualTo(3 + 2);
  }

  @Test
  void moreGroupsThanAreToldApartStillCount() {
    for (int round = 0; round < 3; round++) {
      for (int i = 1; i <= 2_000; i++) {
        times.safe(round * 2_000L + i, 1, now);
      }
      times.passed(round * 2_000L + 1_000, now + SECOND);
      times.passed(round * 2_000L + 2_000, now + SECOND);
    }

    assertThat(times.now().count()).isEqualTo(6_000);
    assertThat(times.now().seconds()).isEqualTo(6_000);
  }

  @Test
  void whatANewEpochLeavesBehindIsForgotten() {
    times.safe(7, 1, now);
    times.forget();
    times.safe(2, 1, now);
    times.passed(9, now + SECOND);

    assertThat(times.now().count()).isEqualTo(1);
  }
}
