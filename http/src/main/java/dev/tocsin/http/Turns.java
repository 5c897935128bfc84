package dev.tocsin.http;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Divides the time of an event loop among connections that send faster than their input is worked off.
///
/// A round is what a loop reads from all sockets that are ready. As long as it is short, every connection
/// is served at once. When it has taken [#ROUND_NANOS], whoever still has something waits in line,
/// and is served after the sockets that are ready and after the events that are to be delivered: for
/// [#SLICE_NANOS] at a time, and all of the line together no longer than a round.
///
/// So what one client sends, good or bad, costs the others a part of a millisecond and no more, whatever
/// the way in. Whoever works off input asks [#isOver] before each piece of it: a line, a frame, a request.
/// Reading on waits as well: otherwise a socket that always has more would be read for ever, since io_uring
/// brings more in the very round in which it was asked for it.
///
/// Belongs to the event loop.
public final class Turns {

  /// How long a round is before those who have more wait in line.
  static final long ROUND_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  /// How long one in line is served before the next.
  static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final LongSupplier nanoTime;
  private final Executor afterThisRound;
  private final Executor afterReadySockets;
  private final SequencedSet<Waiting> line = new LinkedHashSet<>();
  private boolean open;
  private boolean lineIsDue;
  private long endNanos;

  /// Somebody who has more input than could be worked off at once.
  public interface Waiting {

    /// It is this one's turn: goes on until [#isOver], or until nothing is left. To be had again it has to
    /// [#await] again.
    void goOn();
  }

  /// Nobody waits.
  ///
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  /// @param afterThisRound runs a task when the sockets that are ready have been read
  /// @param afterReadySockets runs a task after that, when those have been read that are ready then
  Turns(LongSupplier nanoTime, Executor afterThisRound, Executor afterReadySockets) {
    this.nanoTime = nanoTime;
    this.afterThisRound = afterThisRound;
    this.afterReadySockets = afterReadySockets;
  }

  /// Whether the loop has to look after others now, before another piece of input.
  public boolean isOver() {
    long now = nanoTime.getAsLong();
    if (!open) {
      open = true;
      endNanos = now + ROUND_NANOS;
      afterThisRound.execute(this::endRound);
    }
    return now - endNanos >= 0;
  }

  private void endRound() {
    open = false;
  }

  /// Puts somebody in line, who may be there already.
  public void await(Waiting waiting) {
    line.add(waiting);
    serveLater();
  }

  private void serveLater() {
    if (!lineIsDue && !line.isEmpty()) {
      lineIsDue = true;
      afterReadySockets.execute(this::serve);
    }
  }

  private void serve() {
    lineIsDue = false;
    long now = nanoTime.getAsLong();
    long end = now + ROUND_NANOS;
    open = true;
    while (!line.isEmpty() && now - end < 0) {
      Waiting next = line.removeFirst();
      endNanos = now + SLICE_NANOS;
      Guard.run("input that waited could not be worked off", next::goOn);
      now = nanoTime.getAsLong();
    }
    open = false;
    serveLater();
  }
}
