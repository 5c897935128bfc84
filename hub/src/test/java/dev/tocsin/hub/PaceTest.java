package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

  private static final int MANY_TURNS = 100;

  private final Pace pace = new Pace();
  private long turns;

  /// Turns to which so many events come while the one before lasts, and none in the pause.
  private void turns(int count, int events, long nanos) {
    for (int i = 0; i < count; i++) {
      if (pace.pause(events) > 0) {
        pace.pause(events);
      }
      turn(events, nanos);
    }
  }

  private void turn(int found, long nanos) {
    long began = ++turns * 1_000_000_000L;
    if (pace.turnDone(found, began)) {
      pace.timeTurn(began + nanos);
    }
  }

  @Test
  void doesNotWaitBeforeTheFirstTurn() {
    assertThat(pace.pause(1)).isZero();
  }

  @Test
  void doesNotWaitAsLongAsSingleEventsCome() {
    turns(MANY_TURNS, 1, 3_000_000);

    assertThat(pace.pause(1)).isZero();
  }

  @Test
  void doesNotWaitForTheSakeOfOneCrowd() {
    turns(MANY_TURNS, 1, 3_000_000);
    turns(1, 5, 3_000_000);

    assertThat(pace.pause(1)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "3,  100_000,    100_000", //
    "3,  1_200_000,  1_200_000",
    "3,  30_000_000, 7_500_000",
    "12, 15_000_000, 15_000_000",
    "12, 30_000_000, 20_000_000",
  })
  void waitsForAsLongAsATurnTakesWithinWhatItGains(int events, long turnNanos, long pauseNanos) {
    turns(MANY_TURNS, events, turnNanos);

    assertThat(pace.pause(events)).isCloseTo(pauseNanos, within(100L));
  }

  @Test
  void beginsAfterThePauseWhateverHasCome() {
    turns(MANY_TURNS, 4, 1_000_000);
    pace.pause(1);

    assertThat(pace.pause(1)).isZero();
  }

  @Test
  void waitsAgainBeforeTheNextTurn() {
    turns(MANY_TURNS, 4, 1_000_000);
    pace.pause(1);
    pace.pause(3);
    turn(3, 1_000_000);

    assertThat(pace.pause(1)).isPositive();
  }

  /// Four events find each other in the pause; without it, each would have gone at once.
  @Test
  void doesNotWaitOnlyBecauseItWaits() {
    turns(MANY_TURNS, 4, 1_000_000);
    int pauses = 0;
    for (int i = 0; i < MANY_TURNS; i++) {
      if (pace.pause(1) > 0) {
        pauses++;
        pace.pause(4);
        turn(4, 1_000_000);
      } else {
        turn(1, 1_000_000);
      }
    }

    assertThat(pauses).isBetween(1, 20);
  }

  @Test
  void doesNotWaitWhenThatWouldCostMoreThanItSaves() {
    turns(MANY_TURNS, 4, 35_000);

    assertThat(pace.pause(1)).isZero();
  }

  @Test
  void doesNotWaitWhenThereIsEnough() {
    turns(MANY_TURNS, 40, 1_000_000);

    assertThat(pace.pause(64)).isZero();
    assertThat(pace.pause(63)).isPositive();
  }

  @Test
  void countsATurnOnceHoweverOftenItIsTimed() {
    turns(MANY_TURNS, 4, 100_000);
    pace.timeTurn(Long.MAX_VALUE);

    assertThat(pace.pause(1)).isCloseTo(100_000, within(2L));
  }

  @Test
  void doesNotTimeTurnsThatFindSingleEvents() {
    assertThat(pace.turnDone(1, 0)).isFalse();
    assertThat(pace.turnDone(2, 0)).isTrue();
  }

  @Test
  void stopsWaitingWhenItIsQuietAgain() {
    turns(MANY_TURNS, 8, 1_000_000);
    turns(20, 1, 1_000_000);

    assertThat(pace.pause(1)).isZero();
  }
}
