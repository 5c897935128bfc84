package dev.tocsin.load;

import java.nio.charset.StandardCharsets;

/// Where a connection to a Tocsin stands, and whether what arrives follows on it.
///
/// An event says its `sequence` and `previous`, the one that this connection must have had or been
/// told before. Belongs to the thread of its connection.
final class Positions {

  private static final byte[] SEQUENCE = "\"sequence\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PREVIOUS = "\"previous\":".getBytes(StandardCharsets.US_ASCII);

  private final Tally tally;
  private long position = -1;

  Positions(Tally tally) {
    this.tally = tally;
  }

  /// An event, this run's or another's. They stand at its end, where it is cheap to look.
  ///
  /// @return whether it is an event
  boolean event(byte[] bytes, int from, int to) {
    int previousAt = valueBefore(bytes, from, to - 1, PREVIOUS);
    if (previousAt < 0) {
      return false;
    }
    int sequenceAt = valueBefore(bytes, from, previousAt - PREVIOUS.length - 1, SEQUENCE);
    if (sequenceAt < 0) {
      return false;
    }
    long sequence = number(bytes, sequenceAt, to);
    if (position >= 0) {
      if (sequence <= position) {
        if (sequence == position) {
          tally.duplicate();
        } else {
          tally.outOfOrder();
        }
        return true;
      }
      if (number(bytes, previousAt, to) > position) {
        tally.gap();
      }
    }
    position = sequence;
    return true;
  }

  /// Any other message: some of them tell a position.
  void message(byte[] bytes, int from, int to) {
    for (int at = to - SEQUENCE.length; at >= from; at--) {
      if (isAt(bytes, at, SEQUENCE)) {
        position = Math.max(position, number(bytes, at + SEQUENCE.length, to));
        return;
      }
    }
  }

  /// Where the number begins that ends just before `end` and has `key` before it; -1 when there is
  /// none.
  private static int valueBefore(byte[] bytes, int from, int end, byte[] key) {
    int at = end;
    while (at > from && bytes[at - 1] >= '0' && bytes[at - 1] <= '9') {
      at--;
    }
    return at < end && at - key.length >= from && isAt(bytes, at - key.length, key) ? at : -1;
  }

  private static boolean isAt(byte[] bytes, int at, byte[] key) {
    for (int i = 0; i < key.length; i++) {
      if (bytes[at + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int at = from; at < to && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
      number = 10 * number + bytes[at] - '0';
    }
    return number;
  }
}
