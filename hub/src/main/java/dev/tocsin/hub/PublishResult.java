package dev.tocsin.hub;

import dev.tocsin.events.Rejection;

/// What came of the wish to publish an event.
public sealed interface PublishResult {

  /// The event is safe in the log.
  ///
  /// @param sequence its place
  /// @param timestamp the producer's timestamp, or the one that it was given
  record Published(long sequence, String timestamp) implements PublishResult {}

  /// The event is not in the log; or it may be, when the rejection is uncertain.
  record Refused(Rejection rejection) implements PublishResult {}
}
