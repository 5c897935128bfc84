package dev.tocsin.hub;

import java.util.Collections;
import java.util.List;
import java.util.function.ObjLongConsumer;

/// An audience's share of a turn: the events that it wants, by reference, nothing encoded.
///
/// An event's `previous` is the sequence of the event before it, and [#previous] for the first. Immutable.
///
/// @param events in order, at least one; handed over: whoever made the list never changes it again
/// @param previous the sequence of the last earlier event that the audience wanted; 0 when there is none
public record Batch(List<LoggedEvent> events, long previous) {

  public Batch {
    if (events.isEmpty()) {
      throw new IllegalArgumentException("a batch holds at least one event");
    }
    events = Collections.unmodifiableList(events);
  }

  /// The position after which the batch comes: whoever does not take it goes on from there.
  public long after() {
    return events.getFirst().sequence() - 1;
  }

  /// Hands each event to an action, in order, with its `previous`.
  public void forEach(ObjLongConsumer<LoggedEvent> action) {
    long last = previous;
    for (LoggedEvent event : events) {
      action.accept(event, last);
      last = event.sequence();
    }
  }
}
