package dev.tocsin.jetstream;

/// How far the follower is behind the stream's head, as far as that is known. Written by the follower's thread, read by any.
///
/// For how long it is behind is measured by marks: the head at a moment, at which the follower arrives later. So it is right
/// under a load that never ends, and while nothing is heard at all.
final class Lag {

  /// After so long without a word nobody knows where the head is.
  private static final long UNKNOWN_NANOS = 1_500_000_000L;

  // The head at a moment.
  private long markSequence;
  private long markNanos;

  private volatile long events;
  private volatile long atHeadNanos;
  private volatile long heardNanos;

  Lag(long nowNanos) {
    this.markNanos = nowNanos;
    this.atHeadNanos = nowNanos;
    this.heardNanos = nowNanos;
  }

  /// The follower has come to a position.
  ///
  /// @param pending how many events the stream had after it
  void note(long position, long pending, long nowNanos) {
    heardNanos = nowNanos;
    events = pending;
    if (pending == 0) {
      atHeadNanos = nowNanos;
      markSequence = position;
      markNanos = nowNanos;
    } else if (position >= markSequence) {
      atHeadNanos = Math.max(atHeadNanos, markNanos);
      markSequence = position + pending;
      markNanos = nowNanos;
    }
  }

  /// Another position counts from now on.
  void restart(long position) {
    markSequence = position;
  }

  /// Events that are known to come.
  long events() {
    return events;
  }

  /// For how long it is behind, or not known to be at the head, in seconds.
  double seconds(long nowNanos) {
    boolean atHead = events == 0 && nowNanos - heardNanos < UNKNOWN_NANOS;
    return atHead ? 0 : Math.max(0, nowNanos - atHeadNanos) / 1e9;
  }
}
