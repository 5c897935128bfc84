package dev.tocsin.hub;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The log's newest events, kept in memory so that cursors near the head never touch the disk.
///
/// Written by whoever the log calls as its follower, read by the shards. The lock is held for
/// copying references only.
final class RecentEvents {

  private final TypeTable types;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final EventRing events;
  private final long[] lastOfType;

  private volatile long newest;

  /// A cursor at the head.
  ///
  /// @param position the newest sequence
  /// @param lastOfType the last sequence of each type of the table, none of them above the position
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Head(long position, long[] lastOfType) {}

  /// Begins at the log's newest event. Who makes it lets the log call [#add] for all that follow.
  RecentEvents(EventLog log, TypeTable types, long maxBytes) {
    this.types = types;
    this.newest = log.newest();
    this.events = new EventRing(newest, maxBytes);
    this.lastOfType = new long[types.size()];
    log.lastByType()
        .forEach((name, last) -> {
          int type = types.placeOf(name);
          if (type >= 0) {
            lastOfType[type] = Math.min(last, newest);
          }
        });
  }

  /// Adds a group that the log has made safe.
  void add(List<LoggedEvent> group) {
    lock.lock();
    try {
      for (LoggedEvent event : group) {
        events.add(event);
        lastOfType[placeOf(event)] = event.sequence();
      }
      newest = events.newest();
    } finally {
      lock.unlock();
    }
  }

  /// The place of an event's type in the table.
  ///
  /// @throws IllegalStateException when it has none: the log did not tell of the type
  int placeOf(LoggedEvent event) {
    int type = types.placeOf(event.event().type());
    if (type < 0) {
      throw new IllegalStateException("the log holds an event type it did not tell of: " + event);
    }
    return type;
  }

  /// The newest sequence that can be delivered.
  long newest() {
    return newest;
  }

  /// Where a new cursor begins.
  Head head() {
    lock.lock();
    try {
      return new Head(events.newest(), lastOfType.clone());
    } finally {
      lock.unlock();
    }
  }

  /// What follows a position, in order, or `null` when memory no longer holds it.
  @Nullable List<LoggedEvent> readIfHeld(long after, int maxEvents, int maxBytes) {
    lock.lock();
    try {
      return after + 1 >= events.oldest() ? events.read(after, maxEvents, maxBytes) : null;
    } finally {
      lock.unlock();
    }
  }
}
