package dev.tocsin.gateway;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// What may be taken per second, on average: a bucket that holds a second's worth, and fills again as time passes. Whoever
/// finds something in it may take more than there is; others wait until that is made up for. Safe for any thread.
final class TokenBucket {

  private final double perSecond;
  private final LongSupplier nanoTime;

  // guarded by this
  private double tokens;
  private long filledNanos;

  /// A full bucket.
  ///
  /// @param perSecond from 1 on
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  TokenBucket(long perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.tokens = perSecond;
    this.filledNanos = nanoTime.getAsLong();
  }

  /// How long it takes until something is in it, in milliseconds; 0 when there is.
  synchronized long waitMillis() {
    fill();
    if (tokens >= 1) {
      return 0;
    }
    return (long) Math.ceil((1 - tokens) * TimeUnit.SECONDS.toMillis(1) / perSecond);
  }

  /// Takes so much, even if there is less.
  synchronized void take(long count) {
    fill();
    tokens -= (double) count;
  }

  private void fill() {
    long now = nanoTime.getAsLong();
    tokens = Math.min(perSecond, tokens + (now - filledNanos) / 1e9 * perSecond);
    filledNanos = now;
  }

  /// Whether it is as if nobody had ever taken anything.
  synchronized boolean isFull() {
    fill();
    return tokens >= perSecond;
  }
}
