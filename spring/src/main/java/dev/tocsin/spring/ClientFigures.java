package dev.tocsin.spring;

import dev.tocsin.client.Position;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.events.WebSocketEvent;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What the client of an application has done since its start, and how it stands. Any thread.
final class ClientFigures {

  private final LongAdder received = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder published = new LongAdder();
  private final LongAdder unpublished = new LongAdder();

  private volatile Standing standing = new Standing(null, 0, "not connected yet");

  /// How the client stands.
  ///
  /// @param epoch of the log it is connected to; `null` when it is not connected
  /// @param sequence the last one that it knows of
  /// @param reason why it is not connected; empty when it is
  record Standing(@Nullable String epoch, long sequence, String reason) {

    boolean isConnected() {
      return epoch != null;
    }
  }

  void connected(Position position) {
    standing = new Standing(position.epoch(), position.sequence(), "");
  }

  void disconnected(String reason) {
    standing = new Standing(null, standing.sequence(), reason);
  }

  /// Called by the client alone, as the two before.
  void received(WebSocketEvent event) {
    received.increment();
    Standing now = standing;
    if (event.sequence() != null && now.isConnected()) {
      standing = new Standing(now.epoch(), event.sequence(), "");
    }
  }

  void failed() {
    failures.increment();
  }

  void gap() {
    gaps.increment();
  }

  void published(PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Published) {
      published.increment();
    } else {
      unpublished.increment();
    }
  }

  Standing standing() {
    return standing;
  }

  double receivedCount() {
    return received.sum();
  }

  double failureCount() {
    return failures.sum();
  }

  double gapCount() {
    return gaps.sum();
  }

  double publishedCount() {
    return published.sum();
  }

  double unpublishedCount() {
    return unpublished.sum();
  }
}
