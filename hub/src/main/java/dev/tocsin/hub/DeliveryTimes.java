package dev.tocsin.hub;

import java.util.concurrent.locks.ReentrantLock;

/// Measures how long events take from being safe in the log to having been handed to the last live connection: until
/// all shards have passed them.
///
/// It looks at the clock once for each group that the log hands on and once for each turn of a shard, never for
/// an event or a delivery. Any thread; the lock is held for some additions, and nothing is called under it.
final class DeliveryTimes {

  /// So many groups are told apart; further ones count as the last of them, as if they had come with it.
  private static final int MAX_GROUPS = 1_024;

  private final Durations durations = new Durations();
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock: a ring of groups that not all shards have passed
  private final long[] newest = new long[MAX_GROUPS];
  private final long[] events = new long[MAX_GROUPS];
  private final long[] safeNanos = new long[MAX_GROUPS];
  private int first;
  private int size;

  /// A group is safe.
  ///
  /// @param last the sequence of its last event
  /// @param count how many events it has
  /// @param now see [System#nanoTime]
  void safe(long last, int count, long now) {
    lock.lock();
    try {
      if (size == MAX_GROUPS) {
        int place = place(size - 1);
        newest[place] = last;
        events[place] += count;
      } else {
        int place = place(size);
        newest[place] = last;
        events[place] = count;
        safeNanos[place] = now;
        size++;
      }
    } finally {
      lock.unlock();
    }
  }

  /// All shards have passed everything up to a position.
  ///
  /// @param now see [System#nanoTime]
  void passed(long position, long now) {
    lock.lock();
    try {
      while (size > 0 && newest[first] <= position) {
        durations.note(now - safeNanos[first], events[first]);
        first = place(1);
        size--;
      }
    } finally {
      lock.unlock();
    }
  }

  /// The log has begun a new epoch: what nobody has passed yet never will be.
  void forget() {
    lock.lock();
    try {
      size = 0;
    } finally {
      lock.unlock();
    }
  }

  private int place(int offset) {
    return (first + offset) % MAX_GROUPS;
  }

  /// As it is now.
  DurationFigures now() {
    return durations.now();
  }
}
