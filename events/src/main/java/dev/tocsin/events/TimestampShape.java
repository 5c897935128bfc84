package dev.tocsin.events;

import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A string that is an ISO 8601 date-time, see [Timestamp].
record TimestampShape() implements Shape {

  private static final String EXAMPLE = "2026-01-09T12:00:00Z";

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      check.wrongType(parser, this);
      return;
    }
    String text = parser.getString();
    if (!IsoDateTime.isDateTime(text)) {
      check.fault(
          "format",
          "must be an ISO 8601 date-time such as "
              + EXAMPLE
              + "; was "
              + PayloadCheck.quoted(text));
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.text() && json.isSimple() && IsoDateTime.isDateTime(json);
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "string");
    schema.put("pattern", IsoDateTime.PATTERN);
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.stringNode(EXAMPLE);
  }

  @Override
  public Object read(JsonNode value) {
    return new Timestamp(value.stringValue());
  }

  @Override
  public JsonNode write(Object value) {
    return JsonNodeFactory.instance.stringNode(((Timestamp) value).text());
  }

  @Override
  public String noun() {
    return "an ISO 8601 date-time string";
  }
}
