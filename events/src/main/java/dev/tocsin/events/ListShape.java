package dev.tocsin.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An array whose items are all of one shape.
record ListShape(Shape items) implements Shape {

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      check.wrongType(parser, this);
      return;
    }
    for (int i = 0; !check.isFull() && parser.nextToken() != JsonToken.END_ARRAY; i++) {
      check.enter(i);
      items.check(parser, check);
      check.leave();
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    if (!json.enter('[')) {
      return false;
    }
    if (json.leave(']')) {
      return true;
    }
    do {
      if (!items.accepts(json)) {
        return false;
      }
    } while (json.take(','));
    return json.leave(']');
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "array");
    items.describe(schema.putObject("items"), definitions);
  }

  @Override
  public JsonNode example(String example) {
    if (example.isEmpty()) {
      return JsonNodeFactory.instance.arrayNode().add(items.example(example));
    }
    return Json.literal(example);
  }

  @Override
  public Object read(JsonNode value) {
    List<Object> list = new ArrayList<>(value.size());
    value.forEach(item -> list.add(items.read(item)));
    return list;
  }

  @Override
  public JsonNode write(Object value) {
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    ((List<?>) value).forEach(item -> node.add(item == null ? node.nullNode() : items.write(item)));
    return node;
  }

  @Override
  public String noun() {
    return "an array";
  }
}
