package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Section;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A value that a field can get, tried against its schema before any message comes.
///
/// @param place where the file says so
/// @param value all that the field gets in this try: what is within an object or an array stands there alone
/// @param exact whether the field can get this very value; otherwise only the kind of value counts
/// @param inside where in the field it is, as a JSON pointer; empty for all of it
/// @param given which members an object has, whatever they are
record Sample(Section place, JsonNode value, boolean exact, String inside, Set<String> given) {

  Sample {
    given = Set.copyOf(given);
  }

  /// A value that is all that the field gets.
  Sample(Section place, JsonNode value, boolean exact) {
    this(place, value, exact, "", Set.of());
  }

  /// An object with these members, whatever they are.
  static Sample ofObject(Section place, Set<String> given) {
    return new Sample(place, JsonNodeFactory.instance.objectNode(), false, "", given);
  }

  /// The same as a member of an object.
  Sample asMember(String name) {
    return new Sample(
        place,
        JsonNodeFactory.instance.objectNode().set(name, value),
        exact,
        '/' + Section.escaped(name) + inside,
        given);
  }

  /// The same as an item of an array.
  Sample asItem() {
    return new Sample(
        place, JsonNodeFactory.instance.arrayNode().add(value), exact, "/0" + inside, given);
  }
}
