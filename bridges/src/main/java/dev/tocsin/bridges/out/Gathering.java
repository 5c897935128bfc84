package dev.tocsin.bridges.out;

import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The events that a bridge has from the log and has not sent, as they are to go out together. One thread. It holds what one
/// step of a cursor brings, and what waited before it.
final class Gathering {

  private final Bundling bundling;
  private final Deque<FollowedEvent> waiting = new ArrayDeque<>();
  private long bytes;
  private long since;
  private @Nullable HubPosition upTo;

  /// The last that was handed out.
  private long handedOut;

  Gathering(Bundling bundling) {
    this.bundling = bundling;
  }

  void clear() {
    waiting.clear();
    bytes = 0;
    upTo = null;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(HubCursor.Step.Events step) {
    if (waiting.isEmpty()) {
      since = System.nanoTime();
    }
    for (FollowedEvent event : step.events()) {
      waiting.add(event);
      bytes += event.envelope().length;
    }
    upTo = step.upTo();
  }

  /// How long there is time to wait for more.
  ///
  /// @param idle when there is nothing
  Duration patience(Duration idle) {
    if (waiting.isEmpty()) {
      return idle;
    }
    Duration left = bundling.atMost().minusNanos(System.nanoTime() - since);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /// What is to be sent now; `null` when there is nothing, or too little that has waited too short.
  @Nullable Shipment due() {
    boolean isFull =
        waiting.size() >= bundling.maxEvents()
            || bytes >= bundling.maxBytes()
            || System.nanoTime() - since >= bundling.atMost().toNanos();
    return isFull ? next() : null;
  }

  /// What is to be sent next, whether it has waited or not; `null` when there is nothing.
  @Nullable Shipment next() {
    HubPosition position = upTo;
    if (waiting.isEmpty() || position == null) {
      return null;
    }
    List<FollowedEvent> events = new ArrayList<>();
    long taken = 0;
    while (!waiting.isEmpty()
        && events.size() < bundling.maxEvents()
        && (events.isEmpty()
            || taken + waiting.element().envelope().length <= bundling.maxBytes())) {
      FollowedEvent event = waiting.remove();
      taken += event.envelope().length;
      events.add(event);
    }
    bytes -= taken;
    handedOut = events.getLast().sequence();
    return new Shipment(position.epoch(), events);
  }

  /// Where all is done with when an event that was handed out is.
  HubPosition positionAfter(FollowedEvent event) {
    HubPosition position = upTo;
    if (position == null) {
      throw new IllegalStateException("nothing was handed out");
    }
    return waiting.isEmpty() && event.sequence() == handedOut
        ? position
        : new HubPosition(position.epoch(), event.sequence());
  }
}
