package dev.tocsin.describe;

import dev.tocsin.events.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The HTTP side of a server as OpenAPI 3.1: a template with the operations, and what comes of the catalog and of the
/// protocol's codes.
final class OpenApi {

  /// What any operation may be answered that asks who it is for.
  private static final List<String> COMMON =
      List.of(
          "invalid_query",
          "unauthenticated",
          "forbidden",
          "request_timeout",
          "rate_limited",
          "internal_error",
          "unavailable");

  /// What the others may.
  private static final List<String> OPEN = List.of("forbidden", "internal_error");

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final NamedSchemas schemas;
  private final ObjectNode document = Template.read("openapi.json");

  private OpenApi(NamedSchemas schemas) {
    this.schemas = schemas;
  }

  /// @param version of the program
  /// @param hash of the catalog
  static ObjectNode of(NamedSchemas schemas, String version, String hash) {
    OpenApi made = new OpenApi(schemas);
    ObjectNode info = (ObjectNode) made.document.get("info");
    info.put("version", version).put("x-tocsin-catalog", hash);
    made.components();
    made.document
        .get("paths")
        .forEach(path -> path.forEach(operation -> made.operation((ObjectNode) operation)));
    return made.document;
  }

  private List<NamedSchemas.Entry> published() {
    return schemas.entries().stream().filter(entry -> !entry.type().reserved()).toList();
  }

  private void components() {
    ObjectNode target = (ObjectNode) document.get("components").get("schemas");
    target.set("errorCode", Codes.errorSchema());
    ArrayNode alternatives = NODES.arrayNode();
    ObjectNode mapping = NODES.objectNode();
    for (NamedSchemas.Entry entry : published()) {
      ObjectNode event = EventSchemas.event(entry, List.of());
      event.putArray("examples").add(EventSchemas.example(entry));
      target.set(entry.name(), event);
      ObjectNode reference = EventSchemas.reference(entry.name());
      alternatives.add(reference);
      mapping.set(entry.type().name(), reference.get("$ref"));
    }
    ObjectNode any = target.putObject("publishEvent");
    any.put("description", "An event, as its producer writes it or as it was delivered");
    any.set("oneOf", alternatives);
    any.putObject("discriminator").put("propertyName", "type").set("mapping", mapping);
    loggedEvent(target.putObject("loggedEvent"), alternatives.deepCopy());
    schemas.parts().forEach(part -> target.set(part.name(), EventSchemas.schema(part)));
  }

  /// No reference to what may be published: generators take such for inheritance, and its name for the type's.
  private static void loggedEvent(ObjectNode schema, ArrayNode alternatives) {
    schema.put("description", "An event of the log").put("type", "object");
    schema.putArray("required").add("timestamp").add("sequence");
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("timestamp").put("type", "string");
    properties.putObject("sequence").put("type", "integer").put("minimum", 1);
    schema.set("oneOf", alternatives);
  }

  private void operation(ObjectNode operation) {
    JsonNode security = operation.path("security");
    List<String> errors = new ArrayList<>(security.isMissingNode() ? COMMON : OPEN);
    operation.path("x-errors").forEach(code -> errors.add(code.stringValue()));
    operation.remove("x-errors");
    answers((ObjectNode) operation.get("responses"), errors);
    for (JsonNode content : operation.path("requestBody").path("content")) {
      examples((ObjectNode) content);
    }
  }

  /// A response for each status, with the codes that it comes with, and one for what HTTP itself does not allow. A code that
  /// has not its own status here has it in front.
  private static void answers(ObjectNode responses, List<String> errors) {
    Map<Integer, List<ErrorCode>> byStatus = new TreeMap<>();
    for (String error : errors) {
      int colon = error.indexOf(':');
      ErrorCode code = ErrorCode.ofWireName(error.substring(colon + 1)).orElseThrow();
      int status = colon < 0 ? code.httpStatus() : Integer.parseInt(error, 0, colon, 10);
      List<ErrorCode> codes = byStatus.computeIfAbsent(status, none -> new ArrayList<>());
      if (!codes.contains(code)) {
        codes.add(code);
      }
    }
    byStatus.forEach(
        (status, codes) -> responses.set(String.valueOf(status), answer(status, codes)));
    responses.putObject("default").put("$ref", "#/components/responses/refusal");
  }

  private static ObjectNode answer(int status, List<ErrorCode> codes) {
    ObjectNode answer = NODES.objectNode();
    answer.put(
        "description",
        codes.stream()
            .map(code -> "`" + code.wireName() + "`: " + code.meaning())
            .collect(Collectors.joining("\n\n")));
    if (status == ErrorCode.UNAUTHENTICATED.httpStatus()) {
      header(answer, "WWW-Authenticate", "string");
    } else if (status == ErrorCode.RATE_LIMITED.httpStatus()
        || status == ErrorCode.UNAVAILABLE.httpStatus()) {
      header(answer, "Retry-After", "integer");
    }
    ObjectNode content = answer.putObject("content").putObject("application/problem+json");
    content.set("schema", EventSchemas.reference("problem"));
    ObjectNode examples = content.putObject("examples");
    for (ErrorCode code : codes) {
      examples
          .putObject(code.wireName())
          .putObject("value")
          .put("type", "about:blank")
          .put("title", code.wireName().replace('_', ' '))
          .put("status", status)
          .put("detail", code.meaning())
          .put("error", code.wireName());
    }
    return answer;
  }

  private static void header(ObjectNode answer, String name, String type) {
    answer.putObject("headers").putObject(name).putObject("schema").put("type", type);
  }

  private void examples(ObjectNode content) {
    String kind = content.path("x-examples").asString("");
    content.remove("x-examples");
    if (kind.isEmpty()) {
      return;
    }
    ObjectNode examples = content.putObject("examples");
    for (NamedSchemas.Entry entry : published()) {
      if (entry.example() != null) {
        examples
            .putObject(entry.type().name())
            .set(
                "value",
                kind.equals("events")
                    ? EventSchemas.example(entry)
                    : EventSchemas.cloudEvent(entry));
      }
    }
  }
}
