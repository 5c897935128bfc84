package dev.tocsin.events;

import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A string that is a UUID (RFC 9562) in its usual form, in any letter case.
record UuidShape() implements Shape {

  private static final String EXAMPLE = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
  private static final String PATTERN =
      "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      check.wrongType(parser, this);
      return;
    }
    String text = parser.getString();
    if (!isUuid(text)) {
      check.fault(
          "format", "must be a UUID such as " + EXAMPLE + "; was " + PayloadCheck.quoted(text));
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.text() && json.isSimple() && isUuid(json);
  }

  private static boolean isUuid(CharSequence text) {
    if (text.length() != EXAMPLE.length()) {
      return false;
    }
    for (int i = 0; i < EXAMPLE.length(); i++) {
      char c = text.charAt(i);
      boolean fits =
          EXAMPLE.charAt(i) == '-'
              ? c == '-'
              : (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "string");
    schema.put("pattern", PATTERN);
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.stringNode(example.isEmpty() ? EXAMPLE : example);
  }

  @Override
  public Object read(JsonNode value) {
    return UUID.fromString(value.stringValue());
  }

  @Override
  public JsonNode write(Object value) {
    return JsonNodeFactory.instance.stringNode(value.toString());
  }

  @Override
  public String noun() {
    return "a UUID string";
  }
}
