package dev.tocsin.hub;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counts by event type. Written by one thread, read by any.
final class TypeCounts {

  /// The first is that of types that are not in the table; every other that of the type at the place before.
  private volatile AtomicLongArray counts;

  /// @param types how many there are in the table
  TypeCounts(int types) {
    this.counts = new AtomicLongArray(types + 1);
  }

  /// Further types have become known.
  void grow(int types) {
    AtomicLongArray before = counts;
    AtomicLongArray larger = new AtomicLongArray(Math.max(types + 1, before.length()));
    for (int i = 0; i < before.length(); i++) {
      larger.setPlain(i, before.getPlain(i));
    }
    counts = larger;
  }

  /// @param type the place of a type in the table; -1 for one that is not there
  void add(int type, long count) {
    AtomicLongArray present = counts;
    present.setRelease(type + 1, present.getPlain(type + 1) + count);
  }

  /// How many there are of a type, see [#add]; 0 for one that is not known yet.
  long of(int type) {
    AtomicLongArray present = counts;
    return type + 1 < present.length() ? present.getAcquire(type + 1) : 0;
  }

  /// All together.
  long sum() {
    AtomicLongArray present = counts;
    long sum = 0;
    for (int i = 0; i < present.length(); i++) {
      sum += present.getAcquire(i);
    }
    return sum;
  }
}
