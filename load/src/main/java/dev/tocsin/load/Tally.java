package dev.tocsin.load;

import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/// What one receiving loop counts. Written by its thread alone; the counters may be read by any, the
/// histogram by its thread.
final class Tally {

  private static final long LONGEST_NANOS = 3_600_000_000_000L;
  private static final int DIGITS = 3;

  private final Histogram latencies = new Histogram(LONGEST_NANOS, DIGITS);

  /// The window of intended times whose latencies count: beginning and length, in nanoseconds.
  private volatile long from;

  private volatile long length = -1;

  private final AtomicLong visible = new AtomicLong();

  // owned by the loop
  private long delivered;
  private long windowFrom;
  private long windowLength = -1;

  // written by the loop, read by any
  private final AtomicLong gaps = new AtomicLong();
  private final AtomicLong duplicates = new AtomicLong();
  private final AtomicLong outOfOrder = new AtomicLong();

  /// From now on the latencies of these events count.
  void window(long fromNanos, long lengthNanos) {
    from = fromNanos;
    length = lengthNanos;
  }

  /// Before a read is gone through.
  void begin() {
    windowLength = length;
    windowFrom = from;
  }

  /// An event has arrived.
  void delivered(long intended, long now) {
    delivered++;
    long since = intended - windowFrom;
    if (since >= 0 && since < windowLength) {
      latencies.recordValue(Math.clamp(now - intended, 0, LONGEST_NANOS));
    }
  }

  /// Shows the others what has been counted since [#begin].
  ///
  /// @return whether there was anything
  boolean end() {
    if (delivered == visible.getPlain()) {
      return false;
    }
    visible.set(delivered);
    return true;
  }

  void gap() {
    gaps.getAndIncrement();
  }

  void duplicate() {
    duplicates.getAndIncrement();
  }

  void outOfOrder() {
    outOfOrder.getAndIncrement();
  }

  long deliveries() {
    return visible.get();
  }

  long gaps() {
    return gaps.get();
  }

  long duplicates() {
    return duplicates.get();
  }

  long outsideOrder() {
    return outOfOrder.get();
  }

  Histogram latencies() {
    return latencies;
  }
}
