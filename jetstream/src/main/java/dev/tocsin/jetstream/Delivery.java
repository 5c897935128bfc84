package dev.tocsin.jetstream;

import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Hands on what the [StreamFollower] brings, knows how far that has come, and keeps the newest part in memory. Any thread may
/// ask; the follower of the log is called under the lock, so that it is told everything in order.
final class Delivery {

  /// What the recent part may weigh, in bytes; the hub holds the same events.
  static final long RECENT_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Long> lastByType = new ConcurrentHashMap<>();

  // guarded by lock
  private final RecentPart recent;
  private final Waiters waiters = new Waiters();
  private @Nullable Follower follower;
  private @Nullable Witness witness;
  private @Nullable Runnable moved;
  private boolean closed;

  // written under the lock, read by any
  private volatile Place place;

  /// Where it stands: of one moment.
  ///
  /// @param newest the newest sequence that was handed on
  record Place(String epoch, long newest) {}

  Delivery(String epoch, long newest) {
    this.place = new Place(epoch, newest);
    this.recent = new RecentPart(newest, RECENT_BYTES);
  }

  Place place() {
    return place;
  }

  long newest() {
    return place.newest();
  }

  Map<String, Long> lastByType() {
    return Map.copyOf(lastByType);
  }

  /// The last sequence of a type; 0 when there is none.
  long lastOf(String type) {
    return lastByType.getOrDefault(type, 0L);
  }

  /// What a look into the stream has found out of the past.
  void noteLast(Map<String, Long> found) {
    found.forEach((type, sequence) -> lastByType.merge(type, sequence, Math::max));
  }

  /// The newest event that was handed on; `null` before the first.
  @Nullable Witness witness() {
    lock.lock();
    try {
      return witness;
    } finally {
      lock.unlock();
    }
  }

  /// All that is known of the newest, of one moment.
  HeadNote.Known known() {
    lock.lock();
    try {
      Witness last = witness;
      return last == null
          ? new HeadNote.Known(place.epoch(), newest(), 0, "")
          : new HeadNote.Known(place.epoch(), newest(), last.sequence(), last.digest());
    } finally {
      lock.unlock();
    }
  }

  /// Is told whenever that is something else, under the lock.
  void whenMoved(Runnable listener) {
    lock.lock();
    try {
      moved = listener;
    } finally {
      lock.unlock();
    }
  }

  /// It stands elsewhere. Under the lock.
  private void stand(Place now) {
    place = now;
    if (moved != null) {
      moved.run();
    }
  }

  /// Begins with the newest event that is there; `null` when there is none.
  void begin(@Nullable Witness event) {
    lock.lock();
    try {
      witness = event;
    } finally {
      lock.unlock();
    }
  }

  /// Hands a group on, at least one event, each above the one before.
  ///
  /// @param lastBody the body of the last one's message
  void events(List<LoggedEvent> events, byte[] lastBody) {
    List<CompletableFuture<Long>> reached;
    lock.lock();
    try {
      for (LoggedEvent event : events) {
        recent.add(event);
        lastByType.put(event.event().type(), event.sequence());
      }
      long newest = events.getLast().sequence();
      witness = new Witness(newest, lastBody);
      stand(new Place(place.epoch(), newest));
      if (follower != null) {
        follower.events(events);
      }
      reached = waiters.takeReached(newest());
    } finally {
      lock.unlock();
    }
    answer(reached);
  }

  /// Tells that events can never be handed on.
  void lost(long from, long to) {
    List<CompletableFuture<Long>> reached;
    lock.lock();
    try {
      recent.lose(to);
      stand(new Place(place.epoch(), to));
      if (follower != null) {
        follower.lost(from, to);
      }
      reached = waiters.takeReached(newest());
    } finally {
      lock.unlock();
    }
    answer(reached);
  }

  /// Tells that a new epoch has begun.
  ///
  /// @param last the newest event of it that is there; `null` when there is none
  /// @param types the last sequence of each type
  void restarted(String epoch, long newest, @Nullable Witness last, Map<String, Long> types) {
    List<CompletableFuture<Long>> left;
    lock.lock();
    try {
      recent.restart(newest);
      witness = last;
      lastByType.clear();
      lastByType.putAll(types);
      stand(new Place(epoch, newest));
      if (follower != null) {
        follower.restarted(epoch, newest);
      }
      // Their sequences were of the epoch before.
      left = waiters.takeAll();
    } finally {
      lock.unlock();
    }
    answer(left);
  }

  /// What is below the oldest event of the log is not read from memory either.
  void forgetBefore(long oldest) {
    lock.lock();
    try {
      recent.forgetBefore(oldest);
    } finally {
      lock.unlock();
    }
  }

  /// See [dev.tocsin.hub.EventLog#reach]. Asked under the lock: while the follower is being told, the place is ahead of it.
  CompletableFuture<Long> reach(long sequence, Duration atMost, long nowNanos) {
    lock.lock();
    try {
      if (sequence <= newest() || closed || atMost.isZero() || atMost.isNegative()) {
        return CompletableFuture.completedFuture(newest());
      }
      return waiters.add(sequence, nowNanos + nanos(atMost));
    } finally {
      lock.unlock();
    }
  }

  /// The epoch of which the follower was told last.
  String toldEpoch() {
    lock.lock();
    try {
      return place().epoch();
    } finally {
      lock.unlock();
    }
  }

  private static long nanos(Duration time) {
    return time.compareTo(Duration.ofDays(365)) > 0
        ? Duration.ofDays(365).toNanos()
        : time.toNanos();
  }

  /// Answers those whose time is up.
  void expire(long nowNanos) {
    List<CompletableFuture<Long>> late;
    lock.lock();
    try {
      late = waiters.takeLate(nowNanos);
    } finally {
      lock.unlock();
    }
    answer(late);
  }

  /// Outside the lock: whoever waits does what he likes.
  private void answer(List<CompletableFuture<Long>> some) {
    long newest = newest();
    some.forEach(answer -> answer.complete(newest));
  }

  /// Reads from memory; `null` when what is asked for is not there any more.
  ///
  /// @param look what to do with the recent part
  <T> @Nullable T recent(Function<RecentPart, @Nullable T> look) {
    lock.lock();
    try {
      return look.apply(recent);
    } finally {
      lock.unlock();
    }
  }

  /// See [dev.tocsin.hub.EventLog#follow]. What memory does not hold any more is read by the caller's thread.
  ///
  /// @param pages reads a page after a position, of everything, and waits for it
  void follow(long after, Follower next, LongFunction<Page> pages) {
    long position = after;
    while (!followFrom(position, next)) {
      Page page = pages.apply(position);
      page.handTo(next);
      position = page.position();
    }
  }

  private boolean followFrom(long position, Follower next) {
    lock.lock();
    try {
      if (position >= newest()) {
        follower = next;
        return true;
      }
      Page page = recent.read(position, TypeFilter.ALL, Integer.MAX_VALUE, Integer.MAX_VALUE);
      while (page != null) {
        page.handTo(next);
        if (page.position() >= newest()) {
          follower = next;
          return true;
        }
        page = recent.read(page.position(), TypeFilter.ALL, Integer.MAX_VALUE, Integer.MAX_VALUE);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Answers all who wait, and lets nobody wait any more.
  void close() {
    List<CompletableFuture<Long>> left;
    lock.lock();
    try {
      closed = true;
      left = waiters.takeAll();
    } finally {
      lock.unlock();
    }
    answer(left);
  }
}
