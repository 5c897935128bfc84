package dev.tocsin.client;

/// What came of publishing one event.
public sealed interface PublishOutcome {

  /// The event is safe in the log, once.
  ///
  /// @param sequence its place
  record Published(long sequence) implements PublishOutcome {}

  /// The event was refused. It will be refused again as it is, unless its code is a retryable one:
  /// with an [Outbox] such a refusal comes only after the event was repeated for as long as it may
  /// be.
  record Refused(Refusal refusal) implements PublishOutcome {}

  /// The [Outbox] has no room for the event, which has gone nowhere. There is room again as soon as
  /// the future of an earlier event completes.
  ///
  /// @param events how many it holds
  /// @param bytes how many bytes they have
  record OutboxFull(int events, long bytes) implements PublishOutcome {}

  /// The event never left this client: it is closed, or neither connected nor trying to be. Without
  /// an [Outbox] also when there was no connection at that moment, or too many answers were
  /// outstanding.
  ///
  /// @param reason a sentence for a person
  record NotSent(String reason) implements PublishOutcome {}

  /// The event went out, and no answer will come. It may be in the log or not. With an [Outbox] that
  /// happens only when the client is closed or ends for good, or was without a connection for longer
  /// than [Outbox#repeatWithin].
  ///
  /// @param reason a sentence for a person
  record Unanswered(String reason) implements PublishOutcome {}
}
