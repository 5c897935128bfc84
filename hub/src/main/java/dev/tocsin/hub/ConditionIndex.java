package dev.tocsin.hub;

import dev.tocsin.events.Condition;
import dev.tocsin.events.Conditions;
import dev.tocsin.events.FieldValue;
import dev.tocsin.events.FieldValues;
import dev.tocsin.events.JsonNumber;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who wants the events of one type under conditions: an event finds those whose conditions it fulfils by its values.
///
/// Each alternative of somebody's conditions stands in one place: under the values of one field where it names some,
/// else under a bound, else in a list of those that are asked each time. Of several fields that is taken whose places
/// hold the fewest at the moment, so that what all have in common is not what they stand under. Owned by the index that
/// it belongs to.
///
/// @param <A> who wants them; compared with `equals`
final class ConditionIndex<A> {

  private final Map<A, List<Entry<A>>> entries = new HashMap<>();
  private final Map<String, Map<FieldValue, Set<Entry<A>>>> byValue = new HashMap<>();
  private final Map<String, NavigableMap<JsonNumber, Set<Entry<A>>>> byMin = new HashMap<>();
  private final Map<String, NavigableMap<JsonNumber, Set<Entry<A>>>> byMax = new HashMap<>();
  private final Set<Entry<A>> others = new HashSet<>();

  /// One alternative, and where it stands.
  private static final class Entry<A> {

    private final A owner;
    private final Conditions conditions;

    /// Those of the same owner that are told before this one.
    private final List<Conditions> earlier;

    /// The field and the condition under which it stands; `null` among the others.
    private Map.@Nullable Entry<String, Condition> key;

    Entry(A owner, Conditions conditions, List<Conditions> earlier) {
      this.owner = owner;
      this.conditions = conditions;
      this.earlier = earlier;
    }

    /// Whether an event fulfils this one, and none that is told before.
    boolean isFirstFor(FieldValues event) {
      if (!conditions.allow(event)) {
        return false;
      }
      for (Conditions other : earlier) {
        if (other.allow(event)) {
          return false;
        }
      }
      return true;
    }
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /// How many places there are under which somebody stands.
  int placeCount() {
    int count = others.isEmpty() ? 0 : 1;
    for (Map<FieldValue, ?> places : byValue.values()) {
      count += places.size();
    }
    for (Map<JsonNumber, ?> places : byMin.values()) {
      count += places.size();
    }
    for (Map<JsonNumber, ?> places : byMax.values()) {
      count += places.size();
    }
    return count;
  }

  /// All who want anything.
  Set<A> owners() {
    return entries.keySet();
  }

  /// Adds somebody who is not here.
  void add(A owner, Set<Conditions> alternatives) {
    List<Entry<A>> own = new ArrayList<>(alternatives.size());
    List<Conditions> earlier = new ArrayList<>(0);
    for (Conditions conditions : alternatives) {
      Entry<A> entry = new Entry<>(owner, conditions, List.copyOf(earlier));
      place(entry);
      own.add(entry);
      earlier.add(conditions);
    }
    entries.put(owner, own);
  }

  private void place(Entry<A> entry) {
    long fewest = Long.MAX_VALUE;
    for (Map.Entry<String, Condition> one : entry.conditions.byField().entrySet()) {
      long there = standUnder(one);
      if (there < fewest) {
        fewest = there;
        entry.key = one;
      }
    }
    places(entry.key).forEach(place -> place.add(entry));
  }

  /// How many stand under the values of a condition; more than anyone can be when it names no values.
  private long standUnder(Map.Entry<String, Condition> key) {
    Condition condition = key.getValue();
    Set<FieldValue> values = condition.values();
    if (values == null) {
      boolean isBounded = condition.min() != null || condition.max() != null;
      return isBounded ? Long.MAX_VALUE - 1 : Long.MAX_VALUE;
    }
    Map<FieldValue, Set<Entry<A>>> places = byValue.getOrDefault(key.getKey(), Map.of());
    long there = 0;
    for (FieldValue value : values) {
      there += 1 + places.getOrDefault(value, Set.of()).size();
    }
    return there;
  }

  /// The places that belong to a condition, made where they are missing.
  private List<Set<Entry<A>>> places(Map.@Nullable Entry<String, Condition> key) {
    if (key == null) {
      return List.of(others);
    }
    String field = key.getKey();
    Condition condition = key.getValue();
    Set<FieldValue> values = condition.values();
    JsonNumber min = condition.min();
    JsonNumber max = condition.max();
    if (values != null) {
      Map<FieldValue, Set<Entry<A>>> of = byValue.computeIfAbsent(field, name -> new HashMap<>());
      List<Set<Entry<A>>> places = new ArrayList<>(values.size());
      values.forEach(v -> places.add(of.computeIfAbsent(v, any -> new HashSet<>(2))));
      return places;
    } else if (min != null) {
      return List.of(bound(byMin, field, min));
    }
    return max == null ? List.of(others) : List.of(bound(byMax, field, max));
  }

  private static <A> Set<Entry<A>> bound(
      Map<String, NavigableMap<JsonNumber, Set<Entry<A>>>> bounds, String field, JsonNumber bound) {
    return bounds
        .computeIfAbsent(field, name -> new TreeMap<>())
        .computeIfAbsent(bound, any -> new HashSet<>(2));
  }

  /// Takes somebody out.
  void remove(A owner) {
    List<Entry<A>> own = entries.remove(owner);
    if (own != null) {
      own.forEach(this::displace);
    }
  }

  private void displace(Entry<A> entry) {
    Map.Entry<String, Condition> key = entry.key;
    places(key).forEach(place -> place.remove(entry));
    if (key == null) {
      return;
    }
    Set<FieldValue> values = key.getValue().values();
    JsonNumber min = key.getValue().min();
    JsonNumber max = key.getValue().max();
    if (values != null) {
      values.forEach(value -> dropIfEmpty(byValue, key.getKey(), value));
    } else if (min != null) {
      dropIfEmpty(byMin, key.getKey(), min);
    } else if (max != null) {
      dropIfEmpty(byMax, key.getKey(), max);
    }
  }

  private static <K, V extends Collection<?>> void dropIfEmpty(
      Map<String, ? extends Map<K, V>> places, String field, K key) {
    Map<K, V> of = places.get(field);
    if (of != null) {
      of.computeIfPresent(key, (k, place) -> place.isEmpty() ? null : place);
      if (of.isEmpty()) {
        places.remove(field);
      }
    }
  }

  /// Names everybody who wants an event, each once.
  void forEach(FieldValues event, Consumer<A> action) {
    byValue.forEach((field, places) -> {
      FieldValue value = event.get(field);
      if (value != null) {
        name(places.getOrDefault(value, Set.of()), event, action);
      }
    });
    byMin.forEach((field, places) -> {
      if (event.get(field) instanceof JsonNumber number) {
        places.headMap(number, true).values().forEach(place -> name(place, event, action));
      }
    });
    byMax.forEach((field, places) -> {
      if (event.get(field) instanceof JsonNumber number) {
        places.tailMap(number, true).values().forEach(place -> name(place, event, action));
      }
    });
    name(others, event, action);
  }

  private void name(Set<Entry<A>> place, FieldValues event, Consumer<A> action) {
    for (Entry<A> entry : place) {
      if (entry.isFirstFor(event)) {
        action.accept(entry.owner);
      }
    }
  }
}
