package dev.tocsin.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Gives the connections of a loop that are behind their turns, one page each, in a row, so that a crowd
/// that comes back all at once does not hold up the live ones. Belongs to the event loop.
final class Catchups {

  /// How long the loop works on pages before it looks after everything else again.
  private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final Executor later;
  private final AtomicInteger active;
  private final Deque<Catchup> waiting = new ArrayDeque<>();
  private boolean scheduled;

  /// No one is behind yet.
  ///
  /// @param later runs a task on the event loop, behind the sockets that are ready
  /// @param active how many connections of all loops are behind
  Catchups(Executor later, AtomicInteger active) {
    this.later = later;
    this.active = active;
  }

  void begin() {
    active.incrementAndGet();
  }

  void end() {
    active.decrementAndGet();
  }

  /// How large a page may be, so that all pages that can be on their way together stay within
  /// [Limits#CATCHUP_BYTES].
  int pageBytes() {
    int share = Limits.CATCHUP_BYTES / Math.max(1, active.get());
    return Math.clamp(share, Limits.MIN_PAGE_BYTES, Limits.MAX_PAGE_BYTES);
  }

  void await(Catchup catchup) {
    waiting.add(catchup);
    schedule();
  }

  private void schedule() {
    if (!scheduled && !waiting.isEmpty()) {
      scheduled = true;
      later.execute(this::turn);
    }
  }

  private void turn() {
    scheduled = false;
    long end = System.nanoTime() + SLICE_NANOS;
    do {
      Catchup next = waiting.poll();
      if (next == null) {
        return;
      }
      next.turn(pageBytes());
    } while (System.nanoTime() - end < 0);
    schedule();
  }
}
