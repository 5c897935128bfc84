package dev.tocsin.hub;

import dev.tocsin.events.Slice;
import dev.tocsin.events.WebSocketEvent;
import org.jspecify.annotations.Nullable;

/// The wish to publish one event.
///
/// @param event the bytes of the envelope, not yet checked
/// @param idempotencyKey a name of the producer's for this publish, so that repeating it does no harm;
///     `null` for none
/// @param producer whose it is, for two may call theirs the same; empty where nobody is asked who he is
/// @param granted what the producer may publish; `null` for everything
/// @param receivedNanos when its first byte came, see [System#nanoTime]
public record PublishCommand(
    Slice event,
    @Nullable String idempotencyKey,
    String producer,
    @Nullable EventFilter granted,
    long receivedNanos) {

  /// A wish that comes now.
  public PublishCommand(
      Slice event, @Nullable String idempotencyKey, @Nullable EventFilter granted) {
    this(event, idempotencyKey, "", granted, System.nanoTime());
  }

  /// The wish of somebody who may publish everything.
  public PublishCommand(Slice event, @Nullable String idempotencyKey) {
    this(event, idempotencyKey, null);
  }

  /// The wish to publish, once for each time it is said.
  public PublishCommand(Slice event) {
    this(event, null);
  }

  /// The wish to publish an event that the program made.
  public static PublishCommand of(WebSocketEvent event) {
    return new PublishCommand(Slice.of(event.toJson()));
  }
}
