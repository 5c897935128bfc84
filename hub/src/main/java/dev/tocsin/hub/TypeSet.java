package dev.tocsin.hub;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A set of event types, by their places in a [TypeTable]. Immutable. It means the same in every table that
/// has grown out of that one.
final class TypeSet {

  private final long[] words;
  private final int hash;

  private TypeSet(long[] words) {
    // Without empty words at the end, so that sets of the same types are equal whatever the table's
    // size.
    int length = words.length;
    while (length > 0 && words[length - 1] == 0) {
      length--;
    }
    this.words = length == words.length ? words : Arrays.copyOf(words, length);
    this.hash = Arrays.hashCode(this.words);
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

  /// The types that are in one of the sets.
  ///
  /// @param size of the table
  static TypeSet union(int size, Iterable<TypeSet> sets) {
    long[] words = new long[(size + Long.SIZE - 1) / Long.SIZE];
    for (TypeSet set : sets) {
      for (int i = 0; i < set.words.length; i++) {
        words[i] |= set.words[i];
      }
    }
    return new TypeSet(words);
  }

  /// The types of this set that are not in another.
  TypeSet without(TypeSet other) {
    return of(words.length * Long.SIZE, type -> contains(type) && !other.contains(type));
  }

  /// @param type negative for none
  boolean contains(int type) {
    int word = type / Long.SIZE;
    return type >= 0 && word < words.length && (words[word] & 1L << type) != 0;
  }

  /// How many types there are in it.
  int size() {
    int size = 0;
    for (long word : words) {
      size += Long.bitCount(word);
    }
    return size;
  }

  boolean isEmpty() {
    return words.length == 0;
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
