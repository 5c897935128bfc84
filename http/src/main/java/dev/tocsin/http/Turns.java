package dev.tocsin.http;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Divides the time of an event loop among connections that send faster than their input is worked off.
///
/// A round is what a loop reads from all sockets that are ready. As long as it is short, every connection
/// is served at once. When it has taken [#ROUND_NANOS], whoever still has something waits in a queue,
/// and is served after the sockets that are ready and after the events that are to be delivered: for
/// [#SLICE_NANOS] at a time, and all of the queue together no longer than a round.
///
/// The queue is two queues. Who has little to be worked off, as one who publishes an event now and then, does not wait after
/// thousands who have much: those with up to [#SMALL_BYTES] come first. A third of each round is kept for the others, so
/// that they come on too, however many the former are.
///
/// So what one client sends, good or bad, costs the others a part of a millisecond and no more at a time, whatever the way in.
/// How much it is in all is bounded by the [Allowance] of who sends it: whoever is in debt waits with all his connections until
/// it is paid, and is then served for a slice. Whoever works off input asks [#isOver(Allowance)] before each piece of it: an
/// NDJSON line, a frame, a request. Reading on waits as well: otherwise a socket that always has more would be read for ever,
/// since io_uring brings more in the very round in which it was asked for it.
///
/// Belongs to the event loop.
public final class Turns {

  /// How long a round is before those who have more wait in the queue.
  static final long ROUND_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  /// How long one in the queue is served before the next.
  static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /// How long those in debt are served before others. It is what they are paid while they wait for it.
  static final long DEBT_SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  /// How long somebody in debt waits before it is looked again whether it is paid: each look costs the loop something as
  /// well, and a debt counts no more when nobody else is there.
  static final long MIN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// What those who come first have waiting at the most, in bytes.
  static final int SMALL_BYTES = 4 * 1024;

  private final LongSupplier nanoTime;
  private final Executor afterThisRound;
  private final Executor afterReadySockets;
  private final Later later;
  private final SequencedSet<Waiting> small = new LinkedHashSet<>();
  private final SequencedSet<Waiting> large = new LinkedHashSet<>();
  private boolean open;
  private boolean queueIsDue;

  /// Those are being served who have waited until a debt was paid.
  private boolean servingDebtors;

  private long endNanos;

  /// Under what time is being counted, and since when.
  private @Nullable Allowance counting;

  private long countedNanos;

  /// Somebody who has more input than could be worked off at once.
  public interface Waiting {

    /// It is this one's turn: goes on until [#isOver(Allowance)], or until nothing is left. To be had again it has to
    /// [#await] again.
    void goOn();

    /// How many bytes of input wait to be worked off.
    int waitingBytes();

    /// Under whom the time is counted that this takes.
    Allowance allowance();
  }

  /// Runs something on the event loop after a while.
  interface Later {

    void after(Runnable task, long nanos);
  }

  /// Nobody waits.
  ///
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  /// @param afterThisRound runs a task when the sockets that are ready have been read
  /// @param afterReadySockets runs a task after that, when those have been read that are ready then
  /// @param later for those who have to wait until a debt is paid
  Turns(LongSupplier nanoTime, Executor afterThisRound, Executor afterReadySockets, Later later) {
    this.nanoTime = nanoTime;
    this.later = later;
    this.afterThisRound = afterThisRound;
    this.afterReadySockets = afterReadySockets;
  }

  /// From now on time is counted under an allowance, unless it is being counted already.
  ///
  /// @return whether it was not, and [#end] has to be called
  public boolean begin(Allowance allowance) {
    if (counting != null) {
      return false;
    }
    counting = allowance;
    countedNanos = nanoTime.getAsLong();
    return true;
  }

  /// What follows is counted under another allowance, if any time is being counted.
  public void goOnUnder(Allowance allowance) {
    if (counting != null && !counting.equals(allowance)) {
      end();
      begin(allowance);
    }
  }

  /// Everything counted since [#begin] is somebody else's: it has turned out whose it is.
  void handOver(Allowance allowance) {
    if (counting != null) {
      counting = allowance;
    }
  }

  /// What was counted up to here is spent.
  public void count() {
    goOn(true);
  }

  /// What was counted since [#begin], [#count] or the last time is not spent: other limits are made for it, as for publishing.
  public void forgive() {
    goOn(false);
  }

  private void goOn(boolean spent) {
    Allowance present = counting;
    if (present != null) {
      long now = nanoTime.getAsLong();
      if (spent) {
        present.spend(now - countedNanos);
      }
      countedNanos = now;
    }
  }

  /// Time is counted no longer.
  public void end() {
    Allowance present = counting;
    if (present != null) {
      counting = null;
      present.spend(nanoTime.getAsLong() - countedNanos);
    }
  }

  /// Whether the loop has to look after others now, before another piece of somebody's input.
  public boolean isOver(Allowance allowance) {
    return isRoundOver() || mustWait(allowance);
  }

  /// Whether nothing that is counted so is worked off now: nobody overtakes those who wait under the same allowance.
  boolean mustWait(Allowance allowance) {
    return allowance.isInDebt() || (!servingDebtors && !allowance.debtors().isEmpty());
  }

  private boolean isRoundOver() {
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

  /// Puts somebody into the queue, who may be there already.
  public void await(Waiting waiting) {
    if (mustWait(waiting.allowance())) {
      small.remove(waiting);
      large.remove(waiting);
      awaitPayment(waiting);
      return;
    }
    if (waiting.waitingBytes() <= SMALL_BYTES) {
      if (!large.contains(waiting)) {
        small.add(waiting);
      }
    } else {
      // What has come since makes it large.
      small.remove(waiting);
      large.add(waiting);
    }
    serveLater();
  }

  /// Takes somebody out of the queue, whose connection has ended: while a debt grows nobody under it is served, and those
  /// who come and go would gather there.
  public void leave(Waiting waiting) {
    small.remove(waiting);
    large.remove(waiting);
    waiting.allowance().debtors().remove(waiting);
  }

  private void awaitPayment(Waiting waiting) {
    waiting.allowance().debtors().add(waiting);
    serveDebtorsLater(waiting.allowance());
  }

  /// Whether somebody is not read because what was spent has to be paid first.
  public boolean awaitsPayment(Waiting waiting) {
    return waiting.allowance().debtors().contains(waiting);
  }

  private void serveDebtorsLater(Allowance allowance) {
    if (allowance.awaitService()) {
      long nanos = Math.clamp(allowance.debtNanos(), MIN_WAIT_NANOS, MAX_WAIT_NANOS);
      later.after(() -> serveDebtors(allowance), nanos);
    }
  }

  /// Serves those who have waited until it was paid, for a slice.
  private void serveDebtors(Allowance allowance) {
    allowance.noteServed();
    open = true;
    servingDebtors = true;
    long now = nanoTime.getAsLong();
    endNanos = now + DEBT_SLICE_NANOS;
    SequencedSet<Waiting> queue = allowance.debtors();
    while (!queue.isEmpty() && now - endNanos < 0 && !allowance.isInDebt()) {
      now = serve(queue.removeFirst(), now);
    }
    servingDebtors = false;
    open = false;
    if (!queue.isEmpty()) {
      serveDebtorsLater(allowance);
    }
  }

  private void serveLater() {
    if (!queueIsDue && !(small.isEmpty() && large.isEmpty())) {
      queueIsDue = true;
      afterReadySockets.execute(this::serve);
    }
  }

  private void serve() {
    queueIsDue = false;
    open = true;
    long start = nanoTime.getAsLong();
    serve(small, start, large.isEmpty() ? ROUND_NANOS : ROUND_NANOS / 3 * 2);
    serve(large, start, ROUND_NANOS);
    open = false;
    serveLater();
  }

  private void serve(SequencedSet<Waiting> queue, long start, long nanos) {
    long now = nanoTime.getAsLong();
    while (!queue.isEmpty() && now - start < nanos) {
      Waiting next = queue.removeFirst();
      if (mustWait(next.allowance())) {
        awaitPayment(next);
      } else {
        endNanos = now + SLICE_NANOS;
        now = serve(next, now);
      }
    }
  }

  /// @return when it has been served
  private long serve(Waiting next, long now) {
    counting = next.allowance();
    countedNanos = now;
    Guard.run("input that waited could not be worked off", next::goOn);
    end();
    return nanoTime.getAsLong();
  }
}
