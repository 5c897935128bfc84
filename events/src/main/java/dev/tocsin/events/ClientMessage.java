package dev.tocsin.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a WebSocket client may say: one text message, decoded by [ClientMessages#decode].
///
/// The `id` of a message is the JSON text of the string or integer that its answer carries back, or
/// `null` when it has none.
public sealed interface ClientMessage {

  /// The JSON text of the message's `id`, or `null`.
  @Nullable String id();

  /// The events of the past with which a subscription begins.
  sealed interface Initial {

    /// The newest that it lets through.
    ///
    /// @param count how many at the most, from 1 on
    record Last(long count) implements Initial {}

    /// Of each type and key the newest.
    record Latest() implements Initial {}
  }

  /// Adds patterns to what the connection receives.
  ///
  /// @param where what narrows each of them; `null` for nothing
  /// @param explain whether to tell which types the connection then receives
  /// @param initial what it begins with; `null` for what comes next
  record Subscribe(
      @Nullable String id,
      List<String> patterns,
      @Nullable Where where,
      boolean explain,
      @Nullable Initial initial)
      implements ClientMessage {
    public Subscribe {
      patterns = List.copyOf(patterns);
    }
  }

  /// Takes patterns away.
  ///
  /// @param patterns `null` for all of them
  record Unsubscribe(@Nullable String id, @Nullable List<String> patterns)
      implements ClientMessage {
    public Unsubscribe {
      patterns = patterns == null ? null : List.copyOf(patterns);
    }
  }

  /// Asks for what was missed.
  ///
  /// @param since the last position the client knows
  /// @param epoch the log that the position belongs to; `null` for the present one
  record Resume(@Nullable String id, long since, @Nullable String epoch) implements ClientMessage {}

  /// Publishes an event.
  ///
  /// @param event the bytes of the envelope, not yet checked
  /// @param idempotencyKey `null` for none
  record Publish(@Nullable String id, Slice event, @Nullable String idempotencyKey)
      implements ClientMessage {}

  /// Says who the client is, or that it is known by something newer now.
  ///
  /// @param token an API key or a signed token, not yet judged
  record Authenticate(@Nullable String id, String token) implements ClientMessage {

    @Override
    public String toString() {
      return "Authenticate[…]";
    }
  }

  /// Asks for a sign of life.
  record Ping(@Nullable String id) implements ClientMessage {}

  /// Answers the server's heartbeat.
  record Pong(@Nullable String id) implements ClientMessage {}

  /// A message that is none of these.
  ///
  /// @param rejection why
  record Malformed(@Nullable String id, Rejection rejection) implements ClientMessage {}
}
