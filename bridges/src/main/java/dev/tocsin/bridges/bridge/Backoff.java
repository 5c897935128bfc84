package dev.tocsin.bridges.bridge;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: twice as long each time up to a bound, and drawn from the upper half of that, so
/// that those who have failed together do not come back together.
///
/// @param first the longest wait after the first failure
/// @param longest after any
public record Backoff(Duration first, Duration longest, RandomGenerator random) {

  /// The longest wait after the first failure, where nothing else is said.
  static final Duration USUAL_FIRST = Duration.ofSeconds(1);

  /// The longest wait after any, where nothing else is said.
  public static final Duration USUAL_LONGEST = Duration.ofMinutes(1);

  private static final int MAX_DOUBLINGS = 30;

  public Backoff {
    if (first.toMillis() < 1 || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(first + " to " + longest);
    }
  }

  /// The usual one.
  public static Backoff usual(RandomGenerator random) {
    return new Backoff(USUAL_FIRST, USUAL_LONGEST, random);
  }

  /// How long to wait.
  ///
  /// @param failures how many there have been in a row, one at least
  public Duration delay(int failures) {
    long most =
        Math.min(
            longest.toMillis(), first.toMillis() << Math.clamp(failures - 1, 0, MAX_DOUBLINGS));
    return Duration.ofMillis(most - random.nextLong(most / 2 + 1));
  }
}
