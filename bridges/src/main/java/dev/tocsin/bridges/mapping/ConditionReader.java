package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.Condition;
import dev.tocsin.events.FieldValue;
import dev.tocsin.events.JsonNumber;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads what a mapping asks of a message, in the words of a filter (`where`): a value, a list of values, or an object with
/// `not`, `min` or `max`.
final class ConditionReader {

  /// How many values a condition may name.
  static final int MAX_VALUES = 256;

  private static final String FORMS =
      "a value, a list of values, or an object with not, min or max";

  private ConditionReader() {}

  /// The condition; what is wrong with it is told.
  static Condition read(Section section) {
    JsonNode json = section.json();
    if (!json.isObject()) {
      return Condition.oneOf(values(section, false));
    }
    section.allow("not", "min", "max");
    if (json.isEmpty()) {
      section.fault("must be " + FORMS);
    }
    Section not = section.at("not");
    JsonNumber min = bound(section.at("min"));
    JsonNumber max = bound(section.at("max"));
    if (min != null && max != null && min.compareTo(max) > 0) {
      section.fault("min is greater than max: nothing is both");
    }
    return new Condition(null, not.isThere() ? values(not, true) : Set.of(), min, max);
  }

  private static Set<FieldValue> values(Section section, boolean mayBeEmpty) {
    JsonNode json = section.json();
    List<JsonNode> all = new ArrayList<>();
    if (json.isArray()) {
      json.forEach(all::add);
    } else {
      all.add(json);
    }
    if (all.size() > MAX_VALUES) {
      section.fault("may name " + MAX_VALUES + " values at most");
      return Set.of();
    }
    if (all.isEmpty() && !mayBeEmpty) {
      section.fault("the list is empty: nothing is one of its values");
    }
    Set<FieldValue> values = new HashSet<>();
    for (JsonNode one : all) {
      FieldValue value = Scalars.comparable(one);
      if (value == null) {
        section.fault("must be " + FORMS + "; a value is a string, a number or a boolean");
        return Set.of();
      }
      values.add(value);
    }
    return values;
  }

  private static @Nullable JsonNumber bound(Section section) {
    if (!section.isThere()) {
      return null;
    }
    if (Scalars.comparable(section.json()) instanceof JsonNumber number) {
      return number;
    }
    section.fault("must be a number");
    return null;
  }
}
