package dev.tocsin.events;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Says in the protocol's words what the JSON Schema validator found.
final class SchemaFaults {

  private static final int MAX_VALUES_SHOWN = 20;

  private SchemaFaults() {}

  /// One error as a fault of the payload.
  static PayloadError payloadError(Error error) {
    String place = pointer(error.getInstanceLocation());
    String code = code(error);
    return switch (code) {
      case "required" -> missing(place, code, error.getProperty(), "is required");
      case "dependentRequired" ->
          missing(place, code, argument(error, 0), "is required beside " + argument(error, 1));
      case "additionalProperties", "unevaluatedProperties" ->
          new PayloadError(inside(place, error), code, "is not a field of this object");
      case "items", "unevaluatedItems" ->
          new PayloadError(
              PayloadCheck.pointer(place, argument(error, 0)),
              code,
              "is not an item of this array");
      case "propertyNames" ->
          new PayloadError(inside(place, error), code, "is not an allowed name");
      case "false" -> new PayloadError(place, "not", "must not be there");
      default -> new PayloadError(place, code, message(code, error));
    };
  }

  /// The validator takes `contains` for a `minContains` that is not written.
  private static String code(Error error) {
    String keyword = error.getKeyword();
    boolean implied = keyword.equals("minContains") && argument(error, 0).equals("1");
    return implied ? "contains" : keyword;
  }

  private static PayloadError missing(String place, String code, String field, String what) {
    return new PayloadError(
        PayloadCheck.pointer(place, field), code, PayloadCheck.shortened(field) + ' ' + what);
  }

  private static String inside(String place, Error error) {
    String property = error.getProperty();
    return property == null ? place : PayloadCheck.pointer(place, property);
  }

  private static String argument(Error error, int index) {
    Object[] arguments = error.getArguments();
    return arguments == null || arguments.length <= index ? "" : String.valueOf(arguments[index]);
  }

  private static String message(String keyword, Error error) {
    JsonNode limit = error.getSchemaNode();
    JsonNode value = error.getInstanceNode();
    return switch (keyword) {
      case "type" -> "must be " + nouns(limit) + was(value);
      case "enum" -> "must be one of " + values(limit) + was(value);
      case "const" -> "must be " + shown(limit) + was(value);
      case "minimum" -> "must be at least " + shown(limit) + was(value);
      case "maximum" -> "must be at most " + shown(limit) + was(value);
      case "exclusiveMinimum" -> "must be greater than " + shown(limit) + was(value);
      case "exclusiveMaximum" -> "must be less than " + shown(limit) + was(value);
      case "multipleOf" -> "must be a multiple of " + shown(limit) + was(value);
      case "minLength" -> "must have at least " + shown(limit) + " characters" + was(value);
      case "maxLength" -> "must have at most " + shown(limit) + " characters" + was(value);
      case "minItems" -> "must have at least " + shown(limit) + " items";
      case "maxItems" -> "must have at most " + shown(limit) + " items";
      case "minProperties" -> "must have at least " + shown(limit) + " fields";
      case "maxProperties" -> "must have at most " + shown(limit) + " fields";
      case "uniqueItems" -> "must not have the same item twice";
      case "pattern" -> "must match the pattern " + shown(limit) + was(value);
      case "format" -> "must be of the format " + shown(limit) + was(value);
      case "not" -> "must not be what the schema excludes" + was(value);
      case "contains" -> "must have an item of the kind that the schema asks for";
      case "minContains" -> "must have at least " + ofTheKind(error);
      case "maxContains" -> "must have at most " + ofTheKind(error);
      case "anyOf" -> "must fit one of the schema's alternatives";
      case "oneOf" ->
          "must fit exactly one of the schema's alternatives, and fits " + argument(error, 0);
      default -> PayloadCheck.shortened(error.getMessage());
    };
  }

  private static String ofTheKind(Error error) {
    return argument(error, 0) + " items of the kind that the schema asks for";
  }

  private static String was(@Nullable JsonNode value) {
    return value == null ? "" : "; was " + shown(value);
  }

  /// The value as a message shows it: short, whatever it is.
  private static String shown(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> PayloadCheck.quoted(value.stringValue());
      case NUMBER -> PayloadCheck.shortened(plain(value.decimalValue()));
      case BOOLEAN, NULL, BINARY, MISSING, POJO -> value.toString();
    };
  }

  private static String plain(BigDecimal number) {
    return number.scale() >= -18 ? number.toPlainString() : number.toString();
  }

  private static String values(JsonNode values) {
    String shown =
        values
            .valueStream()
            .limit(MAX_VALUES_SHOWN)
            .map(value -> value.isString() ? value.stringValue() : shown(value))
            .collect(Collectors.joining(", "));
    return values.size() > MAX_VALUES_SHOWN ? shown + ", …" : shown;
  }

  private static String nouns(JsonNode types) {
    return types instanceof ArrayNode several
        ? several
            .valueStream()
            .map(type -> noun(type.stringValue()))
            .collect(Collectors.joining(" or "))
        : noun(types.stringValue());
  }

  private static String noun(String type) {
    return switch (type) {
      case "array", "integer", "object" -> "an " + type;
      case "boolean" -> "true or false";
      case "null" -> type;
      default -> "a " + type;
    };
  }

  /// The path as a JSON pointer; the validator's own text of it escapes more than that.
  static String pointer(NodePath path) {
    Deque<Object> steps = new ArrayDeque<>();
    for (NodePath at = path; at != null && at.getElement(-1) != null; at = at.getParent()) {
      steps.push(at.getElement(-1));
    }
    String pointer = "";
    for (Object step : steps) {
      pointer = PayloadCheck.pointer(pointer, step);
    }
    return pointer;
  }
}
