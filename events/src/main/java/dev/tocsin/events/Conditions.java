package dev.tocsin.events;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a [Where] comes down to for the events of one type: a condition for each of some fields, all of which must hold.
/// Immutable; those that mean the same are equal, however they were written.
///
/// @param byField by the field's name, at least one
public record Conditions(SortedMap<String, Condition> byField) {

  public Conditions {
    byField = Collections.unmodifiableSortedMap(new TreeMap<>(byField));
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
}
