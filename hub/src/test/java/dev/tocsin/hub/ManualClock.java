package dev.tocsin.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that a test moves.
public final class ManualClock implements InstantSource {

  private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

  private final AtomicLong nanos = new AtomicLong(42);

  @Override
  public Instant instant() {
    return now;
  }

  /// Monotonic time, see [System#nanoTime].
  public long nanoTime() {
    return nanos.get();
  }

  /// Lets time pass.
  public void advance(Duration time) {
    now = now.plus(time);
    nanos.addAndGet(time.toNanos());
  }

  /// Sets the clock, on or back. No time passes.
  public void set(Duration by) {
    now = now.plus(by);
  }
}
