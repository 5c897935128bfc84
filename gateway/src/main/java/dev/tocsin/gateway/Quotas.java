package dev.tocsin.gateway;

import dev.tocsin.events.Rejection;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How much of what each principal may have is used up, over all event loops. Safe for any thread.
///
/// Whoever has no limits costs nothing here.
final class Quotas {

  /// Principals whose buckets are kept although they are full: beyond that, those are forgotten.
  static final int MAX_IDLE = 10_000;

  private final LongSupplier nanoTime;
  private final Map<String, Integer> connections = new ConcurrentHashMap<>();
  private final Map<Holder, Buckets> buckets = new ConcurrentHashMap<>();

  /// How many buckets there may be before it is looked again which are full: twice as many as were not, so that however many
  /// publish at a time, each pays for few of the others.
  private volatile int enough = MAX_IDLE;

  /// Other limits are another's.
  private record Holder(String name, Limits limits) {}

  private record Buckets(@Nullable TokenBucket publishes, @Nullable TokenBucket bytes) {

    long waitMillis() {
      return Math.max(
          publishes == null ? 0 : publishes.waitMillis(), bytes == null ? 0 : bytes.waitMillis());
    }

    void take(int count, int size) {
      if (publishes != null) {
        publishes.take(count);
      }
      if (bytes != null) {
        bytes.take(size);
      }
    }

    boolean isFull() {
      return (publishes == null || publishes.isFull()) && (bytes == null || bytes.isFull());
    }
  }

  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  Quotas(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Counts one more connection of a principal, unless there are as many as may be.
  boolean connect(Access access) {
    Long most = access.limits().connections();
    int[] now = new int[1];
    connections.merge(
        access.name(),
        1,
        (count, one) -> {
          boolean isFull = most != null && count >= most;
          now[0] = isFull ? -1 : 0;
          return isFull ? count : count + 1;
        });
    return now[0] == 0;
  }

  /// Counts one less.
  void disconnect(String name) {
    connections.computeIfPresent(name, (n, count) -> count == 1 ? null : count - 1);
  }

  /// Counts a publish.
  ///
  /// @param size in bytes
  /// @return why it may not be, and is not counted; `null` when it may
  @Nullable Rejection publish(Access access, int size) {
    Buckets mine = bucketsOf(access);
    if (mine == null) {
      return null;
    }
    long waitMillis = mine.waitMillis();
    if (waitMillis > 0) {
      return Rejection.rateLimited("More is published than this credential allows", waitMillis);
    }
    mine.take(1, size);
    return null;
  }

  /// Counts further publishes, which came of one that was let through: they are made, so the next one waits for them.
  void countMore(Access access, int count) {
    Buckets mine = bucketsOf(access);
    if (mine != null) {
      mine.take(count, 0);
    }
  }

  /// How long to wait before the next publish may be, in milliseconds; 0 when it may be now.
  long waitMillis(Access access) {
    Buckets mine = bucketsOf(access);
    return mine == null ? 0 : mine.waitMillis();
  }

  /// How many principals are remembered by what they have published.
  int buckets() {
    return buckets.size();
  }

  private @Nullable Buckets bucketsOf(Access access) {
    Limits limits = access.limits();
    if (limits.publishesPerSecond() == null && limits.bytesPerSecond() == null) {
      return null;
    }
    if (buckets.size() > enough) {
      buckets.values().removeIf(Buckets::isFull);
      enough = Math.max(MAX_IDLE, 2 * buckets.size());
    }
    return buckets.computeIfAbsent(
        new Holder(access.name(), limits),
        holder ->
            new Buckets(bucket(limits.publishesPerSecond()), bucket(limits.bytesPerSecond())));
  }

  private @Nullable TokenBucket bucket(@Nullable Long perSecond) {
    return perSecond == null ? null : new TokenBucket(perSecond, nanoTime);
  }
}
