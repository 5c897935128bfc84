package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import org.jspecify.annotations.Nullable;

/// What a mapping makes of a message.
public sealed interface Mapped {

  /// The mapping is for other messages.
  record NotMeant() implements Mapped {}

  /// It is understood, and nothing worth an event.
  record Ignored(Reason reason) implements Mapped {}

  /// An event, which the hub has still to judge.
  ///
  /// @param envelope its JSON
  /// @param key what tells it from others, for the idempotency key; `null` where the mapping does not say
  @SuppressWarnings("ArrayRecordComponent") // made once, published once, never compared
  record Event(String type, byte[] envelope, @Nullable String key) implements Mapped {}

  /// No event can be made of it.
  ///
  /// @param sentence why
  record Impossible(Reason reason, String sentence) implements Mapped {

    /// The same as a refusal.
    public Rejection rejection() {
      return new Rejection(
          reason.equals(Reason.TOO_LARGE) ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.INVALID_PAYLOAD,
          "No event can be made of this: " + sentence);
    }
  }
}
