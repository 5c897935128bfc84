package dev.tocsin.simulation;

import java.util.Arrays;

/// An ascending list of sequences.
final class Sequences {

  private long[] values = new long[16];
  private int size;

  void add(long sequence) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = sequence;
  }

  int size() {
    return size;
  }

  /// The one at a place; 0 before the first.
  long at(int place) {
    return place < 0 ? 0 : values[place];
  }

  /// How many are not above a sequence: the place of the first that is.
  int upTo(long sequence) {
    int found = Arrays.binarySearch(values, 0, size, sequence);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /// Forgets those above a sequence.
  void cut(long sequence) {
    size = upTo(sequence);
  }
}
