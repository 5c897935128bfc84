package dev.tocsin.bridges.bridge;

import java.time.Duration;

/// The pauses of one who tries again and again ([Backoff]). One thread.
public final class ReconnectPause {

  private final Backoff backoff;
  private int failures;

  /// Pauses of that pace, from the first one on.
  public ReconnectPause(Backoff backoff) {
    this.backoff = backoff;
  }

  /// The next pause.
  public Duration next() {
    failures++;
    return backoff.delay(failures);
  }

  /// Begins anew: it has worked.
  public void reset() {
    failures = 0;
  }
}
