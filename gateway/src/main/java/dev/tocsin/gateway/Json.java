package dev.tocsin.gateway;

import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON that the server itself writes.
final class Json {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  /// The `details` of a refusal, or `null` when there are none.
  static @Nullable ObjectNode details(Rejection rejection) {
    if (rejection.uncertain()) {
      return object().put("uncertain", true);
    }
    if (rejection.errors().isEmpty()) {
      return null;
    }
    ObjectNode details = object();
    ArrayNode errors = details.putArray("errors");
    for (PayloadError error : rejection.errors()) {
      errors
          .addObject()
          .put("path", error.path())
          .put("code", error.code())
          .put("message", error.message());
    }
    return details;
  }
}
