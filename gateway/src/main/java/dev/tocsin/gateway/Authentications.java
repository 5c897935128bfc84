package dev.tocsin.gateway;

import java.util.concurrent.atomic.LongAdder;

/// Counts what became of the credentials that were presented, whatever the way in. Safe for any thread.
final class Authentications {

  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unavailable = new LongAdder();

  /// Credentials by what became of them; who presented none is in none of these.
  ///
  /// @param accepted they are good
  /// @param refused they are not
  /// @param unavailable they could not be judged
  record Figures(long accepted, long refused, long unavailable) {}

  void noteAccepted() {
    accepted.increment();
  }

  void noteRefused() {
    refused.increment();
  }

  void noteUnavailable() {
    unavailable.increment();
  }

  /// What has been counted so far.
  Figures figures() {
    return new Figures(accepted.sum(), refused.sum(), unavailable.sum());
  }
}
