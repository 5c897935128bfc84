package dev.tocsin.events;

import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Any string, also the empty one.
record TextShape() implements Shape {

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      check.wrongType(parser, this);
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.text();
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "string");
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.stringNode(example);
  }

  @Override
  public Object read(JsonNode value) {
    return value.stringValue();
  }

  @Override
  public JsonNode write(Object value) {
    return JsonNodeFactory.instance.stringNode((String) value);
  }

  @Override
  public String noun() {
    return "a string";
  }
}
