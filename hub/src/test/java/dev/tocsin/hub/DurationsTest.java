package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/// How long things take, by bounds.
class DurationsTest {

  private static final long MILLI = 1_000_000;

  private final Durations durations = new Durations();

  private long at(double bound) {
    return durations.now().counts().get(DurationFigures.UPPER_BOUNDS_SECONDS.indexOf(bound));
  }

  @Test
  void aBoundBelongsToWhatIsBelow() {
    durations.note(5 * MILLI, 1);
    durations.note(5 * MILLI + 1, 2);

    assertThat(at(0.005)).isEqualTo(1);
    assertThat(at(0.01)).isEqualTo(2);
    assertThat(durations.now().count()).isEqualTo(3);
    assertThat(durations.now().seconds()).isEqualTo(0.015, within(1e-6));
  }

  @Test
  void whatTakesForEverIsAboveAllBounds() {
    durations.note(60_000 * MILLI, 1);

    List<Long> counts = durations.now().counts();
    assertThat(counts.getLast()).isEqualTo(1);
    assertThat(durations.now().seconds()).isEqualTo(60);
  }

  @Test
  void aClockThatGoesBackIsNoTime() {
    durations.note(-MILLI, 1);

    assertThat(at(0.0001)).isEqualTo(1);
    assertThat(durations.now().seconds()).isZero();
  }
}
