package dev.tocsin.describe;

import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The JSON Schemas of whole events, and examples of them, for documents whose schemas stand in `components`.
final class EventSchemas {

  private static final String PREFIX = "#/components/schemas/";
  private static final String TIME = "2026-01-09T12:00:00Z";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private EventSchemas() {}

  /// A reference to a schema of the document.
  static ObjectNode reference(String name) {
    return NODES.objectNode().put("$ref", PREFIX + name);
  }

  /// A part with its references as the document has them.
  static JsonNode schema(Part part) {
    return NamedSchemas.rewritten(
        part.schema(),
        reference -> {
          Part target = part.document().parts().get(reference);
          // What leads nowhere was refused when the catalog was loaded.
          return PREFIX + Objects.requireNonNull(target, reference).name();
        });
  }

  /// An event as it is delivered.
  ///
  /// @param required further fields that it surely has
  static ObjectNode event(NamedSchemas.Entry entry, List<String> required) {
    EventType type = entry.type();
    ObjectNode schema = NODES.objectNode().put("type", "object");
    schema.put("title", type.name()).put("description", type.description());
    PayloadSchema payload = type.payload();
    if (payload != null) {
      payload.keyField().ifPresent(key -> schema.put("x-tocsin-key", key));
    }
    ArrayNode names = schema.putArray("required").add("type");
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("type").put("type", "string").put("const", type.name());
    if (entry.payload() != null) {
      names.add("payload");
      properties.set("payload", reference(entry.payload().name()));
    }
    required.forEach(names::add);
    text(properties, "timestamp", "When it happened: an ISO 8601 date-time with an offset");
    if (type.reserved()) {
      switch (type.name()) {
        case "ping" -> number(properties, "sequence", "A position");
        case "pong", "error" ->
            properties
                .putObject("id")
                .put("description", "That of the action it answers")
                .putArray("type")
                .add("string")
                .add("integer");
        default -> {}
      }
    } else {
      text(properties, "correlation_id", "The producer's");
      text(properties, "channel", "A label to group by; by default " + type.channel());
      number(properties, "sequence", "Its place in the log; passed over where it is published");
      number(properties, "previous", "Nothing between it and sequence matched the subscription");
      properties
          .putObject("initial")
          .put("type", "boolean")
          .put("const", true)
          .put("description", "The subscription began with it; it has no previous then");
    }
    return schema;
  }

  private static void text(ObjectNode properties, String name, String description) {
    properties.putObject(name).put("type", "string").put("description", description);
  }

  private static void number(ObjectNode properties, String name, String description) {
    properties
        .putObject(name)
        .put("type", "integer")
        .put("minimum", 0)
        .put("description", description);
  }

  /// An event as its producer may write it.
  static ObjectNode example(NamedSchemas.Entry entry) {
    ObjectNode example = NODES.objectNode().put("type", entry.type().name());
    if (entry.example() != null) {
      example.set("payload", entry.example());
    }
    return example.put("timestamp", TIME);
  }

  /// The same as it is delivered.
  static ObjectNode delivered(NamedSchemas.Entry entry) {
    ObjectNode example = example(entry);
    return entry.type().reserved()
        ? example
        : example.put("channel", entry.type().channel()).put("sequence", 1241).put("previous", 0);
  }

  /// The same as a CloudEvent.
  static ObjectNode cloudEvent(NamedSchemas.Entry entry) {
    ObjectNode example =
        NODES
            .objectNode()
            .put("specversion", "1.0")
            .put("type", CloudEvents.TYPE_PREFIX + entry.type().name())
            .put("source", "/cameras/front")
            .put("id", "a-17")
            .put("time", TIME)
            .put("datacontenttype", "application/json");
    if (entry.example() != null) {
      example.set("data", entry.example());
    }
    return example;
  }
}
