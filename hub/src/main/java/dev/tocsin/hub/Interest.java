package dev.tocsin.hub;

import dev.tocsin.events.Conditions;
import dev.tocsin.events.FieldValues;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What somebody wants: of each event type nothing, everything, or what fulfils some conditions.
///
/// Interests that let the same through because of the same conditions are equal, however they were written: this is what an
/// audience is made of. Immutable.
final class Interest {

  // What things take in memory, in bytes; SubscriptionMemoryTest measures it.
  private static final int OWN_BYTES = 120;
  private static final int PART_BYTES = 72;
  private static final int BYTES_PER_ALTERNATIVE = 8;

  /// For each type of which everything is wanted: a place in its list.
  private static final int BYTES_PER_WHOLE = 8;

  /// For each type of which some is wanted, for each alternative, and for each value under which it can be found.
  private static final int INDEXED_PART_BYTES = 110;

  private static final int INDEXED_BYTES = 60;
  private static final int PLACE_BYTES = 170;

  private final TypeSet whole;
  private final Map<Integer, Set<Conditions>> parts;
  private final TypeSet types;
  private final int hash;
  private final long comparisons;

  // Found when first asked for, which is for few; negative until then.
  private long conditionBytes = -1;
  private long indexBytes = -1;

  private Interest(TypeSet whole, Map<Integer, Set<Conditions>> parts, TypeSet types) {
    this.whole = whole;
    this.parts = parts;
    this.types = types;
    this.hash = 31 * whole.hashCode() + parts.hashCode();
    this.comparisons =
        parts.values().stream()
            .mapToLong(
                alternatives -> alternatives.stream().mapToLong(Conditions::comparisons).sum())
            .sum();
  }

  /// Conditions are mostly the same for many types.
  private static long conditionBytes(Map<Integer, Set<Conditions>> parts) {
    IdentityHashMap<Conditions, Boolean> known = new IdentityHashMap<>();
    long bytes = 0;
    for (Set<Conditions> alternatives : parts.values()) {
      for (Conditions conditions : alternatives) {
        bytes += known.put(conditions, true) == null ? conditions.heapBytes() : 0;
      }
    }
    return bytes;
  }

  private static long indexBytes(TypeSet whole, Map<Integer, Set<Conditions>> parts) {
    long bytes = (long) BYTES_PER_WHOLE * whole.size();
    for (Set<Conditions> alternatives : parts.values()) {
      bytes += INDEXED_PART_BYTES;
      for (Conditions conditions : alternatives) {
        bytes += INDEXED_BYTES + (long) PLACE_BYTES * conditions.longestList();
      }
    }
    return bytes;
  }

  /// Everything of some types.
  static Interest of(TypeSet types) {
    return new Interest(types, Map.of(), types);
  }

  /// Of each type the events that fulfil its conditions.
  ///
  /// @param size of the table
  static Interest of(int size, Map<Integer, Conditions> byType) {
    Map<Integer, Set<Conditions>> parts = new HashMap<>();
    byType.forEach((type, conditions) -> parts.put(type, Set.of(conditions)));
    return new Interest(
        TypeSet.of(size, type -> false), parts, TypeSet.of(size, byType::containsKey));
  }

  /// What one of several lets through.
  ///
  /// @param size of the table
  static Interest union(int size, Collection<Interest> interests) {
    TypeSet whole = TypeSet.union(size, interests.stream().map(i -> i.whole).toList());
    Map<Integer, Set<Conditions>> parts = new HashMap<>();
    for (Interest interest : interests) {
      interest.parts.forEach((type, alternatives) -> {
        if (!whole.contains(type)) {
          parts.computeIfAbsent(type, t -> new HashSet<>()).addAll(alternatives);
        }
      });
    }
    if (parts.isEmpty()) {
      return of(whole);
    }
    // Mostly the same for many types.
    Map<Set<Conditions>, Set<Conditions>> known = new HashMap<>();
    parts.replaceAll(
        (type, alternatives) -> known.computeIfAbsent(alternatives, Alternatives::simplest));
    return new Interest(
        whole, parts, TypeSet.of(size, type -> whole.contains(type) || parts.containsKey(type)));
  }

  /// What both this one and another let through.
  ///
  /// @param size of the table
  Interest and(Interest other, int size) {
    TypeSet both = TypeSet.of(size, type -> whole.contains(type) && other.whole.contains(type));
    Map<Integer, Set<Conditions>> left = new HashMap<>();
    parts.forEach((type, alternatives) -> {
      if (other.whole.contains(type)) {
        left.put(type, alternatives);
      }
    });
    other.parts.forEach((type, alternatives) -> {
      if (whole.contains(type)) {
        left.put(type, alternatives);
      } else if (parts.containsKey(type)) {
        Set<Conditions> products = products(parts.get(type), alternatives);
        if (!products.isEmpty()) {
          left.put(type, Set.copyOf(Alternatives.simplest(products)));
        }
      }
    });
    return new Interest(
        both, left, TypeSet.of(size, type -> both.contains(type) || left.containsKey(type)));
  }

  private static Set<Conditions> products(Set<Conditions> some, Set<Conditions> others) {
    Set<Conditions> products = new HashSet<>();
    for (Conditions one : some) {
      for (Conditions other : others) {
        one.and(other).ifPresent(products::add);
      }
    }
    return products;
  }

  /// The types of which it lets anything through.
  TypeSet types() {
    return types;
  }

  /// How many comparisons there are in it, of all types together.
  long comparisons() {
    return comparisons;
  }

  /// About how much memory it takes itself, in bytes, without its conditions.
  long heapBytes() {
    return OWN_BYTES + PART_BYTES * (long) parts.size() + BYTES_PER_ALTERNATIVE * alternatives();
  }

  private long alternatives() {
    long count = 0;
    for (Set<Conditions> some : parts.values()) {
      count += some.size();
    }
    return count;
  }

  /// The same of its conditions, without the values themselves, which are those of a filter.
  long conditionBytes() {
    if (conditionBytes < 0) {
      conditionBytes = conditionBytes(parts);
    }
    return conditionBytes;
  }

  /// The same of what finds it for an event, at the most.
  long indexBytes() {
    if (indexBytes < 0) {
      indexBytes = indexBytes(whole, parts);
    }
    return indexBytes;
  }

  /// The types of which it lets everything through.
  TypeSet whole() {
    return whole;
  }

  /// For each other type what the events have to fulfil, one or another.
  Map<Integer, Set<Conditions>> parts() {
    return parts;
  }

  /// Whether it lets an event of a type through.
  ///
  /// @param event what its fields say, asked for only when that matters
  boolean allows(int type, Supplier<FieldValues> event) {
    if (whole.contains(type)) {
      return true;
    }
    Set<Conditions> alternatives = parts.get(type);
    if (alternatives == null) {
      return false;
    }
    FieldValues values = event.get();
    for (Conditions conditions : alternatives) {
      if (conditions.allow(values)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Interest interest
        && interest.hash == hash
        && interest.whole.equals(whole)
        && interest.parts.equals(parts);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
