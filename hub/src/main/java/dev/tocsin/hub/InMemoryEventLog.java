package dev.tocsin.hub;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// A log that lives as long as the process: for tests, demos and for who wants no disk.
///
/// It keeps the newest events up to a bound in bytes. An append is safe at once, on the caller's
/// thread, and the follower is called before it returns.
public final class InMemoryEventLog implements EventLog {

  private final String epoch;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final EventRing events;
  private final Map<String, Long> lastByType = new HashMap<>();
  private Consumer<List<LoggedEvent>> follower = group -> {};
  private final RecentKeys keys;
  private boolean closed;

  /// A log that remembers idempotency keys for ten minutes.
  ///
  /// @param epoch a name that no other log has had, for instance random
  /// @param maxBytes how many bytes of events are kept; the newest event always is
  public InMemoryEventLog(String epoch, long maxBytes) {
    this(epoch, maxBytes, Duration.ofMinutes(10), InstantSource.system());
  }

  /// @param epoch a name that no other log has had, for instance random
  /// @param maxBytes how many bytes of events are kept; the newest event always is
  /// @param idempotencyWindow how long the keys of idempotent publishes are remembered
  /// @param clock tells when events were accepted
  public InMemoryEventLog(
      String epoch, long maxBytes, Duration idempotencyWindow, InstantSource clock) {
    this(epoch, maxBytes, idempotencyWindow, clock, System::nanoTime);
  }

  /// @param nanoTime the time by which keys are forgotten, see [System#nanoTime]
  InMemoryEventLog(
      String epoch,
      long maxBytes,
      Duration idempotencyWindow,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.epoch = epoch;
    this.keys = new RecentKeys(idempotencyWindow, maxKeyBytes(), nanoTime);
    this.events = new EventRing(0, maxBytes);
  }

  /// What the idempotency keys may take: an eighth of the heap.
  private static long maxKeyBytes() {
    return Runtime.getRuntime().maxMemory() / 8;
  }

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public long oldest() {
    return locked(events::oldest);
  }

  @Override
  public long newest() {
    return locked(events::newest);
  }

  @Override
  public Map<String, Long> lastByType() {
    return locked(() -> Map.copyOf(lastByType));
  }

  @Override
  public Optional<String> fault() {
    return locked(() -> closed ? Optional.of("The log is closed") : Optional.empty());
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return CompletableFuture.completedFuture(locked(() -> appendNow(appends)));
  }

  private List<AppendResult> appendNow(List<Append> appends) {
    if (closed) {
      return Collections.nCopies(appends.size(), new AppendResult.Unavailable("The log is closed"));
    }
    List<AppendResult> results = new ArrayList<>(appends.size());
    List<LoggedEvent> group = new ArrayList<>(appends.size());
    for (Append append : appends) {
      AppendResult earlier = keys.find(append.idempotencyKey());
      if (earlier == null) {
        LoggedEvent logged = new LoggedEvent(events.newest() + 1, append.event());
        AppendResult.Stored stored =
            new AppendResult.Stored(logged.sequence(), append.event().timestamp());
        events.add(logged);
        lastByType.put(append.event().type(), logged.sequence());
        group.add(logged);
        keys.remember(append.idempotencyKey(), stored);
        results.add(stored);
      } else {
        results.add(earlier);
      }
    }
    if (!group.isEmpty()) {
      follower.accept(Collections.unmodifiableList(group));
    }
    return results;
  }

  @Override
  public List<LoggedEvent> read(long after, int maxEvents, int maxBytes) {
    return locked(() -> events.read(after, maxEvents, maxBytes));
  }

  @Override
  public void follow(long after, Consumer<List<LoggedEvent>> newFollower) {
    locked(() -> {
      follower = newFollower;
      List<LoggedEvent> missed = events.read(after, Integer.MAX_VALUE, Integer.MAX_VALUE);
      if (!missed.isEmpty()) {
        newFollower.accept(missed);
      }
      return true;
    });
  }

  @Override
  public void close() {
    locked(() -> closed = true);
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
