package dev.tocsin.hub;

import java.util.Arrays;

/// Some of many sequences: the least or the greatest, up to a number. Its memory grows with that number alone. Owned by its
/// caller.
final class Choice {

  private static final int INITIAL_LENGTH = 64;

  private final long after;
  private final long upTo;
  private final int max;
  private final boolean greatest;
  private long[] some = new long[INITIAL_LENGTH];
  private int count;
  private boolean more;

  // What lies beyond cannot be among those chosen any more.
  private long bound;

  /// @param after only those above
  /// @param upTo only those not above
  /// @param max how many, at least 1
  Choice(long after, long upTo, int max, boolean greatest) {
    this.after = after;
    this.upTo = upTo;
    this.max = max;
    this.greatest = greatest;
    this.bound = greatest ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  long after() {
    return after;
  }

  void add(long sequence) {
    if (sequence <= after || sequence > upTo) {
      return;
    }
    if (greatest ? sequence < bound : sequence > bound) {
      more = true;
      return;
    }
    if (count == 2 * max) {
      cut();
    } else if (count == some.length) {
      some = Arrays.copyOf(some, Math.min(2 * max, 2 * count));
    }
    some[count++] = sequence;
  }

  private void cut() {
    Arrays.sort(some, 0, count);
    if (count > max) {
      if (greatest) {
        System.arraycopy(some, count - max, some, 0, max);
      }
      count = max;
      more = true;
      bound = greatest ? some[0] : some[max - 1];
    }
  }

  /// Those that were chosen, ascending.
  long[] chosen() {
    cut();
    return Arrays.copyOf(some, count);
  }

  /// Whether others were left out; after [#chosen].
  boolean isMore() {
    return more;
  }
}
