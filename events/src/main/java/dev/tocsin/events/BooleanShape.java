package dev.tocsin.events;

import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `true` or `false`.
record BooleanShape() implements Shape {

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (!parser.currentToken().isBoolean()) {
      check.wrongType(parser, this);
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.peek() == 't' ? json.word("true") : json.word("false");
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "boolean");
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.booleanNode(Boolean.parseBoolean(example));
  }

  @Override
  public Object read(JsonNode value) {
    return value.booleanValue();
  }

  @Override
  public JsonNode write(Object value) {
    return JsonNodeFactory.instance.booleanNode((Boolean) value);
  }

  @Override
  public String noun() {
    return "true or false";
  }
}
