package dev.tocsin.jetstream;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;

/// One event in flight: whose it is, and what is known of its fate. Guarded by the [Sender]'s lock.
final class Flight {

  private final long number;
  private final AppendRequest request;
  private final int place;
  private final Append append;

  private long sentNanos;
  private long firstSentNanos;

  // Whether it was ever handed to the connection.
  private boolean sent;

  // Whether what was sent last surely is not in the stream.
  private boolean refused;

  // Whether something that was sent before may be.
  private boolean doubtful;

  // Whether the event that came first under its key is being looked at.
  private boolean compared;

  /// Takes the next event of a request.
  ///
  /// @param number the sender's own number of the event: above those of all before it
  Flight(long number, AppendRequest request) {
    this.number = number;
    this.request = request;
    this.place = request.take();
    this.append = request.append(place);
  }

  long number() {
    return number;
  }

  Append append() {
    return append;
  }

  /// Whose it is.
  AppendRequest request() {
    return request;
  }

  /// Until when its fate has to be known, by [System#nanoTime].
  long endNanos() {
    return request.endNanos();
  }

  /// When the connection took it last.
  long sentNanos() {
    return sentNanos;
  }

  /// When the connection took it for the first time.
  long firstSentNanos() {
    return firstSentNanos;
  }

  boolean isKeyed() {
    return append.idempotencyKey() != null;
  }

  /// It will be sent again although nobody knows what became of it, unless that was refused.
  void repeat() {
    doubtful |= !isSurelyNot();
  }

  /// The connection has taken it.
  void handedOver(long nowNanos) {
    sentNanos = nowNanos;
    firstSentNanos = sent ? firstSentNanos : nowNanos;
    sent = true;
    refused = false;
  }

  /// The connection has not taken it: it is where it was.
  void notHandedOver() {
    refused |= !sent;
  }

  /// What was sent last is not in the stream.
  void refuse() {
    refused = true;
  }

  /// Whether what was sent last was refused.
  boolean isRefused() {
    return refused;
  }

  /// Whether something that was sent before what was sent last may be in the stream.
  boolean isDoubtful() {
    return doubtful;
  }

  /// Whether it surely is not in the stream.
  boolean isSurelyNot() {
    return !sent || (refused && !doubtful);
  }

  /// The event that came first under its key is being looked at: that will settle it.
  void compare() {
    compared = true;
  }

  boolean isCompared() {
    return compared;
  }

  /// Notes what came of it; whether nothing of its request is open any more.
  boolean settle(AppendResult result) {
    return request.settle(place, result);
  }
}
