package dev.tocsin.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// The times at which events of an open loop are due. They depend on nothing but the beginning: a
/// producer that is late sends without a pause until it is on time again, and the events keep the times
/// at which they were due.
///
/// @param nanoTime a clock that never goes backwards
/// @param sleep waits about so many nanoseconds, at least 0; may return early
record Schedule(double eventsPerSecond, LongSupplier nanoTime, LongConsumer sleep, long start) {

  /// On the clock of the machine, from now on.
  static Schedule fromNow(double eventsPerSecond) {
    return new Schedule(
        eventsPerSecond, System::nanoTime, LockSupport::parkNanos, System.nanoTime());
  }

  /// When an event is due.
  ///
  /// @param event its number, from 0
  long due(long event) {
    return start + (long) (event * (TimeUnit.SECONDS.toNanos(1) / eventsPerSecond));
  }

  /// Waits until an event is due, not at all when that is past.
  ///
  /// @return when it was due
  long await(long event) {
    long due = due(event);
    for (long left = due - nanoTime.getAsLong();
        left > 0 && !Thread.currentThread().isInterrupted();
        left = due - nanoTime.getAsLong()) {
      sleep.accept(left);
    }
    return due;
  }
}
