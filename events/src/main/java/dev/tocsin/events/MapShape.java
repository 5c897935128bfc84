package dev.tocsin.events;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An object whose values are all of one shape.
record MapShape(Shape values) implements Shape {

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      check.wrongType(parser, this);
      return;
    }
    while (!check.isFull() && parser.nextToken() == JsonToken.PROPERTY_NAME) {
      check.enter(parser.currentName());
      parser.nextToken();
      values.check(parser, check);
      check.leave();
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    if (!json.enter('{')) {
      return false;
    }
    if (json.leave('}')) {
      return true;
    }
    int first = json.names();
    do {
      if (!json.name() || !json.isNewName(first) || !values.accepts(json)) {
        return false;
      }
    } while (json.take(','));
    json.forget(first);
    return json.leave('}');
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "object");
    values.describe(schema.putObject("additionalProperties"), definitions);
  }

  @Override
  public JsonNode example(String example) {
    return Json.literal(example);
  }

  @Override
  public Object read(JsonNode value) {
    Map<String, Object> map = new LinkedHashMap<>();
    value.forEachEntry((name, child) -> map.put(name, values.read(child)));
    return map;
  }

  @Override
  public JsonNode write(Object value) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ((Map<?, ?>) value)
        .forEach((name, child) ->
            node.set((String) name, child == null ? node.nullNode() : values.write(child)));
    return node;
  }

  @Override
  public String noun() {
    return "an object";
  }
}
