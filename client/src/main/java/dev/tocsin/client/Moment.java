package dev.tocsin.client;

import java.time.Duration;

/// A moment by two clocks: one that may be set, and one that may stand still while the machine
/// sleeps.
///
/// @param nanos by the monotonic clock
/// @param millis by the wall clock, since 1970
record Moment(long nanos, long millis) {

  static Moment now() {
    return new Moment(System.nanoTime(), System.currentTimeMillis());
  }

  /// How long ago `earlier` was, by the clock that says more: never less than it was, unless the
  /// wall clock was set back while the machine slept.
  Duration since(Moment earlier) {
    return Duration.ofMillis(
        Math.max((nanos - earlier.nanos) / 1_000_000, millis - earlier.millis));
  }
}
