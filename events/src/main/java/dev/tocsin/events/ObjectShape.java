package dev.tocsin.events;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Any JSON object.
record ObjectShape() implements Shape {

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      parser.skipChildren();
    } else {
      check.wrongType(parser, this);
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.object();
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "object");
  }

  @Override
  public JsonNode example(String example) {
    return Json.literal(example);
  }

  @Override
  public Object read(JsonNode value) {
    return object(value);
  }

  private static Map<String, @Nullable Object> object(JsonNode node) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    node.forEachEntry((name, child) -> map.put(name, java(child)));
    return map;
  }

  private static @Nullable Object java(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> object(node);
      case ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>(node.size());
        node.forEach(item -> list.add(java(item)));
        yield list;
      }
      case STRING -> node.stringValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.numberValue();
      case NULL, MISSING -> null;
      case POJO, BINARY -> throw new IllegalStateException("not read from JSON: " + node);
    };
  }

  @Override
  public JsonNode write(Object value) {
    return JavaValues.tree(value);
  }

  @Override
  public String noun() {
    return "an object";
  }
}
