package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AttendedTimeTest {

  private long nanos = 7;
  private final AttendedTime time = new AttendedTime(() -> nanos);

  private void pass(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void passesAsTheClockDoesWhileSomebodyLooks() {
    for (int i = 0; i < 60; i++) {
      pass(1_000);
      assertThat(time.tick()).isZero();
    }
    pass(500);

    assertThat(time.nowMillis()).isEqualTo(60_500);
  }

  @Test
  void aStretchInWhichNobodyLookedCountsForLittle() {
    pass(1_000);
    time.tick();
    pass(3_600_000);

    assertThat(time.nowMillis()).isEqualTo(1_000 + AttendedTime.MOST_MILLIS);
    assertThat(time.tick()).isEqualTo(3_600_000 - AttendedTime.MOST_MILLIS);
    pass(1_000);
    assertThat(time.nowMillis()).isEqualTo(2_000 + AttendedTime.MOST_MILLIS);
    assertThat(time.tick()).isZero();
  }

  @Property
  void neverGoesBack(@ForAll List<@IntRange(min = 0, max = 10_000) Integer> steps) {
    long last = time.nowMillis();
    for (int i = 0; i < steps.size(); i++) {
      pass(steps.get(i));
      assertThat(time.nowMillis()).isGreaterThanOrEqualTo(last);
      last = time.nowMillis();
      if (i % 3 == 0) {
        time.tick();
        assertThat(time.nowMillis()).isEqualTo(last);
      }
    }
  }
}
