package dev.tocsin.hub;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The newest events of one epoch of the log, kept in memory so that cursors near the head never touch the
/// disk. When the log begins a new epoch, another takes its place, and this one has a [#successor].
///
/// Written by whoever the log calls as its follower, read by the shards. The lock is held for
/// copying references only.
final class RecentEvents {

  private final String epoch;
  private final long begin;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final EventRing events;
  private long[] lastOfType;

  // written under the lock, read by any
  private volatile TypeTable types;
  private volatile long newest;
  private volatile @Nullable RecentEvents successor;

  /// A cursor at the head.
  ///
  /// @param position the newest sequence
  /// @param types the types that are known there
  /// @param lastOfType the last sequence of each type of the table, none of them above the position
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Head(long position, TypeTable types, long[] lastOfType) {}

  /// Begins at a position. Who makes it lets the log call it for all that follows.
  ///
  /// @param types those that may occur
  /// @param lastByType what the log knows of what was before
  /// @param maxBytes what is kept
  RecentEvents(
      String epoch, long newest, TypeTable types, Map<String, Long> lastByType, long maxBytes) {
    this.epoch = epoch;
    this.begin = newest;
    this.newest = newest;
    this.types = types.with(lastByType.keySet());
    this.events = new EventRing(newest, maxBytes);
    this.lastOfType = new long[this.types.size()];
    lastByType.forEach(
        (name, last) -> lastOfType[this.types.placeOf(name)] = Math.min(last, newest));
  }

  /// The epoch that these events belong to.
  String epoch() {
    return epoch;
  }

  /// The position at which they began: what the log had then lies before it.
  long begin() {
    return begin;
  }

  /// What has taken the place of this; `null` as long as the epoch goes on.
  @Nullable RecentEvents successor() {
    return successor;
  }

  /// Nothing more comes here, but there.
  void end(RecentEvents next) {
    successor = next;
  }

  /// Adds a group that the log has made safe. What was told before is passed over; what was left out is
  /// lost.
  void add(List<LoggedEvent> group) {
    lock.lock();
    try {
      for (LoggedEvent event : group) {
        if (event.sequence() > events.newest()) {
          if (event.sequence() > events.newest() + 1) {
            events.skipTo(event.sequence() - 1);
          }
          note(event);
          events.add(event);
        }
      }
      newest = events.newest();
    } finally {
      lock.unlock();
    }
  }

  private void note(LoggedEvent event) {
    String name = event.event().type();
    int type = types.placeOf(name);
    if (type < 0) {
      types = types.with(List.of(name));
      lastOfType = Arrays.copyOf(lastOfType, types.size());
      type = types.placeOf(name);
    }
    lastOfType[type] = event.sequence();
  }

  /// Goes on after events that the log has lost. Memory holds nothing before them any more, so a cursor that has
  /// not passed them reads the log, which names them.
  void skip(long to) {
    lock.lock();
    try {
      if (to > events.newest()) {
        events.skipTo(to);
        newest = to;
      }
    } finally {
      lock.unlock();
    }
  }

  /// The types that are known; at least those of all events that were read here.
  TypeTable types() {
    return types;
  }

  /// The newest sequence that can be delivered.
  long newest() {
    return newest;
  }

  /// Where a new cursor begins.
  Head head() {
    lock.lock();
    try {
      return new Head(events.newest(), types, lastOfType.clone());
    } finally {
      lock.unlock();
    }
  }

  /// The events of some sequences of this epoch, up to a bound, as [EventLog#readEach] reads them, or `null` when memory does
  /// not hold the first.
  @Nullable Page readEachIfHeld(long[] sequences, int maxBytes) {
    lock.lock();
    try {
      if (sequences[0] < events.oldest() || sequences[0] > events.newest()) {
        return null;
      }
      PageBuilder page = new PageBuilder(TypeFilter.ALL, sequences.length, maxBytes);
      long position = 0;
      for (long sequence : sequences) {
        if (sequence > events.newest() || !page.add(events.at(sequence))) {
          break;
        }
        position = sequence;
      }
      return new Page(page.events(), position);
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
