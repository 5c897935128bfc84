package dev.tocsin.client;

import dev.tocsin.events.WebSocketEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the server may say: one text message, decoded by [ServerMessages#decode].
sealed interface ServerMessage {

  /// The first message of every connection.
  ///
  /// @param initial how many events of the past follow; 0 when none were asked for
  record Established(String connectionId, Position position, long initial)
      implements ServerMessage {}

  /// An event, with its `sequence` and its `previous`.
  record Event(WebSocketEvent event, long sequence, long previous) implements ServerMessage {}

  /// An event of the past with which a subscription begins.
  record InitialEvent(WebSocketEvent event, long sequence) implements ServerMessage {}

  /// The heartbeat, which wants an answer.
  ///
  /// @param sequence a position; `null` when the server told none
  record Heartbeat(@Nullable Long sequence) implements ServerMessage {}

  /// The answer to a subscribe.
  ///
  /// @param initial how many events of the past follow; 0 when none were asked for
  /// @param initialComplete whether those are all that were asked for
  record Subscribed(
      @Nullable String id,
      List<String> patterns,
      List<SubscriptionOutcome.Warning> warnings,
      long sequence,
      long initial,
      boolean initialComplete)
      implements ServerMessage {}

  /// The answer to an unsubscribe.
  record Unsubscribed(@Nullable String id, List<String> patterns, long sequence)
      implements ServerMessage {}

  /// The answer to a resume: what comes after `since` follows.
  ///
  /// @param lost whether the log no longer holds all that was asked for
  /// @param firstAvailable the oldest sequence that it holds; only when `lost`
  /// @param ahead whether what was asked for lies above everything that the log ever held
  record Resumed(long since, boolean lost, long firstAvailable, boolean ahead)
      implements ServerMessage {}

  /// The answer to a publish.
  record Published(@Nullable String id, long sequence) implements ServerMessage {}

  /// Events are gone from the log before this connection could get them.
  record Missed(Gap gap) implements ServerMessage {}

  /// The server will go away.
  ///
  /// @param afterMillis when to come back
  record Reconnect(long afterMillis) implements ServerMessage {}

  /// An action was refused; without an id, nobody knows which.
  record Refused(@Nullable String id, Refusal refusal) implements ServerMessage {}

  /// The connection is about to be closed, and this is why.
  ///
  /// @param retryAfterMillis when to come back; `null` when the server does not say
  record Closing(String code, String message, @Nullable Long retryAfterMillis)
      implements ServerMessage {}

  /// The credential of this connection ends soon.
  record Expiring() implements ServerMessage {}

  /// The credential of this connection was renewed.
  record Authenticated() implements ServerMessage {}

  /// Nothing to do about it: a `pong`, or something a later version says.
  record Ignorable() implements ServerMessage {}

  /// A message that this client cannot read.
  ///
  /// @param fault what is wrong with it
  /// @param place where it stands in the log, when it is an event that says so
  record Unreadable(String fault, @Nullable Place place) implements ServerMessage {}

  /// The place of an event for one connection.
  ///
  /// @param previous nothing between it and `sequence` matched
  record Place(long sequence, long previous) {}
}
