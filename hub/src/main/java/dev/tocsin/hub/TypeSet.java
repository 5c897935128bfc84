package dev.tocsin.hub;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A set of event types, by their places in a [TypeTable]. Immutable.
final class TypeSet {

  private final long[] words;
  private final int hash;

  private TypeSet(long[] words) {
    this.words = words;
    this.hash = Arrays.hashCode(words);
  }

  /// The set of those types of a table with `size` types that fulfil a condition.
  static TypeSet of(int size, IntPredicate condition) {
    long[] words = new long[(size + Long.SIZE - 1) / Long.SIZE];
    for (int type = 0; type < size; type++) {
      if (condition.test(type)) {
        words[type / Long.SIZE] |= 1L << type;
      }
    }
    return new TypeSet(words);
  }

  /// The types that are in one of the sets, all of the same table.
  static TypeSet union(TypeSet none, Iterable<TypeSet> sets) {
    long[] words = none.words.clone();
    for (TypeSet set : sets) {
      for (int i = 0; i < words.length; i++) {
        words[i] |= set.words[i];
      }
    }
    return new TypeSet(words);
  }

  boolean contains(int type) {
    return (words[type / Long.SIZE] & 1L << type) != 0;
  }

  boolean isEmpty() {
    for (long word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  void forEach(IntConsumer action) {
    for (int i = 0; i < words.length; i++) {
      for (long rest = words[i]; rest != 0; rest &= rest - 1) {
        action.accept(i * Long.SIZE + Long.numberOfTrailingZeros(rest));
      }
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TypeSet set && Arrays.equals(set.words, words);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
