package dev.tocsin.client;

import java.time.Duration;

/// How many events a client may hold that are not yet known to be in the log, see
/// [TocsinClient#publish].
///
/// A held event waits for a connection, goes out in its turn, and goes out again when the connection
/// breaks before the answer came, or when the server could not take it at that moment. Every time it
/// carries the same idempotency key, so that it is in the log once.
///
/// @param maxEvents how many events; with 0 there is no outbox
/// @param maxBytes how many bytes their messages may have together
/// @param repeatWithin for how long after it first went out an event may go out again. The server
///     forgets keys after its `--idempotency-window`, ten minutes by default, so this must be
///     shorter: an event that went out a second time later than that might be in the log twice
public record Outbox(int maxEvents, long maxBytes, Duration repeatWithin) {

  /// No outbox: an event is sent once or not at all, and the application decides what comes next.
  /// Up to 1,024 answers may be outstanding.
  public static final Outbox NONE = new Outbox(0, TocsinClient.MAX_MESSAGE_BYTES, Duration.ZERO);

  /// What a client has unless it is told otherwise: 1,024 events, 16 MiB, 9 minutes.
  public static final Outbox STANDARD = new Outbox(1_024, 16L << 20, Duration.ofMinutes(9));

  /// @throws IllegalArgumentException when a bound is negative, or `maxBytes` has no room for one
  ///     message
  public Outbox {
    if (maxEvents < 0 || repeatWithin.isNegative()) {
      throw new IllegalArgumentException("negative: " + maxEvents + " events, " + repeatWithin);
    }
    if (maxBytes < TocsinClient.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          maxBytes + " bytes have no room for a message of " + TocsinClient.MAX_MESSAGE_BYTES);
    }
  }

  /// Whether events are held at all.
  boolean holds() {
    return maxEvents > 0;
  }
}
