package dev.tocsin.simulation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;

/// The time of a simulation, and what happens when. One thread does everything; what is due at the same moment is done in the
/// order in which it was planned. So a run depends on nothing but what was planned.
///
/// What a task costs is told by [#spend], and the clock moves on by it at once: whoever looks at the clock in the middle of a
/// task sees what it has taken so far.
final class Agenda implements InstantSource {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long now;
  private long spent;
  private long planned;

  private record Entry(long nanos, long order, Runnable task) implements Comparable<Entry> {

    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(nanos, other.nanos);
      return byTime == 0 ? Long.compare(order, other.order) : byTime;
    }
  }

  /// Nanoseconds since the beginning.
  long nanoTime() {
    return now + spent;
  }

  @Override
  public Instant instant() {
    return BEGIN.plusNanos(nanoTime());
  }

  /// The task that is being done takes so many nanoseconds more.
  void spend(long nanos) {
    spent += nanos;
  }

  /// Has something done after a pause.
  void after(long nanos, Runnable task) {
    at(nanoTime() + nanos, task);
  }

  /// Has something done at a moment, or now when that has passed.
  void at(long nanos, Runnable task) {
    entries.add(new Entry(Math.max(nanos, nanoTime()), planned++, task));
  }

  /// Lets time pass up to a moment.
  void runUntil(long nanos) {
    for (Entry next = entries.peek(); next != null && next.nanos <= nanos; next = entries.peek()) {
      entries.remove();
      now = next.nanos;
      next.task.run();
      spent = 0;
    }
    now = Math.max(now, nanos);
  }
}
