package dev.tocsin.http;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// The [Allowance] of everyone who has something to do with an event loop. It is remembered as long as there are
/// connections or requests under it, or something is still to be paid. Belongs to the event loop.
public final class Allowances {

  private final LongSupplier nanoTime;
  private final Map<Payer, Allowance> byPayer = new HashMap<>();

  /// Those of nobody who is there, until they are full.
  private final Set<Allowance> left = new HashSet<>();

  /// Never in debt.
  private final Allowance free;

  /// How many are of somebody who is known and there.
  private int known;

  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  Allowances(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.free = new Allowance(this, null);
  }

  /// For what is counted under nobody.
  public Allowance free() {
    return free;
  }

  /// Counts a connection of which only the address is known.
  Allowance enterStranger(Payer payer) {
    return enter(payer, false);
  }

  /// Counts a connection or a request of somebody who is known.
  public Allowance enter(Payer payer) {
    return enter(payer, true);
  }

  private Allowance enter(Payer payer, boolean isKnown) {
    Allowance allowance = byPayer.computeIfAbsent(payer, who -> new Allowance(this, who));
    left.remove(allowance);
    boolean before = allowance.isOfSomebodyKnown();
    allowance.enter(isKnown);
    known += allowance.isOfSomebodyKnown() && !before ? 1 : 0;
    return allowance;
  }

  /// A connection that was counted as a stranger's is counted no more.
  void leaveStranger(Allowance allowance) {
    leave(allowance, false);
  }

  /// One that was counted as of somebody known is counted no more.
  public void leave(Allowance allowance) {
    leave(allowance, true);
  }

  private void leave(Allowance allowance, boolean isKnown) {
    if (allowance.equals(free)) {
      return;
    }
    boolean before = allowance.isOfSomebodyKnown();
    allowance.leave(isKnown);
    known -= before && !allowance.isOfSomebodyKnown() ? 1 : 0;
    if (!allowance.isUsed()) {
      left.add(allowance);
      if (allowance.isFull()) {
        forget(allowance);
      }
    }
  }

  private void forget(Allowance allowance) {
    left.remove(allowance);
    byPayer.remove(allowance.payer());
  }

  /// Forgets whose debts have been paid meanwhile. About once a second.
  void forgetPaid() {
    Set.copyOf(left).stream().filter(Allowance::isFull).forEach(this::forget);
  }

  /// Whether somebody else is known and there.
  boolean hasOthersThan(Allowance allowance) {
    return known > (allowance.isOfSomebodyKnown() ? 1 : 0);
  }

  /// How many are remembered.
  int size() {
    return byPayer.size();
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }
}
