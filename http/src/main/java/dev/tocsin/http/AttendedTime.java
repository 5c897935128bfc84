package dev.tocsin.http;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// The time for which an event loop has looked after its connections: every deadline of a connection is judged by it.
///
/// It follows a clock that never goes backwards, but a stretch without a tick counts for [#MOST_MILLIS] at the most. A
/// process that was stopped, or a machine that slept, has heard nobody, and that is not the fault of those who were not
/// heard. Owned by one event loop.
final class AttendedTime {

  /// What a stretch between two ticks counts for at the most: a loop that is only busy loses nothing.
  static final long MOST_MILLIS = 2 * Connections.TICK_MILLIS;

  private final LongSupplier nanoTime;
  private long attendedMillis;
  private long tickNanos;

  /// Time that begins now.
  ///
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  AttendedTime(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.tickNanos = nanoTime.getAsLong();
  }

  /// The time; never less than before.
  long nowMillis() {
    return attendedMillis + Math.min(sinceTickMillis(), MOST_MILLIS);
  }

  private long sinceTickMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - tickNanos);
  }

  /// Begins the next stretch.
  ///
  /// @return for how long nobody was looked after beyond what is usual, in milliseconds; above 0 nothing may be judged
  ///     before the sockets that are ready have been read
  long tick() {
    long sinceTick = sinceTickMillis();
    attendedMillis += Math.min(sinceTick, MOST_MILLIS);
    tickNanos += TimeUnit.MILLISECONDS.toNanos(sinceTick);
    return Math.max(0, sinceTick - MOST_MILLIS);
  }
}
