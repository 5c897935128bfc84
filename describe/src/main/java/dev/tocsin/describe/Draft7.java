package dev.tocsin.describe;

import dev.tocsin.events.SchemaWalk;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A JSON Schema of 2020-12 in the words of draft 7, which AsyncAPI's schemas are made of. What draft 7 cannot say is left out:
/// so it lets through as much, or more.
final class Draft7 {

  /// What draft 7 has no word for.
  private static final List<String> LOST =
      List.of("unevaluatedItems", "unevaluatedProperties", "minContains", "maxContains");

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Draft7() {}

  /// The schema, a copy whose lists and maps are its own.
  static JsonNode of(JsonNode schema) {
    if (!(schema instanceof ObjectNode object)) {
      return schema;
    }
    ObjectNode copy = object.deepCopy();
    convert(copy);
    return copy;
  }

  private static void convert(ObjectNode schema) {
    SchemaWalk.inside(
        schema,
        (relation, inner, steps) -> {
          if (inner instanceof ObjectNode object) {
            convert(object);
          }
        });
    if (schema.path("minContains").asDouble(1) == 0) {
      schema.remove("contains");
    }
    schema.remove(LOST);
    if (schema.get("properties") instanceof ObjectNode properties) {
      // To tools in JavaScript it is no name of a property.
      properties.remove("__proto__");
    }
    JsonNode first = schema.remove("prefixItems");
    if (first != null) {
      JsonNode rest = schema.remove("items");
      schema.set("items", first);
      if (rest != null) {
        schema.set("additionalItems", rest);
      }
    }
    dependencies(schema);
    JsonNode reference = schema.remove("$ref");
    if (reference != null) {
      ObjectNode alone = NODES.objectNode();
      alone.set("$ref", reference);
      if (schema.isEmpty()) {
        schema.setAll(alone);
      } else if (schema.get("allOf") instanceof ArrayNode all) {
        all.add(alone);
      } else {
        schema.putArray("allOf").add(alone); // beside a $ref, draft 7 sees nothing else
      }
    }
  }

  private static void dependencies(ObjectNode schema) {
    JsonNode names = schema.remove("dependentRequired");
    JsonNode schemas = schema.remove("dependentSchemas");
    ObjectNode dependencies = NODES.objectNode();
    if (schemas instanceof ObjectNode object) {
      dependencies.setAll(object);
    }
    if (names instanceof ObjectNode object) {
      // Where both speak of one name, what the schema asks for counts.
      object.forEachEntry(dependencies::putIfAbsent);
    }
    if (!dependencies.isEmpty()) {
      schema.set("dependencies", dependencies);
    }
  }
}
