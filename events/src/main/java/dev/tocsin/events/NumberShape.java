package dev.tocsin.events;

import java.math.BigDecimal;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Any number. The typed record holds the nearest `double`, so that reading one beyond its range
/// into a record throws an [ArithmeticException]; the event itself keeps every digit.
record NumberShape(Bounds bounds) implements Shape {

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken().isNumeric()) {
      bounds.check(parser, check);
    } else {
      check.wrongType(parser, this);
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return json.number() && bounds.accepts(json);
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "number");
    bounds.describe(schema);
  }

  @Override
  public JsonNode example(String example) {
    return JsonNodeFactory.instance.numberNode(new BigDecimal(example));
  }

  @Override
  public Object read(JsonNode value) {
    double number = value.decimalValue().doubleValue();
    if (Double.isInfinite(number)) {
      throw new ArithmeticException("a number beyond the range of double");
    }
    return number;
  }

  @Override
  public JsonNode write(Object value) {
    return JavaValues.real((Double) value);
  }

  @Override
  public String noun() {
    return "a number";
  }
}
