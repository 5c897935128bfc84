package dev.tocsin.describe;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The WebSocket of a server as AsyncAPI 3.0: a template with the actions and their answers, and what comes of the catalog and
/// of the protocol's codes.
final class AsyncApi {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectNode document = Template.read("asyncapi.json");

  private AsyncApi() {}

  /// @param version of the program
  /// @param hash of the catalog
  static ObjectNode of(NamedSchemas schemas, String version, String hash) {
    AsyncApi made = new AsyncApi();
    ObjectNode info = (ObjectNode) made.document.get("info");
    info.put("version", version).put("x-tocsin-catalog", hash);
    made.write(schemas);
    return made.document;
  }

  private void write(NamedSchemas schemas) {
    ObjectNode channel = (ObjectNode) document.get("channels").get("events");
    channel.set("x-close-codes", Codes.close());
    ObjectNode components = (ObjectNode) document.get("components");
    ObjectNode messages = (ObjectNode) components.get("messages");
    ObjectNode parts = (ObjectNode) components.get("schemas");
    messages.forEachEntry((name, message) -> ((ObjectNode) message).put("name", name));
    parts.set("errorCode", Codes.errorSchema());
    for (NamedSchemas.Entry entry : schemas.entries()) {
      messages.set(entry.name(), message(entry));
      operation(entry.type().reserved() ? "sayUnasked" : "deliverEvents", entry);
    }
    schemas.parts().forEach(part -> parts.set(part.name(), Draft7.of(EventSchemas.schema(part))));
    ObjectNode ofChannel = (ObjectNode) channel.get("messages");
    messages
        .propertyNames()
        .forEach(name -> ofChannel.putObject(name).put("$ref", "#/components/messages/" + name));
  }

  private static ObjectNode message(NamedSchemas.Entry entry) {
    ObjectNode message =
        NODES
            .objectNode()
            .put("name", entry.type().name())
            .put("title", entry.type().name())
            .put("summary", entry.type().description());
    List<String> required =
        entry.type().reserved() ? List.of("timestamp") : List.of("timestamp", "sequence");
    message.set("payload", Draft7.of(EventSchemas.event(entry, required)));
    if (entry.example() != null || entry.payload() == null) {
      message
          .putArray("examples")
          .addObject()
          .put("name", "example")
          .set("payload", EventSchemas.delivered(entry));
    }
    return message;
  }

  private void operation(String name, NamedSchemas.Entry entry) {
    JsonNode messages = document.get("operations").get(name).get("messages");
    ((ArrayNode) messages).addObject().put("$ref", "#/channels/events/messages/" + entry.name());
  }
}
