package dev.tocsin.events;

import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;
import tools.jackson.databind.util.RawValue;

/// Writes trees as JSON on one line, as the mapper does. It needs no mapper, the making of which loads six hundred classes and
/// a quarter of the time in which a hub starts.
final class TreeWriter {

  private TreeWriter() {}

  static String text(JsonNode tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json =
        StrictJson.factory().createGenerator(ObjectWriteContext.empty(), text)) {
      write(tree, json);
    }
    return text.toString();
  }

  static byte[] utf8(JsonNode tree) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json =
        StrictJson.factory().createGenerator(ObjectWriteContext.empty(), bytes)) {
      write(tree, json);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonNode node, JsonGenerator json) {
    switch (node) {
      case ObjectNode object -> {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> property : object.properties()) {
          json.writeName(property.getKey());
          write(property.getValue(), json);
        }
        json.writeEndObject();
      }
      case ArrayNode array -> {
        json.writeStartArray();
        for (JsonNode item : array) {
          write(item, json);
        }
        json.writeEndArray();
      }
      case POJONode pojo when pojo.getPojo() instanceof RawValue raw ->
          json.writeRawValue(String.valueOf(raw.rawValue()));
      default -> writeValue(node, json);
    }
  }

  private static void writeValue(JsonNode node, JsonGenerator json) {
    switch (node.getNodeType()) {
      case STRING -> json.writeString(node.stringValue());
      case BOOLEAN -> json.writeBoolean(node.booleanValue());
      case NULL, MISSING -> json.writeNull();
      case NUMBER -> writeNumber(node, json);
      // Nothing of ours makes such a node; the application's own tree may hold any object.
      case POJO, BINARY, ARRAY, OBJECT ->
          json.writeRawValue(Json.mapper().writeValueAsString(node));
    }
  }

  private static void writeNumber(JsonNode node, JsonGenerator json) {
    switch (node.numberType()) {
      case INT, LONG -> json.writeNumber(node.longValue());
      case BIG_INTEGER -> json.writeNumber(node.bigIntegerValue());
      case BIG_DECIMAL -> json.writeNumber(node.decimalValue());
      case FLOAT -> json.writeNumber(node.floatValue());
      case DOUBLE -> json.writeNumber(node.doubleValue());
    }
  }
}
