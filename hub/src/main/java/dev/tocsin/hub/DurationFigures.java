package dev.tocsin.hub;

import java.util.List;

/// How long something has taken, each time it was done: a histogram of this moment.
///
/// @param counts how often it took longer than the bound before, and no longer than the one at the same place of
///     [#UPPER_BOUNDS_SECONDS]; one more at the end for what took longer than all of them
/// @param seconds all times together
public record DurationFigures(List<Long> counts, double seconds) {

  /// From what a log in memory needs to what nobody waits for, in seconds.
  public static final List<Double> UPPER_BOUNDS_SECONDS =
      List.of(
          0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
          2.5, 5.0, 10.0);

  public DurationFigures {
    counts = List.copyOf(counts);
    if (counts.size() != UPPER_BOUNDS_SECONDS.size() + 1) {
      throw new IllegalArgumentException("a count for each bound, and one more");
    }
  }

  /// How often it was done.
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
