package dev.tocsin.hub;

import dev.tocsin.events.Condition;
import dev.tocsin.events.Conditions;
import dev.tocsin.events.FieldValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Conditions of which one or another has to hold, brought into one form however they were gathered: those that differ in
/// the values of one field only are joined, and those that another one implies are left out.
final class Alternatives {

  /// More are left as they are: to compare each with each costs its square.
  private static final int MAX_COMPARED = 16;

  private Alternatives() {}

  /// The simplest that let the same through.
  static Set<Conditions> simplest(Collection<Conditions> alternatives) {
    if (alternatives.size() == 1 || alternatives.size() > MAX_COMPARED) {
      return Set.copyOf(alternatives);
    }
    Set<Conditions> joined = new LinkedHashSet<>(alternatives);
    SortedMap<String, Boolean> fields = new TreeMap<>();
    alternatives.forEach(one -> one.byField().keySet().forEach(name -> fields.put(name, true)));
    int before;
    do {
      before = joined.size();
      for (String field : fields.keySet()) {
        joined = joinedBy(field, joined);
      }
    } while (joined.size() < before);
    return withoutImplied(joined);
  }

  /// Joins those that say the same of every other field.
  private static Set<Conditions> joinedBy(String field, Set<Conditions> alternatives) {
    Map<Map<String, Condition>, Set<FieldValue>> values = new HashMap<>();
    Set<Conditions> result = new LinkedHashSet<>();
    for (Conditions one : alternatives) {
      Condition condition = one.byField().get(field);
      Set<FieldValue> some = condition == null ? null : condition.values();
      if (some == null) {
        result.add(one);
      } else {
        Map<String, Condition> others = new HashMap<>(one.byField());
        others.remove(field);
        values.computeIfAbsent(others, others2 -> new HashSet<>()).addAll(some);
      }
    }
    values.forEach((others, some) -> {
      SortedMap<String, Condition> all = new TreeMap<>(others);
      all.put(field, Condition.oneOf(some));
      result.add(new Conditions(all));
    });
    return result;
  }

  private static Set<Conditions> withoutImplied(Set<Conditions> alternatives) {
    List<Conditions> kept = new ArrayList<>();
    for (Conditions one : alternatives) {
      if (kept.stream().noneMatch(other -> implies(one, other))) {
        kept.removeIf(other -> implies(other, one));
        kept.add(one);
      }
    }
    return Set.copyOf(kept);
  }

  /// Whether whatever fulfils the first fulfils the second.
  private static boolean implies(Conditions first, Conditions second) {
    for (Map.Entry<String, Condition> entry : second.byField().entrySet()) {
      Condition stricter = first.byField().get(entry.getKey());
      if (stricter == null || !stricter.implies(entry.getValue())) {
        return false;
      }
    }
    return true;
  }
}
