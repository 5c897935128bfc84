package dev.tocsin.events;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a [Where] comes down to for the events of one type: a condition for each of some fields, all of which must hold.
/// Immutable; those that mean the same are equal, however they were written.
public final class Conditions {

  /// What they take in memory themselves, for each field and for each value that is named.
  private static final int OWN_BYTES = 104;

  private static final int BYTES_PER_FIELD = 120;
  private static final int BYTES_PER_VALUE = 8;

  private final SortedMap<String, Condition> byField;
  private final int hash;

  /// @param byField by the field's name, at least one
  public Conditions(SortedMap<String, Condition> byField) {
    this.byField = Collections.unmodifiableSortedMap(new TreeMap<>(byField));
    this.hash = this.byField.hashCode();
  }

  /// The conditions by the field's name.
  public SortedMap<String, Condition> byField() {
    return byField;
  }

  /// How many comparisons there are in them: one for each value, and one for each field without any.
  public int comparisons() {
    int count = 0;
    for (Condition condition : byField.values()) {
      Set<FieldValue> values = condition.values();
      count += Math.max(1, values == null ? condition.not().size() : values.size());
    }
    return count;
  }

  /// How many values the longest list of one field has, of values of which it must have one; at least 1.
  public int longestList() {
    int longest = 1;
    for (Condition condition : byField.values()) {
      Set<FieldValue> values = condition.values();
      longest = Math.max(longest, values == null ? 1 : values.size());
    }
    return longest;
  }

  /// About how much memory they take, in bytes, without the values themselves, which are those of a [Where].
  public long heapBytes() {
    long bytes = OWN_BYTES;
    for (Condition condition : byField.values()) {
      bytes += BYTES_PER_FIELD + (long) BYTES_PER_VALUE * condition.valueCount();
    }
    return bytes;
  }

  /// What fulfils both these and others.
  ///
  /// @return empty when nothing can
  public Optional<Conditions> and(Conditions others) {
    SortedMap<String, Condition> both = new TreeMap<>(byField);
    for (Map.Entry<String, Condition> other : others.byField.entrySet()) {
      Condition own = both.get(other.getKey());
      Optional<Condition> together =
          own == null ? Optional.of(other.getValue()) : own.and(other.getValue());
      if (together.isEmpty()) {
        return Optional.empty();
      }
      both.put(other.getKey(), together.get());
    }
    return Optional.of(new Conditions(both));
  }

  /// Whether an event fulfils them.
  public boolean allow(FieldValues event) {
    for (Map.Entry<String, Condition> entry : byField.entrySet()) {
      if (!entry.getValue().allows(event.get(entry.getKey()))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof Conditions conditions
            && conditions.hash == hash
            && conditions.byField.equals(byField));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
