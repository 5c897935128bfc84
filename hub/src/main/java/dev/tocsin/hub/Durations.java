package dev.tocsin.hub;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Counts how long something takes, by the bounds of [DurationFigures]. Any thread; allocates nothing.
public final class Durations {

  private static final long[] UPPER_BOUNDS_NANOS =
      DurationFigures.UPPER_BOUNDS_SECONDS.stream()
          .mapToLong(seconds -> Math.round(seconds * TimeUnit.SECONDS.toNanos(1)))
          .toArray();

  private final List<LongAdder> counts =
      Stream.generate(LongAdder::new).limit(UPPER_BOUNDS_NANOS.length + 1L).toList();

  private final LongAdder nanos = new LongAdder();

  /// It took so long, several times.
  ///
  /// @param took in nanoseconds; a clock that seems to have gone backwards counts as no time
  public void note(long took, long times) {
    long positive = Math.max(0, took);
    int place = 0;
    while (place < UPPER_BOUNDS_NANOS.length && positive > UPPER_BOUNDS_NANOS[place]) {
      place++;
    }
    counts.get(place).add(times);
    nanos.add(positive * times);
  }

  /// As it is now.
  public DurationFigures now() {
    return new DurationFigures(
        IntStream.range(0, counts.size()).mapToObj(place -> counts.get(place).sum()).toList(),
        nanos.sum() / 1e9);
  }
}
