package dev.tocsin.hub;

import dev.tocsin.events.Where;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A cursor on the log for a thread of its own, which asks for what comes next and may wait for it.
///
/// What is near the head comes from the recent events in memory; what lies further back from the log ([LogPages]), with all
/// others who read it. Nothing is read before it is asked for, and a page is all that is held. At the head the hub wakes it.
/// For one thread at a time, but [#newest] and [#close], which any thread may call.
public final class LogCursor implements AutoCloseable {

  // immutable
  private final Hub hub;
  private final List<EventPattern> patterns;
  private final @Nullable Where where;
  private final @Nullable Grants grants;

  // owned by the thread that asks
  private final Queue<Step> ready = new ArrayDeque<>();
  private RecentEvents recent;
  private long position;
  private TypeTable types;
  private EventFilter filter;
  private @Nullable Fetch fetch;
  private long notBeforeNanos = System.nanoTime();
  private @Nullable String fault;

  // guarded by lock
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private boolean awake;
  private boolean closed;

  /// What comes next.
  public sealed interface Step {

    /// The next events that are wanted, or none: then everything up to the position was looked at.
    ///
    /// @param position what to go on after, of this epoch
    record Events(List<LoggedEvent> events, String epoch, long position) implements Step {
      public Events {
        events = List.copyOf(events);
      }
    }

    /// The log does not hold these any more; it goes on after them.
    record Lost(long from, long to, String epoch) implements Step {}

    /// The position was one of another epoch, or the log has begun a new one; it goes on after this position.
    record Restarted(String epoch, long position) implements Step {}

    /// The log cannot be read at the moment; it is tried again by itself. As long as that lasts, there is no other step.
    ///
    /// @param sentence why
    record Unavailable(String sentence) implements Step {}
  }

  /// A page that was asked for.
  private final class Fetch implements LogPages.Reader {

    private final TypeFilter asked;
    private volatile @Nullable Page page;
    private volatile @Nullable Throwable failure;
    private volatile long retryMillis;

    Fetch(TypeFilter asked) {
      this.asked = asked;
    }

    @Override
    public void page(LogPages.Lease lease) {
      try (lease) {
        page = lease.page();
      }
      wake();
    }

    @Override
    public void failed(Throwable thrown, long retry) {
      retryMillis = retry;
      failure = thrown;
      wake();
    }
  }

  /// @param epoch of the position; `null` for what comes from now on
  LogCursor(
      Hub hub,
      List<EventPattern> patterns,
      @Nullable Where where,
      @Nullable Grants grants,
      @Nullable String epoch,
      long after) {
    this.hub = hub;
    this.patterns = List.copyOf(patterns);
    this.where = where;
    this.grants = grants;
    this.recent = hub.recent();
    this.types = recent.types();
    this.filter = newFilter();
    this.position = recent.newest();
    if (epoch != null && epoch.equals(recent.epoch())) {
      position = after;
    } else if (epoch != null) {
      ready.add(new Step.Restarted(recent.epoch(), position));
    }
  }

  /// Waits for the next step. Once the cursor is closed there is one without events, at once.
  ///
  /// @param atMost how long to wait; when it is over there is a step without events
  public Step next(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + Math.clamp(atMost.toMillis(), 0, 86_400_000L) * 1_000_000;
    while (ready.isEmpty()) {
      doze();
      boolean found = look();
      boolean over = found ? deadline - System.nanoTime() <= 0 : !await(deadline);
      if (ready.isEmpty() && over) {
        String why = fault;
        return why == null
            ? new Step.Events(List.of(), recent.epoch(), position)
            : new Step.Unavailable(why);
      }
    }
    return ready.remove();
  }

  /// The newest sequence of the log.
  public long newest() {
    return hub.recent().newest();
  }

  /// Looks at what comes next, without waiting.
  ///
  /// @return whether there was anything
  private boolean look() {
    RecentEvents now = hub.recent();
    if (now != recent) {
      recent = now;
      position = now.begin();
      fetch = null;
      ready.add(new Step.Restarted(now.epoch(), position));
      return true;
    }
    List<LoggedEvent> held = recent.readIfHeld(position, LogPages.PAGE_EVENTS, LogPages.PAGE_BYTES);
    learn();
    if (held == null) {
      return fetch();
    }
    if (held.isEmpty()) {
      return false;
    }
    take(new Page(held, held.getLast().sequence()));
    return true;
  }

  /// Takes in types that have become known.
  private void learn() {
    TypeTable now = recent.types();
    if (now != types) {
      types = now;
      filter = newFilter();
    }
  }

  private EventFilter newFilter() {
    EventFilter made = hub.filter(patterns, where, grants);
    if (made == null) {
      throw new IllegalStateException("patterns make a filter");
    }
    return made;
  }

  private boolean fetch() {
    Fetch asked = fetch;
    if (asked == null) {
      if (notBeforeNanos - System.nanoTime() > 0) {
        return false;
      }
      asked = new Fetch(filter.types());
      fetch = asked;
      hub.pages().read(position, asked.asked, asked);
    }
    Page page = asked.page;
    Throwable failure = asked.failure;
    if (page == null && failure == null) {
      return false;
    }
    fetch = null;
    fault = null;
    if (failure != null) {
      notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(asked.retryMillis);
      fault = ReadFaults.reason(ReadFaults.cause(failure));
      ready.add(new Step.Unavailable(fault));
    } else if (page != null && isOfUse(asked)) {
      if (page.position() <= position) {
        return false; // there is nothing yet
      }
      take(page);
    }
    return true;
  }

  /// Whether it was asked for in this epoch, and for all that is wanted now.
  private boolean isOfUse(Fetch asked) {
    return hub.recent() == recent && asked.asked.covers(filter.types());
  }

  private void take(Page page) {
    List<LoggedEvent> wanted = new ArrayList<>();
    int nextLost = 0;
    for (LoggedEvent event : page.events()) {
      if (event.sequence() > position) {
        nextLost = lose(page.lost(), nextLost, event.sequence(), wanted);
        position = event.sequence();
        if (filter.wants(event)) {
          wanted.add(event);
        }
      }
    }
    lose(page.lost(), nextLost, page.position() + 1, wanted);
    position = Math.max(position, page.position());
    give(wanted);
  }

  /// Tells of what is lost below a sequence and after the position.
  private int lose(List<Stretch> lost, int next, long below, List<LoggedEvent> wanted) {
    int told = next;
    while (told < lost.size() && lost.get(told).from() < below) {
      long from = Math.max(lost.get(told).from(), position + 1);
      long to = Math.min(lost.get(told).to(), below - 1);
      if (from <= to) {
        position = from - 1;
        give(wanted);
        wanted.clear();
        ready.add(new Step.Lost(from, to, recent.epoch()));
        position = to;
      }
      told++;
    }
    return told;
  }

  private void give(List<LoggedEvent> wanted) {
    if (!wanted.isEmpty()) {
      ready.add(new Step.Events(wanted, recent.epoch(), position));
    }
  }

  private void doze() {
    lock.lock();
    try {
      awake = false;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it is woken, or may try again.
  ///
  /// @return whether there is still time
  private boolean await(long deadline) throws InterruptedException {
    lock.lock();
    try {
      while (!awake && !closed) {
        long now = System.nanoTime();
        long left = deadline - now;
        if (left <= 0) {
          return false;
        }
        long pause = fetch == null ? notBeforeNanos - now : 0;
        long rest = woken.awaitNanos(pause > 0 ? Math.min(left, pause) : left);
        if (pause > 0 && rest <= 0) {
          return true;
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// Says that there may be something. Any thread; cheap.
  void wake() {
    lock.lock();
    try {
      if (!awake) {
        awake = true;
        woken.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    hub.remove(this);
    lock.lock();
    try {
      closed = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
