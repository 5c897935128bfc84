package dev.tocsin.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One of the wire names of a Java enum, accepted in any letter case and delivered in lower case.
///
/// @param names the wire names, in the order of the constants
record EnumShape(List<Enum<?>> constants, List<String> names) implements Shape {

  EnumShape {
    constants = List.copyOf(constants);
    names = List.copyOf(names);
  }

  /// @param type an enum class
  static EnumShape of(Class<?> type) {
    List<Enum<?>> constants = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      constants.add((Enum<?>) constant);
    }
    if (constants.isEmpty()) {
      throw new IllegalArgumentException(type.getName() + " has no constants, so nothing is one");
    }
    List<String> names = constants.stream().map(EnumShape::wireName).toList();
    if (names.stream().distinct().count() < names.size()
        || !names.stream().allMatch(name -> name.equals(Ascii.lowerCase(name)))) {
      throw new IllegalArgumentException(
          type.getName() + " must have wire names in lower case, each once; has " + names);
    }
    return new EnumShape(constants, names);
  }

  /// The constant as it stands on the wire.
  static String wireName(Enum<?> constant) {
    return constant instanceof WireNamed named
        ? named.wireName()
        : Ascii.lowerCase(constant.name());
  }

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      check.wrongType(parser, this);
      return;
    }
    String text = parser.getString();
    String name = nameOf(text);
    if (name == null) {
      check.fault(
          "enum",
          "must be one of " + String.join(", ", names) + "; was " + PayloadCheck.quoted(text));
    } else if (!name.equals(text)) {
      check.replaceText(parser, name);
    }
  }

  private @Nullable String nameOf(String text) {
    for (String name : names) {
      if (Ascii.equalsLowerCased(text, name)) {
        return name;
      }
    }
    return null;
  }

  @Override
  public boolean accepts(PlainJson json) {
    if (!json.text() || !json.isSimple()) {
      return false;
    }
    for (String name : names) {
      if (name.contentEquals(json)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "string");
    ArrayNode values = schema.putArray("enum");
    names.forEach(values::add);
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.stringNode(names.getFirst());
  }

  @Override
  public Object read(JsonNode value) {
    return constants.get(names.indexOf(Ascii.lowerCase(value.stringValue())));
  }

  @Override
  public JsonNode write(Object value) {
    return JsonNodeFactory.instance.stringNode(wireName((Enum<?>) value));
  }

  @Override
  public String noun() {
    return "a string";
  }
}
