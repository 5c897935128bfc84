package dev.tocsin.http;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What one [Payer] may have of an event loop's time: a bucket of time, [#BURST_NANOS] deep, that fills with one part of
/// [#PARTS] of the time that passes.
///
/// Time is spent first and counted then. Whoever has spent more than there was is in debt: what he sends waits, unread,
/// until time has paid for it, in the order in which it came ([Turns]). So a flood is read more slowly, whatever it is
/// of; nothing of it is lost or refused. Nobody is in debt who has the loop to himself.
///
/// Belongs to the event loop.
public final class Allowance {

  /// One part of so many is everybody's: an eighth of the loop's time.
  static final int PARTS = 8;

  /// What may be spent at once, after a while without any.
  static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// How long a debt takes to be paid at the most.
  static final long MAX_DEBT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Allowances all;
  private final @Nullable Payer payer;

  // owned by the event loop
  /// Those who wait until the debt is paid, in their order.
  private final SequencedSet<Turns.Waiting> debtors = new LinkedHashSet<>(0);

  /// When all that was spent is paid for, on the clock of the loop.
  private long paidAtNanos;

  /// Whether they are about to be served.
  private boolean serviceIsDue;

  /// How many connections and requests are counted under it, and how many of these are of somebody known.
  private int users;

  private int known;

  /// @param payer `null` for one that is never in debt
  Allowance(Allowances all, @Nullable Payer payer) {
    this.all = all;
    this.payer = payer;
    this.paidAtNanos = all.nanoTime();
  }

  /// Counts time that was spent, or what is spent elsewhere because of somebody, as time.
  public void spend(long nanos) {
    if (payer != null) {
      long now = all.nanoTime();
      long paidAt = Math.max(paidAtNanos, now) + nanos * PARTS;
      paidAtNanos = Math.min(paidAt, now + BURST_NANOS * PARTS + MAX_DEBT_NANOS);
    }
  }

  /// Whether more was spent than there was, and others are there who may need the loop.
  public boolean isInDebt() {
    return debtNanos() > 0;
  }

  /// How long it takes until the debt is paid; 0 when there is none.
  long debtNanos() {
    if (payer == null || !all.hasOthersThan(this)) {
      return 0;
    }
    return Math.max(0, paidAtNanos - all.nanoTime() - BURST_NANOS * PARTS);
  }

  /// Whether it is as if nothing had ever been spent.
  boolean isFull() {
    return paidAtNanos - all.nanoTime() <= 0;
  }

  @Nullable Payer payer() {
    return payer;
  }

  SequencedSet<Turns.Waiting> debtors() {
    return debtors;
  }

  /// Those who wait are to be served later.
  ///
  /// @return whether that was not known yet
  boolean awaitService() {
    boolean before = serviceIsDue;
    serviceIsDue = true;
    return !before;
  }

  void noteServed() {
    serviceIsDue = false;
  }

  boolean isUsed() {
    return users > 0;
  }

  boolean isOfSomebodyKnown() {
    return known > 0;
  }

  /// A connection or request counts under it from now on.
  ///
  /// @param isKnown whether it is known whose it is
  void enter(boolean isKnown) {
    users++;
    known += isKnown ? 1 : 0;
  }

  void leave(boolean isKnown) {
    users--;
    known -= isKnown ? 1 : 0;
  }
}
