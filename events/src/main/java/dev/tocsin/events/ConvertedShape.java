package dev.tocsin.events;

import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A value that the record holds in another Java type than the shape that it has on the wire.
///
/// @param fromWire makes the Java value of what `wire` reads
/// @param toWire makes the JSON of the Java value
record ConvertedShape(
    Shape wire,
    UnaryOperator<Object> fromWire,
    java.util.function.Function<Object, JsonNode> toWire)
    implements Shape {

  /// An `int`, for which reading a greater integer throws an [ArithmeticException].
  static ConvertedShape ofInt(Bounds bounds) {
    return new ConvertedShape(
        new IntegerShape(bounds),
        value -> Math.toIntExact((Long) value),
        value -> JsonNodeFactory.instance.numberNode((Integer) value));
  }

  /// A moment on the time line; the text's offset and its digits beyond the nanosecond are not kept.
  static ConvertedShape ofInstant() {
    return new ConvertedShape(
        new TimestampShape(),
        value -> ((Timestamp) value).toInstant(),
        value -> JsonNodeFactory.instance.stringNode(((Instant) value).toString()));
  }

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    wire.check(parser, check);
  }

  @Override
  public boolean accepts(PlainJson json) {
    return wire.accepts(json);
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    wire.describe(schema, definitions);
  }

  @Override
  public JsonNode example(String example) {
    return wire.example(example);
  }

  @Override
  public Object read(JsonNode value) {
    return fromWire.apply(wire.read(value));
  }

  @Override
  public JsonNode write(Object value) {
    return toWire.apply(value);
  }

  @Override
  public String noun() {
    return wire.noun();
  }
}
