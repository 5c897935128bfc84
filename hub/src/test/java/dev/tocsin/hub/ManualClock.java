package dev.tocsin.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that a test moves.
public final class ManualClock implements InstantSource {

  private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

  @Override
  public Instant instant() {
    return now;
  }

  /// Moves it on, or back.
  public void advance(Duration time) {
    now = now.plus(time);
  }
}
