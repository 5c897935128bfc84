package dev.tocsin.simulation;

import java.util.Arrays;

/// How much of something there was in each second: of processor time, of bytes.
final class PerSecond {

  private static final long SECOND = 1_000_000_000;

  private double[] amounts = new double[64];

  /// Notes an amount that came between two moments, evenly.
  void add(long fromNanos, long toNanos, double amount) {
    int first = (int) (fromNanos / SECOND);
    int last = (int) (toNanos / SECOND);
    if (first == last) {
      note(first, amount);
      return;
    }
    double length = toNanos - fromNanos;
    for (int second = first; second <= last; second++) {
      long begin = Math.max(fromNanos, second * SECOND);
      long end = Math.min(toNanos, (second + 1) * SECOND);
      note(second, amount * (end - begin) / length);
    }
  }

  /// Notes an amount that came at a moment.
  void add(long atNanos, double amount) {
    note((int) (atNanos / SECOND), amount);
  }

  private void note(int second, double amount) {
    if (second >= amounts.length) {
      amounts = Arrays.copyOf(amounts, Math.max(second + 1, 2 * amounts.length));
    }
    amounts[second] += amount;
  }

  /// The most in one of the seconds that lie wholly between two moments.
  double most(long fromNanos, long toNanos) {
    double most = 0;
    long first = (fromNanos + SECOND - 1) / SECOND;
    for (long second = first; second < Math.min(toNanos / SECOND, amounts.length); second++) {
      most = Math.max(most, amounts[(int) second]);
    }
    return most;
  }
}
