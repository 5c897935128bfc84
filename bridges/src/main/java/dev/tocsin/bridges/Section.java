package dev.tocsin.bridges;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A value of a file with its place, read member by member; what is wrong goes into the [Faults] of the file, and reading goes on.
///
/// @param json missing where there is nothing
/// @param pointer where it stands
record Section(JsonNode json, String pointer, Faults faults) {

  /// A member; missing when there is none.
  Section at(String name) {
    return new Section(
        json.path(name), pointer + '/' + name.replace("~", "~0").replace("/", "~1"), faults);
  }

  boolean isThere() {
    return !json.isMissingNode();
  }

  void fault(String message) {
    faults.add(pointer, message);
  }

  /// Tells that a word is none of those that there are.
  void unknown(String message, String word, Set<String> known) {
    faults.addWord(pointer, message, word, known);
  }

  /// Whether it is an object; if not, that is told.
  boolean isObject(String what) {
    if (!json.isObject()) {
      fault((isThere() ? "must be " : "is required: ") + what);
    }
    return json.isObject();
  }

  /// Tells of each member that is none of these.
  void allow(String... names) {
    Set<String> known = Set.of(names);
    if (json.isObject()) {
      for (String name : json.propertyNames()) {
        if (!known.contains(name)) {
          at(name)
              .unknown(
                  "there is no member " + Faults.quoted(name),
                  name,
                  known.stream().sorted().collect(Collectors.toCollection(LinkedHashSet::new)));
        }
      }
    }
  }

  /// The text; `null` when it is none, which is told.
  @Nullable String text(String what) {
    if (json.isString() && !json.stringValue().isEmpty()) {
      return json.stringValue();
    }
    fault((isThere() ? "must be " : "is required: ") + what);
    return null;
  }

  /// The text; `null` when there is nothing, or no text, which is told.
  @Nullable String optionalText(String what) {
    return isThere() ? text(what) : null;
  }

  /// The members of an object, in their order.
  Map<String, Section> members() {
    Map<String, Section> members = new LinkedHashMap<>();
    for (String name : json.propertyNames()) {
      members.put(name, at(name));
    }
    return members;
  }

  /// The items of an array that has one at least; empty when it is none, which is told.
  ///
  /// @param most how many there may be
  List<Section> items(String what, int most) {
    if (!json.isArray() || json.isEmpty()) {
      fault((isThere() ? "must be " : "is required: ") + what);
      return List.of();
    }
    if (json.size() > most) {
      fault("there may be " + most + " at most; there are " + json.size());
      return List.of();
    }
    List<Section> items = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      items.add(new Section(json.get(i), pointer + '/' + i, faults));
    }
    return items;
  }
}
