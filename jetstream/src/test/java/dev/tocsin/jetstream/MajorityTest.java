package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class MajorityTest {

  private static final long SECOND = 1_000_000_000L;

  private final Majority majority = new Majority(0);

  /// The leader says at a moment for how long it has heard no majority.
  private void told(long nowNanos, long unheardNanos) {
    majority.note(
        new StreamInfo(
            "", 1, 0, 0, 0, Optional.empty(), 3, unheardNanos, null, new CopyMarks(null, 0)),
        nowNanos);
  }

  @Test
  void whatIsHeardIsThere() {
    told(SECOND * 9, SECOND);

    assertThat(majority.isMissing(SECOND * 12)).isFalse();
    assertThat(majority.missingSeconds(SECOND * 12)).isZero();
  }

  @Test
  void aLeaderThatHearsNobodyHasNone() {
    told(SECOND * 9, SECOND);
    told(SECOND * 13, SECOND * 5);

    assertThat(majority.isMissing(SECOND * 13)).isTrue();
    assertThat(majority.missingSeconds(SECOND * 13)).isEqualTo(5, within(1e-9));
  }

  @Test
  void aLeaderThatSaysNothingHasNone() {
    told(SECOND, 0);

    assertThat(majority.missingSeconds(SECOND * 7)).isEqualTo(6, within(1e-9));
  }

  @Test
  void whoLeadsAnewMayHaveHeardNobodyYet() {
    told(SECOND * 9, 0);
    told(SECOND * 10, SECOND * 3_600);

    assertThat(majority.isMissing(SECOND * 11)).isFalse();
  }
}
