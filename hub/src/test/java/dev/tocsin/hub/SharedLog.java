package dev.tocsin.hub;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A log as several servers share it: it answers an append before it hands the event on, hands on and reads
/// on a thread of its own, takes events of others, loses some, and begins new epochs.
public final class SharedLog implements EventLog {

  private static final String LOST = "lost.lost";

  /// Runs what the log does later.
  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("shared-log").daemon().factory());

  private volatile EventLog truth;
  private volatile long newest;

  /// Whether an append is made, but its answer gets lost.
  public volatile boolean forgetful;

  /// The epoch that others have begun and that has not come here yet; `null` for none.
  public volatile @Nullable String coming;

  /// Whether it waits for nothing.
  public volatile boolean impatient;

  private volatile CompletableFuture<Void> delivery = CompletableFuture.completedFuture(null);

  // owned by the thread, but for the first call of follow
  private @Nullable Follower follower;

  // guarded by itself
  private final Map<String, Long> lastByType = Collections.synchronizedMap(new HashMap<>());

  /// @param truth what all servers share; it is closed with this one
  public SharedLog(EventLog truth) {
    this.truth = truth;
    this.newest = truth.state().newest();
    lastByType.putAll(truth.lastByType());
    truth.follow(newest, new Forward());
  }

  private final class Forward implements Follower {

    @Override
    public void events(List<LoggedEvent> events) {
      delivery.thenRunAsync(() -> events.forEach(SharedLog.this::handOn), later);
    }

    @Override
    public void lost(long from, long to) {
      throw new AssertionError();
    }

    @Override
    public void restarted(String epoch, long newest) {
      throw new AssertionError();
    }
  }

  private void handOn(LoggedEvent event) {
    if (event.sequence() <= newest) {
      return;
    }
    boolean lost = event.event().type().equals(LOST);
    if (!lost) {
      lastByType.put(event.event().type(), event.sequence());
    }
    newest = event.sequence();
    if (follower != null && lost) {
      follower.lost(newest, newest);
    } else if (follower != null) {
      follower.events(List.of(event));
    }
  }

  /// Hands nothing on until the returned future is completed.
  public CompletableFuture<Void> pause() {
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    delivery = goOn;
    return goOn;
  }

  /// Gives sequences to events that can never be read.
  public void lose(int count) {
    for (int i = 0; i < count; i++) {
      truth.append(SampleEvents.appends(LOST));
    }
  }

  /// Becomes another log.
  public void become(EventLog other) {
    Logs.await(
        CompletableFuture.runAsync(
            () -> {
              truth = other;
              newest = other.state().newest();
              lastByType.clear();
              lastByType.putAll(other.lastByType());
              other.follow(newest, new Forward());
              if (follower != null) {
                follower.restarted(other.state().epoch(), newest);
              }
            },
            later));
  }

  private <T> CompletionStage<T> later(Supplier<T> answer) {
    return CompletableFuture.supplyAsync(answer, later);
  }

  @Override
  public CompletionStage<List<AppendResult>> append(List<Append> appends) {
    CompletionStage<List<AppendResult>> answer = truth.append(appends);
    return forgetful
        ? CompletableFuture.completedFuture(
            Collections.nCopies(appends.size(), new AppendResult.Unknown("No answer came")))
        : answer;
  }

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return later(() -> {
      long upTo = newest;
      if (after >= upTo) {
        return Page.empty(after);
      }
      return clipped(Logs.await(truth.read(after, withLost(types), maxEvents, maxBytes)), upTo);
    });
  }

  @Override
  public CompletionStage<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    return later(() -> {
      long from = Math.min(before, newest + 1);
      return clipped(
          Logs.await(truth.readBack(from, withLost(types), maxEvents, maxBytes)), newest);
    });
  }

  private static TypeFilter withLost(TypeFilter types) {
    if (types.names() == null) {
      return types;
    }
    Set<String> names = new HashSet<>(types.names());
    names.add(LOST);
    return TypeFilter.of(names);
  }

  private static Page clipped(Page page, long upTo) {
    List<LoggedEvent> events = new ArrayList<>();
    List<Stretch> lost = new ArrayList<>(page.lost());
    for (LoggedEvent event : page.events()) {
      if (event.sequence() <= upTo && event.event().type().equals(LOST)) {
        lost.add(new Stretch(event.sequence(), event.sequence()));
      } else if (event.sequence() <= upTo) {
        events.add(event);
      }
    }
    return new Page(events, lost, Math.min(page.position(), upTo));
  }

  @Override
  public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
    return later(() -> clipped(Logs.await(truth.readEach(sequences, maxBytes)), Long.MAX_VALUE));
  }

  @Override
  public CompletionStage<Long> positionAt(Instant time) {
    return later(() -> Math.min(newest, Logs.await(truth.positionAt(time))));
  }

  @Override
  public CompletionStage<Long> reach(long sequence, Duration atMost) {
    CompletableFuture<Long> reached = new CompletableFuture<>();
    long end = System.nanoTime() + atMost.toNanos();
    later.execute(() -> look(sequence, end, reached));
    return reached;
  }

  @Override
  public CompletionStage<String> awaitEpoch(String epoch, Duration atMost) {
    String now = state().epoch();
    return epoch.equals(coming)
        ? new CompletableFuture<String>()
            .completeOnTimeout(now, atMost.toMillis(), TimeUnit.MILLISECONDS)
        : CompletableFuture.completedFuture(now);
  }

  private void look(long sequence, long end, CompletableFuture<Long> reached) {
    if (newest >= sequence || impatient || System.nanoTime() - end > 0) {
      reached.complete(newest);
    } else {
      later.schedule(() -> look(sequence, end, reached), 1, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public LogState state() {
    LogState state = truth.state();
    return new LogState(state.epoch(), Math.min(state.oldest(), newest + 1), newest, state.fault());
  }

  @Override
  public LogFigures figures() {
    return truth.figures();
  }

  @Override
  public Map<String, Long> lastByType() {
    synchronized (lastByType) {
      return Map.copyOf(lastByType);
    }
  }

  @Override
  public void follow(long after, Follower newFollower) {
    Logs.await(
        CompletableFuture.runAsync(
            () -> {
              follower = newFollower;
              List<LoggedEvent> missed = Logs.readAll(truth, after);
              missed.stream()
                  .filter(event -> event.sequence() <= newest)
                  .forEach(event -> newFollower.events(List.of(event)));
            },
            later));
  }

  @Override
  public void close() {
    truth.close();
    later.shutdown();
  }
}
