package dev.tocsin.client;

/// What came of publishing one event.
public sealed interface PublishOutcome {

  /// The event is safe in the log.
  ///
  /// @param sequence its place
  record Published(long sequence) implements PublishOutcome {}

  /// The event was refused and will be refused again as it is, unless its code is a retryable one.
  record Refused(Refusal refusal) implements PublishOutcome {}

  /// The event never left this client: there was no connection, or too many answers were
  /// outstanding.
  ///
  /// @param reason a sentence for a person
  record NotSent(String reason) implements PublishOutcome {}

  /// The connection was lost before the answer came. The event may be in the log or not.
  ///
  /// @param reason a sentence for a person
  record Unanswered(String reason) implements PublishOutcome {}
}
