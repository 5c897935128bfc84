package dev.tocsin.events;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a [Where] asks of one field: one of some values, or none of some values within bounds. A field that is absent
/// fulfils none. Immutable; equal conditions are equal objects.
///
/// @param values those of which it must have one; `null` when any will do that the rest lets through
/// @param not those which it must not have
/// @param min the least number; `null` for none
/// @param max the greatest number; `null` for none
public record Condition(
    @Nullable Set<FieldValue> values,
    Set<FieldValue> not,
    @Nullable JsonNumber min,
    @Nullable JsonNumber max) {

  public Condition {
    values = values == null ? null : Set.copyOf(values);
    not = Set.copyOf(not);
  }

  /// One of some values.
  public static Condition oneOf(Set<FieldValue> values) {
    return new Condition(values, Set.of(), null, null);
  }

  /// How many values it names, bounds included.
  int valueCount() {
    return (values == null ? 0 : values.size())
        + not.size()
        + (min == null ? 0 : 1)
        + (max == null ? 0 : 1);
  }

  /// Whether a value fulfils it.
  ///
  /// @param value `null` for a field that is absent
  public boolean allows(@Nullable FieldValue value) {
    if (value == null) {
      return false;
    }
    if (values != null) {
      return values.contains(value);
    }
    return !not.contains(value) && isWithinBounds(value);
  }

  private boolean isWithinBounds(FieldValue value) {
    return (min == null && max == null)
        || (value instanceof JsonNumber number
            && (min == null || number.compareTo(min) >= 0)
            && (max == null || number.compareTo(max) <= 0));
  }

  /// What fulfils both this one and another.
  ///
  /// @return empty when nothing can
  public Optional<Condition> and(Condition other) {
    if (values != null) {
      return among(values, other);
    }
    if (other.values != null) {
      return among(other.values, this);
    }
    JsonNumber least = greater(min, other.min);
    JsonNumber greatest = less(max, other.max);
    if (least != null && greatest != null && least.compareTo(greatest) > 0) {
      return Optional.empty();
    }
    Set<FieldValue> neither = new HashSet<>(not);
    neither.addAll(other.not);
    return Optional.of(new Condition(null, neither, least, greatest));
  }

  private static Optional<Condition> among(Set<FieldValue> values, Condition other) {
    Set<FieldValue> left = new HashSet<>(values);
    left.removeIf(value -> !other.allows(value));
    return left.isEmpty() ? Optional.empty() : Optional.of(oneOf(left));
  }

  private static @Nullable JsonNumber greater(
      @Nullable JsonNumber one, @Nullable JsonNumber other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static @Nullable JsonNumber less(@Nullable JsonNumber one, @Nullable JsonNumber other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) <= 0 ? one : other;
  }

  /// Whether every value that fulfils this one fulfils another one.
  public boolean implies(Condition other) {
    if (values != null) {
      return values.stream().allMatch(other::allows);
    }
    return other.values == null
        && not.containsAll(other.not)
        && (other.min == null || (min != null && min.compareTo(other.min) >= 0))
        && (other.max == null || (max != null && max.compareTo(other.max) <= 0));
  }

  /// The same for the values that a field can have, in one form for all that mean the same.
  ///
  /// @return empty when no value of the field fulfils it
  Optional<Condition> on(PayloadField field) {
    if ((min != null || max != null) && !field.kind().isNumeric()) {
      return Optional.empty();
    }
    Set<FieldValue> possible = field.values().orElse(values == null ? null : among(field, values));
    if (possible == null) {
      Set<FieldValue> refused = among(field, not);
      refused.removeIf(value -> !isWithinBounds(value));
      if (min != null && max != null && min.compareTo(max) >= 0) {
        boolean isOne = min.compareTo(max) == 0 && !refused.contains(min);
        return isOne
            ? among(field, Set.of(min)).stream().findAny().map(v -> oneOf(Set.of(v)))
            : Optional.empty();
      }
      return Optional.of(new Condition(null, refused, min, max));
    }
    Set<FieldValue> asked = values == null ? possible : among(field, values);
    Set<FieldValue> left = new HashSet<>(asked);
    left.retainAll(possible);
    left.removeAll(among(field, not));
    return left.isEmpty() ? Optional.empty() : Optional.of(oneOf(left));
  }

  private static Set<FieldValue> among(PayloadField field, Set<FieldValue> values) {
    Set<FieldValue> found = new HashSet<>();
    values.forEach(value -> field.canonical(value).ifPresent(found::add));
    return found;
  }
}
