package dev.tocsin.describe;

import dev.tocsin.events.CloseCode;
import dev.tocsin.events.ErrorCode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The stable codes of the protocol as the documents list them.
final class Codes {

  private Codes() {}

  /// The schema of an error's code.
  static ObjectNode errorSchema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "string");
    ArrayNode names = schema.putArray("enum");
    ArrayNode all = schema.putArray("x-error-codes");
    for (ErrorCode code : ErrorCode.values()) {
      names.add(code.wireName());
      all.addObject()
          .put("error", code.wireName())
          .put("status", code.httpStatus())
          .put("retryable", code.isRetryable())
          .put("meaning", code.meaning());
    }
    return schema;
  }

  /// The close codes of WebSockets.
  static ArrayNode close() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (CloseCode code : CloseCode.values()) {
      all.addObject()
          .put("code", code.code())
          .put("name", code.wireName())
          .put("retryable", code.isRetryable())
          .put("meaning", code.meaning());
    }
    return all;
  }
}
