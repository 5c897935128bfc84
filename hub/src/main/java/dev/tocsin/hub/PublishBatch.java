package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EncodingResult;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Suggestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Events that are validated one by one and then appended together, next to each other and in this order.
///
/// They share a budget of suggestions. One whose validation breaks down is refused and does its neighbours
/// no harm. It belongs to whoever makes it, and is used once.
public final class PublishBatch {

  private final Hub hub;
  private final Suggestions.Budget suggestions = new Suggestions.Budget();
  private final List<EncodingResult> encoded = new ArrayList<>();
  private final List<Append> accepted = new ArrayList<>();
  private final TypeCheck check = new TypeCheck();

  /// When the first byte of each accepted one came, see [System#nanoTime].
  private long[] receivedNanos = new long[1];

  PublishBatch(Hub hub) {
    this.hub = hub;
  }

  /// Validates one more.
  ///
  /// @return why it is refused, which [#publish] tells as well; `null` when it is not
  public @Nullable Rejection add(PublishCommand command) {
    EncodingResult result = hub.encodeGuarded(command, suggestions, check);
    if (result instanceof EncodedEvent event) {
      String key = command.idempotencyKey();
      if (accepted.size() == receivedNanos.length) {
        receivedNanos = Arrays.copyOf(receivedNanos, 2 * receivedNanos.length);
      }
      receivedNanos[accepted.size()] = command.receivedNanos();
      accepted.add(
          new Append(
              event,
              key == null ? null : IdempotencyKey.of(command.producer(), key, command.event())));
    }
    encoded.add(result);
    return result instanceof Rejection rejection ? rejection : null;
  }

  /// How many were added.
  public int size() {
    return encoded.size();
  }

  /// Appends those that were not refused, and answers when they are safe in the log.
  ///
  /// @return one result for each command, in their order
  public CompletableFuture<List<PublishResult>> publish() {
    return hub.publish(encoded, accepted, receivedNanos);
  }
}
