package dev.tocsin.client;

import org.jspecify.annotations.Nullable;

/// How much an [Outbox] has taken, counted where the application publishes, so that it is told at
/// once when there is no room. Any thread may use it.
final class Room {

  /// Without an outbox, how many answers may be outstanding.
  private static final int MAX_UNANSWERED = 1_024;

  // immutable
  private final Outbox outbox;

  // guarded by this
  private int events;
  private long bytes;

  Room(Outbox outbox) {
    this.outbox = outbox;
  }

  /// Takes room for an event.
  ///
  /// @return why there is none; `null` when there was
  synchronized @Nullable PublishOutcome reserve(int size) {
    if (!outbox.holds()) {
      if (events >= MAX_UNANSWERED) {
        return new PublishOutcome.NotSent(MAX_UNANSWERED + " answers are outstanding already");
      }
    } else if (events >= outbox.maxEvents() || bytes + size > outbox.maxBytes()) {
      return new PublishOutcome.OutboxFull(events, bytes);
    }
    events++;
    bytes += size;
    return null;
  }

  synchronized void release(int size) {
    events--;
    bytes -= size;
  }
}
