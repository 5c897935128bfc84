package dev.tocsin.hub;

import java.util.Iterator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The places at which the log cannot be read at the moment, and when to try again there. Any thread may
/// call; guarded by itself.
///
/// The server's log is told once, however many want to read and however often they try: again when the
/// reason is another, and when it is over. It is over when each place has been read, or nobody has tried
/// for [#FORGOTTEN_NANOS]: that the log can be read elsewhere says nothing about a place that cannot.
final class ReadFaults {

  private static final Logger LOG = LoggerFactory.getLogger(ReadFaults.class);

  private static final long MIN_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /// After this time without an attempt a place is forgotten: who wanted to read there is gone.
  static final long FORGOTTEN_NANOS = 3 * MAX_WAIT_NANOS;

  /// The places that are remembered; at the others the wait does not grow.
  static final int MAX_PLACES = 1_000;

  private record Place(long sinceNanos, long lastNanos) {}

  private final LongSupplier nanoTime;

  // guarded by this: by the position after which nothing could be read
  private final TreeMap<Long, Place> places = new TreeMap<>();
  private @Nullable String told;

  // written under the lock, read by any
  private volatile boolean any;

  /// @param nanoTime see [System#nanoTime]
  ReadFaults(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// What follows a position could not be read.
  ///
  /// @return after how many milliseconds to try again: as long as it has lasted, within bounds
  synchronized long failed(long after, Throwable failure) {
    long now = nanoTime.getAsLong();
    forget(now);
    Place known = places.get(after);
    long since = known == null ? now : known.sinceNanos;
    if (known != null || places.size() < MAX_PLACES) {
      places.put(after, new Place(since, now));
    }
    any = true;
    Throwable cause = cause(failure);
    String reason = reason(cause);
    if (!reason.equals(told)) {
      told = reason;
      LOG.atWarn()
          .addKeyValue("after", after)
          .addKeyValue("reason", reason)
          .setCause(cause)
          .log("log not readable; it is tried again, in the end every 30 seconds");
    }
    return TimeUnit.NANOSECONDS.toMillis(Math.clamp(now - since, MIN_WAIT_NANOS, MAX_WAIT_NANOS));
  }

  /// What follows a position has been read, up to another one. Costs nothing while there is no fault.
  void succeeded(long after, long upTo) {
    if (any) {
      cleared(after, upTo);
    }
  }

  private synchronized void cleared(long after, long upTo) {
    places.subMap(after, Math.max(upTo, after + 1)).clear();
    forget(nanoTime.getAsLong());
  }

  /// Forgets where nobody wants to read any more.
  private void forget(long now) {
    for (Iterator<Place> all = places.values().iterator(); all.hasNext(); ) {
      if (now - all.next().lastNanos > FORGOTTEN_NANOS) {
        all.remove();
      }
    }
    if (places.isEmpty() && any) {
      any = false;
      told = null;
      LOG.atInfo().log("log readable again");
    }
  }

  /// Why a part of the log cannot be read, a sentence; empty while all that was asked for could be.
  Optional<String> fault() {
    return any ? lasting() : Optional.empty();
  }

  private synchronized Optional<String> lasting() {
    forget(nanoTime.getAsLong());
    return Optional.ofNullable(told);
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }
}
