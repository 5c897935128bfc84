package dev.tocsin.events;

import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Any JSON object.
record ObjectShape() implements Shape {

  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

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
    return Json.MAPPER.readTree(example);
  }

  @Override
  public Object read(JsonNode value) {
    return Json.MAPPER.convertValue(value, MAP);
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
