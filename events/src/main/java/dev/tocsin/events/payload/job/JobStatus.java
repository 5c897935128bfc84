package dev.tocsin.events.payload.job;

import dev.tocsin.events.WireNamed;

/// Where a background job stands.
///
/// [JobProgressPayload] carries its status as free text, because producers may have steps of their
/// own; these are the words that everybody understands.
public enum JobStatus implements WireNamed {
  /// Accepted and waiting for its turn.
  PENDING,
  /// At work.
  RUNNING,
  /// Ended well, see [JobCompletedPayload].
  COMPLETED,
  /// Ended with an error, see [JobFailedPayload].
  FAILED,
  /// Called off before its end, see [JobCancelledPayload].
  CANCELLED
}
