package dev.tocsin.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/// A clock in hand: it stands still until a test moves it. Any thread may.
///
/// A hub goes by it where it tells times: the timestamp of an event that comes without one, when events came, whether a key has
/// expired. What is waited for, such as heartbeats, goes by real time.
public final class TestClock implements InstantSource {

  /// Where it stands at first: 2026-01-01T00:00:00Z.
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(START);

  /// A clock that stands at [#START].
  public TestClock() {}

  @Override
  public Instant instant() {
    return now.get();
  }

  /// Moves it on, or back.
  public void advance(Duration duration) {
    now.updateAndGet(at -> at.plus(duration));
  }

  /// Sets it.
  public void set(Instant instant) {
    now.set(Objects.requireNonNull(instant, "instant"));
  }
}
