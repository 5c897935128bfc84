package dev.tocsin.events;

import java.math.BigDecimal;
import java.math.BigInteger;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads JSON into a tree. Unlike the mapper it takes every number: one whose exponent no
/// [BigDecimal] holds becomes [JsonNumbers#value] of it.
class TreeReader {

  static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// So many characters surely are a `long`.
  private static final int SAFE_LONG_LENGTH = 18;

  /// Reads the value whose first token the parser stands on, and leaves it on the last one.
  JsonNode read(JsonParser parser) {
    return read(NODES.missingNode(), "", parser);
  }

  private JsonNode read(JsonNode parent, Object nameOrIndex, JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> text(parent, nameOrIndex, parser);
      case VALUE_NUMBER_INT -> integer(parser.getString());
      case VALUE_NUMBER_FLOAT -> decimal(parser.getString());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value at " + parser.currentToken());
    };
  }

  private ObjectNode object(JsonParser parser) {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      object.set(name, read(object, name, parser));
    }
    return object;
  }

  private ArrayNode array(JsonParser parser) {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(read(array, array.size(), parser));
    }
    return array;
  }

  /// The node of a text, which is going to be the child `nameOrIndex` of `parent`.
  JsonNode text(JsonNode parent, Object nameOrIndex, JsonParser parser) {
    return NODES.stringNode(parser.getString());
  }

  /// The smallest node that holds the integer, as the mapper has it.
  JsonNode integer(String number) {
    if (number.length() > SAFE_LONG_LENGTH) {
      BigInteger value = new BigInteger(number);
      return value.bitLength() < Long.SIZE
          ? NODES.numberNode(value.longValue())
          : NODES.numberNode(value);
    }
    long value = Long.parseLong(number);
    return (int) value == value ? NODES.numberNode((int) value) : NODES.numberNode(value);
  }

  JsonNode decimal(String number) {
    try {
      return NODES.numberNode(new BigDecimal(number));
    } catch (NumberFormatException e) { // the exponent, since this is a number
      return NODES.numberNode(JsonNumbers.value(number));
    }
  }
}
