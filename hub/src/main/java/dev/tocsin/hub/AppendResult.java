package dev.tocsin.hub;

/// What came of appending one event.
public sealed interface AppendResult {

  /// The event is in the log, from now on or, when its idempotency key was used before, since then.
  ///
  /// @param sequence its place
  /// @param timestamp its timestamp
  record Stored(long sequence, String timestamp) implements AppendResult {}

  /// The idempotency key was used before, and not for this event as far as is known. The event is not in the log.
  ///
  /// @param reason a sentence for a person
  record Conflict(String reason) implements AppendResult {

    /// It was used with another body.
    public Conflict() {
      this("The idempotency key was used before with another event");
    }
  }

  /// The event is not in the log; it may take it later.
  ///
  /// @param reason a sentence for a person
  record Unavailable(String reason) implements AppendResult {}

  /// The event may be in the log or not: the answer did not come. Repeated under the same idempotency
  /// key it is settled for good; without one it may be there twice.
  ///
  /// @param reason a sentence for a person
  record Unknown(String reason) implements AppendResult {}
}
