package dev.tocsin.sqlite;

import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Hands the log's events on to its follower, in order and without a seam between those that are read and
/// those that come, and knows how far it has come. Any thread may ask.
final class Delivery {

  private static final int PAGE_EVENTS = 1_024;
  private static final int PAGE_BYTES = 1 << 20;

  private final LogReader reader;
  private final Map<String, Long> lastByType;

  // guarded by lock
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Follower follower;

  // written under the lock, read by any
  private volatile long newest;
  private volatile long told;

  /// @param newest the newest sequence
  /// @param lastByType the last sequence of each type
  Delivery(LogReader reader, long newest, Map<String, Long> lastByType) {
    this.reader = reader;
    this.newest = newest;
    this.told = newest;
    this.lastByType = new ConcurrentHashMap<>(lastByType);
  }

  /// The newest sequence that can be read, which the follower has been handed or is being handed.
  long newest() {
    return newest;
  }

  /// The newest sequence that the follower has been handed.
  long told() {
    return told;
  }

  /// See [dev.tocsin.hub.EventLog#lastByType].
  Map<String, Long> lastByType() {
    return Map.copyOf(lastByType);
  }

  /// The wanted types, without those whose last event is not after a position: they cost nothing.
  TypeFilter since(long position, TypeFilter types) {
    Set<String> names = types.names();
    return names == null
        ? types
        : TypeFilter.of(
            names.stream()
                .filter(type -> lastByType.getOrDefault(type, 0L) > position)
                .collect(Collectors.toUnmodifiableSet()));
  }

  /// Hands on a group that has been committed.
  void deliver(List<LoggedEvent> events) {
    lock.lock();
    try {
      for (LoggedEvent event : events) {
        lastByType.put(event.event().type(), event.sequence());
      }
      newest = events.getLast().sequence();
      if (follower != null) {
        follower.events(events);
      }
    } finally {
      told = newest;
      lock.unlock();
    }
  }

  /// See [dev.tocsin.hub.EventLog#follow].
  void follow(long after, Follower newFollower) {
    lock.lock();
    try {
      follower = newFollower;
      long position = after;
      while (position < newest) {
        Page page = reader.read(position, newest, TypeFilter.ALL, PAGE_EVENTS, PAGE_BYTES);
        page.handTo(newFollower);
        position = page.position();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the log after " + after, e);
    } finally {
      lock.unlock();
    }
  }
}
