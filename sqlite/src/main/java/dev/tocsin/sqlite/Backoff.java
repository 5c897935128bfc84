package dev.tocsin.sqlite;

import java.util.concurrent.TimeUnit;

/// When to try again what has failed: after as long as it has been failing, 1 s at the least and 30 s at the
/// most. What works for a moment and fails again has been failing all the while. Used by one thread.
final class Backoff {

  static final long MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);

  private boolean hasFailed;
  private long sinceNanos;
  private long lastNanos;
  private long dueNanos;

  /// It has failed.
  ///
  /// @param nowNanos see [System#nanoTime]
  void failed(long nowNanos) {
    if (!hasFailed || nowNanos - lastNanos > 2 * MAX_NANOS) {
      sinceNanos = nowNanos;
    }
    hasFailed = true;
    lastNanos = nowNanos;
    dueNanos = nowNanos + Math.clamp(nowNanos - sinceNanos, MIN_NANOS, MAX_NANOS);
  }

  /// Whether it may be tried.
  boolean isDue(long nowNanos) {
    return !hasFailed || nowNanos - dueNanos >= 0;
  }
}
