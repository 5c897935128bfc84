package dev.tocsin.jetstream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// When the stream's leader last heard a majority of the stream's servers, as it says itself. A leader that has lost them goes on
/// for ten seconds and more: it answers questions and takes no event. Another server may lead meanwhile, so nobody knows where
/// the head is. Any thread.
final class Majority {

  /// For so long no majority may be heard. Servers hear each other every second, the leader is asked every second, and an answer
  /// may be lost.
  static final long MAX_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final AtomicLong heardNanos;

  Majority(long nowNanos) {
    this.heardNanos = new AtomicLong(nowNanos);
  }

  /// The leader has answered.
  void note(StreamInfo info, long nowNanos) {
    heardNanos.accumulateAndGet(
        nowNanos - info.unheardNanos(), (known, told) -> told - known > 0 ? told : known);
  }

  /// Whether there is none, as far as is known.
  boolean isMissing(long nowNanos) {
    return nowNanos - heardNanos.get() > MAX_SILENCE_NANOS;
  }

  /// For how long it has been missing, in seconds; 0 while it is not.
  double missingSeconds(long nowNanos) {
    return isMissing(nowNanos) ? (nowNanos - heardNanos.get()) / 1e9 : 0;
  }
}
