package dev.tocsin.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Knows the position of a client, as the protocol's "Positions" defines it, and so whether
/// something was missed.
///
/// The position is the sequence that the server last told (at the start, with the answer to a
/// subscription, with a heartbeat, with `resumed`) or that of the last event delivered, whichever
/// came last. Each event carries `previous`: nothing between it and the event matched. So something
/// was missed if and only if `previous` is greater than the position. Owned by one thread.
final class PositionKeeper {

  private @Nullable Position position;

  /// Where the client is; empty before its first connection.
  Optional<Position> position() {
    return Optional.ofNullable(position);
  }

  /// A connection has begun with the next event, the first one; others go on and are [#resumed].
  void established(Position told) {
    position = told;
  }

  /// The server told the position: nothing at or below it follows.
  void told(long sequence) {
    moveTo(sequence);
  }

  /// The server goes on from a position, as it was asked to.
  void resumed(Position from) {
    position = from;
  }

  /// Whether an event lies above the position, as all that are delivered should.
  boolean isNew(long sequence) {
    return position != null && sequence > position.sequence();
  }

  /// An event was delivered.
  ///
  /// @return what was missed before it
  Optional<Gap> delivered(long sequence, long previous) {
    long at = position == null ? 0 : position.sequence();
    moveTo(sequence);
    return previous > at ? Optional.of(new Gap(at + 1, previous)) : Optional.empty();
  }

  /// The server told that events are lost; it goes on after them.
  void missed(Gap gap) {
    if (isNew(gap.to())) {
      moveTo(gap.to());
    }
  }

  private void moveTo(long sequence) {
    position = new Position(position == null ? "" : position.epoch(), sequence);
  }
}
