package dev.tocsin.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A log that lives as long as the process: for tests, for demos and for whoever wants no disk.
///
/// It keeps the newest events up to a bound in bytes, and no longer than it is told: each call looks first what is too
/// old. An append is safe at once, on the caller's thread, and the follower is called before it returns. Reading is done
/// at once as well. Nobody else appends to it, and its sequences have no holes.
public final class InMemoryEventLog implements EventLog {

  /// How long a log keeps events that are never too old for it.
  public static final Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);

  /// How many events one look passes, so that it holds nobody up for long.
  private static final int SCANNED_EVENTS = 8_192;

  private static final String CLOSED = "The log is closed";

  private final String epoch;
  private final long retainMillis;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final long openedNanos;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final EventRing events;
  private final AcceptanceTimes times = new AcceptanceTimes();

  /// The same by how long the log has lived, so that no step of the clock deletes events.
  private final AcceptanceTimes ages = new AcceptanceTimes();

  private final Map<String, Long> lastByType = new HashMap<>();
  private final RecentKeys keys;
  private @Nullable Follower follower;
  private boolean closed;

  /// A log that remembers idempotency keys for ten minutes.
  ///
  /// @param epoch a name that no other log has had, for instance random
  /// @param maxBytes how many bytes of events are kept; the newest event always is
  public InMemoryEventLog(String epoch, long maxBytes) {
    this(epoch, maxBytes, Duration.ofMinutes(10), InstantSource.system());
  }

  /// A log that keeps events however old they are.
  ///
  /// @param epoch a name that no other log has had, for instance random
  /// @param maxBytes how many bytes of events are kept; the newest event always is
  /// @param idempotencyWindow how long the keys of idempotent publishes are remembered
  /// @param clock tells when events were accepted
  public InMemoryEventLog(
      String epoch, long maxBytes, Duration idempotencyWindow, InstantSource clock) {
    this(epoch, maxBytes, FOR_EVER, idempotencyWindow, clock);
  }

  /// @param epoch a name that no other log has had, for instance random
  /// @param maxBytes how many bytes of events are kept; the newest event always is, until it is too old
  /// @param retain how long events are kept
  /// @param idempotencyWindow how long the keys of idempotent publishes are remembered
  /// @param clock tells when events were accepted
  public InMemoryEventLog(
      String epoch,
      long maxBytes,
      Duration retain,
      Duration idempotencyWindow,
      InstantSource clock) {
    this(epoch, maxBytes, retain, idempotencyWindow, clock, System::nanoTime);
  }

  /// @param nanoTime the time by which events and keys are forgotten, see [System#nanoTime]
  InMemoryEventLog(
      String epoch,
      long maxBytes,
      Duration retain,
      Duration idempotencyWindow,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.epoch = epoch;
    this.retainMillis = retain.toMillis();
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.openedNanos = nanoTime.getAsLong();
    this.keys = new RecentKeys(idempotencyWindow, maxKeyBytes(), nanoTime);
    this.events = new EventRing(0, maxBytes);
  }

  /// What the idempotency keys may take: an eighth of the heap.
  private static long maxKeyBytes() {
    return Runtime.getRuntime().maxMemory() / 8;
  }

  @Override
  public LogState state() {
    return locked(() ->
        new LogState(
            epoch,
            events.oldest(),
            events.newest(),
            closed ? Optional.of(CLOSED) : Optional.empty()));
  }

  @Override
  public LogFigures figures() {
    return locked(() -> LogFigures.ofMemory(events.bytes()));
  }

  @Override
  public Map<String, Long> lastByType() {
    return locked(() -> Map.copyOf(lastByType));
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return CompletableFuture.completedFuture(locked(() -> appendNow(appends)));
  }

  private List<AppendResult> appendNow(List<Append> appends) {
    if (closed) {
      return Collections.nCopies(appends.size(), new AppendResult.Unavailable(CLOSED));
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
      times.note(group.getFirst().sequence(), clock.millis());
      ages.note(group.getFirst().sequence(), livedMillis());
      forgetTimes();
      if (follower != null) {
        follower.events(Collections.unmodifiableList(group));
      }
    }
    return results;
  }

  private long livedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - openedNanos);
  }

  private void forgetTimes() {
    times.forgetBefore(events.oldest());
    ages.forgetBefore(events.oldest());
  }

  private void forgetTooOld() {
    long tooOldMillis = livedMillis() - retainMillis;
    if (tooOldMillis < 0) {
      return;
    }
    long first = ages.firstFrom(tooOldMillis + 1, events.newest() + 1);
    if (first > events.oldest()) {
      events.forgetBefore(first);
      forgetTimes();
    }
  }

  @Override
  public CompletableFuture<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return CompletableFuture.completedFuture(
        locked(() -> readNow(after, types, maxEvents, maxBytes)));
  }

  private Page readNow(long after, TypeFilter types, int maxEvents, int maxBytes) {
    long newest = events.newest();
    if (after >= newest) {
      return Page.empty(after);
    }
    long first = Math.max(after + 1, events.oldest());
    long last = Math.min(newest, first + SCANNED_EVENTS - 1);
    PageBuilder page = new PageBuilder(types, maxEvents, maxBytes);
    long sequence = first;
    while (sequence <= last && page.add(events.at(sequence))) {
      sequence++;
    }
    List<Stretch> lost = first > after + 1 ? List.of(new Stretch(after + 1, first - 1)) : List.of();
    return new Page(page.events(), lost, sequence - 1);
  }

  @Override
  public CompletableFuture<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    return CompletableFuture.completedFuture(
        locked(() -> readBackNow(before, types, maxEvents, maxBytes)));
  }

  private Page readBackNow(long before, TypeFilter types, int maxEvents, int maxBytes) {
    long oldest = events.oldest();
    long first = Math.min(before - 1, events.newest());
    if (first < oldest) {
      return first < 1 ? Page.empty(0) : new Page(List.of(), List.of(new Stretch(1, first)), 0);
    }
    long last = Math.max(oldest, first - SCANNED_EVENTS + 1);
    PageBuilder page = new PageBuilder(types, maxEvents, maxBytes);
    long sequence = first;
    while (sequence >= last && page.add(events.at(sequence))) {
      sequence--;
    }
    return new Page(page.events(), sequence);
  }

  @Override
  public CompletableFuture<Page> readEach(long[] sequences, int maxBytes) {
    return CompletableFuture.completedFuture(locked(() -> readEachNow(sequences, maxBytes)));
  }

  private Page readEachNow(long[] sequences, int maxBytes) {
    PageBuilder page = new PageBuilder(TypeFilter.ALL, sequences.length, maxBytes);
    List<Stretch> lost = new ArrayList<>(0);
    long position = 0;
    for (long sequence : sequences) {
      if (sequence < events.oldest()) {
        lost.add(new Stretch(sequence, sequence));
      } else if (!page.add(events.at(sequence))) {
        break;
      }
      position = sequence;
    }
    return new Page(page.events(), lost, position);
  }

  @Override
  public CompletableFuture<Long> positionAt(Instant time) {
    return CompletableFuture.completedFuture(
        locked(() -> times.firstFrom(time.toEpochMilli(), events.newest() + 1) - 1));
  }

  @Override
  public void follow(long after, Follower newFollower) {
    locked(() -> {
      follower = newFollower;
      if (after + 1 < events.oldest()) {
        newFollower.lost(after + 1, events.oldest() - 1);
      }
      List<LoggedEvent> missed = events.read(after, Integer.MAX_VALUE, Integer.MAX_VALUE);
      if (!missed.isEmpty()) {
        newFollower.events(missed);
      }
      return true;
    });
  }

  /// At once: nobody else gives sequences, and what was given has been handed on.
  @Override
  public CompletableFuture<Long> reach(long sequence, Duration atMost) {
    return CompletableFuture.completedFuture(locked(events::newest));
  }

  @Override
  public void close() {
    locked(() -> closed = true);
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      forgetTooOld();
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
