package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.List;

/// Gathers the events of a page up to its bounds.
public final class PageBuilder {

  private final TypeFilter types;
  private final int maxEvents;
  private final long maxBytes;
  private final List<LoggedEvent> events = new ArrayList<>();
  private long bytes;

  /// The bounds are those of [EventLog#read].
  public PageBuilder(TypeFilter types, int maxEvents, int maxBytes) {
    this.types = types;
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
  }

  /// Looks at the next event, and takes it where it is wanted.
  ///
  /// @return whether it was looked at; not when it is wanted and goes beyond a bound: the page ends
  ///     before it
  public boolean add(LoggedEvent event) {
    if (!types.takes(event.event().type())) {
      return true;
    }
    long size = event.event().json().length;
    if (events.size() >= maxEvents || (bytes + size > maxBytes && !events.isEmpty())) {
      return false;
    }
    events.add(event);
    bytes += size;
    return true;
  }

  /// Whether there are as many events as there may be.
  public boolean isFull() {
    return events.size() >= maxEvents;
  }

  /// What was taken.
  public List<LoggedEvent> events() {
    return events;
  }
}
