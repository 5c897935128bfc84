package dev.tocsin.bridges;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next try: twice as long each time, up to a bound, less a random part, so that those who were cut off
/// together do not come back together. One thread.
final class ReconnectPause {

  private final long firstMillis;
  private final long longestMillis;
  private final RandomGenerator random;
  private long nextMillis;

  ReconnectPause(Duration first, Duration longest, RandomGenerator random) {
    this.firstMillis = first.toMillis();
    this.longestMillis = longest.toMillis();
    this.random = random;
    this.nextMillis = firstMillis;
  }

  /// The next pause: between a half and all of what it is at the most.
  Duration next() {
    long most = nextMillis;
    nextMillis = Math.min(longestMillis, most * 2);
    return Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1));
  }

  /// Begins anew: it has worked.
  void reset() {
    nextMillis = firstMillis;
  }
}
