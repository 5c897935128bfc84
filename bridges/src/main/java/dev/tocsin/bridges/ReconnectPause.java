package dev.tocsin.bridges;

import java.time.Duration;

/// The pauses of one who tries again and again ([Backoff]). One thread.
final class ReconnectPause {

  private final Backoff backoff;
  private int failures;

  ReconnectPause(Backoff backoff) {
    this.backoff = backoff;
  }

  /// The next pause.
  Duration next() {
    failures++;
    return backoff.delay(failures);
  }

  /// Begins anew: it has worked.
  void reset() {
    failures = 0;
  }
}
