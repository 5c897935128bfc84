package dev.tocsin.events;

import java.math.BigDecimal;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A number without a fractional part, as JSON Schema defines it: `1.0` and `1e2` are integers.
///
/// JSON sets no limit to its size. The typed record holds 64 bits, so that reading a greater one
/// into a record throws an [ArithmeticException]; the event itself passes through untouched.
record IntegerShape(Bounds bounds) implements Shape {

  private static final int LONG_DIGITS = 19;

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    JsonToken token = parser.currentToken();
    boolean integer =
        token == JsonToken.VALUE_NUMBER_INT
            || (token == JsonToken.VALUE_NUMBER_FLOAT && JsonNumbers.isInteger(parser.getString()));
    if (integer) {
      bounds.check(parser, check);
    } else {
      check.wrongType(parser, this);
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.number() && json.isWhole() && bounds.accepts(json);
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "integer");
    bounds.describe(schema);
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.numberNode(Long.parseLong(example));
  }

  @Override
  public Object read(JsonNode value) {
    BigDecimal number = value.decimalValue();
    if (number.signum() != 0 && number.precision() - (long) number.scale() > LONG_DIGITS) {
      throw new ArithmeticException("an integer of more than 64 bits");
    }
    return number.longValueExact();
  }

  @Override
  public JsonNode write(Object value) {
    return JsonNodeFactory.instance.numberNode((Long) value);
  }

  @Override
  public String noun() {
    return "an integer";
  }
}
