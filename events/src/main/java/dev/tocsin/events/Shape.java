package dev.tocsin.events;

import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What values a place in a payload may hold, compiled once from a record component.
///
/// A shape is the one source for its place: it checks the JSON, describes itself as JSON Schema,
/// and converts between JSON and the Java value of the record.
sealed interface Shape
    permits BooleanShape,
        ConvertedShape,
        EnumShape,
        IntegerShape,
        ListShape,
        MapShape,
        NumberShape,
        ObjectShape,
        RecordShape,
        TextShape,
        TimestampShape,
        UuidShape {

  /// Checks the value whose first token the parser stands on, and leaves it on the last one, or anywhere
  /// when the check is full ([PayloadCheck#isFull]).
  void check(JsonParser parser, PayloadCheck check);

  /// Whether the value at the cursor surely is of this shape and needs no normalising; the cursor is
  /// after it then. Otherwise that is not known, and [#check] has to find out.
  boolean accepts(PlainJson json);

  /// Writes the keywords that describe this shape into `schema`; nested payloads go to
  /// `definitions`.
  void describe(ObjectNode schema, Map<String, ObjectNode> definitions);

  /// A valid value, written like `example` where the shape itself has no better one.
  JsonNode example(String example);

  /// The Java value of a checked JSON value.
  Object read(JsonNode value);

  /// The JSON value of a Java value, which need not be valid: whoever writes it has it checked. What JSON
  /// cannot say becomes a node as in [JavaValues].
  JsonNode write(Object value);

  /// What a person calls such a value, with its article: `a string`.
  String noun();
}
