package dev.tocsin.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// The delays between attempts to reconnect: exponential, with full jitter, so that the clients of
/// a server that was restarted do not come back in step.
///
/// Each delay is drawn evenly between zero and a bound, which doubles with each attempt. Owned by
/// one thread.
final class Backoff {

  private final long firstMillis;
  private final long longestMillis;
  private final RandomGenerator random;
  private long boundMillis;

  Backoff(Duration first, Duration longest, RandomGenerator random) {
    this.firstMillis = Math.max(1, first.toMillis());
    this.longestMillis = Math.max(firstMillis, longest.toMillis());
    this.random = random;
    this.boundMillis = firstMillis;
  }

  /// The delay before the next attempt.
  Duration next() {
    long bound = boundMillis;
    boundMillis = bound > longestMillis / 2 ? longestMillis : bound * 2;
    return Duration.ofMillis(random.nextLong(bound + 1));
  }

  /// Begins anew: the server has let the client in, and gone back to where it was.
  void reset() {
    boundMillis = firstMillis;
  }
}
