package dev.tocsin.events;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Which keywords JSON Schema 2020-12 has, and which of them hold schemas.
public final class SchemaWalk {

  /// How a schema stands to the one it is found in.
  public enum Relation {
    /// It applies to the same place of the payload, so that a ring of such has no end.
    SAME_PLACE,
    /// It applies to a part of the place.
    PART,
    /// It is only kept there to be referred to.
    SHELF
  }

  private enum Form {
    ONE,
    LIST,
    MAP
  }

  /// What a keyword holds.
  private record Holding(Relation relation, Form form) {}

  private static final Map<String, Holding> HOLDINGS =
      Map.ofEntries(
          entry("not", new Holding(Relation.SAME_PLACE, Form.ONE)),
          entry("if", new Holding(Relation.SAME_PLACE, Form.ONE)),
          entry("then", new Holding(Relation.SAME_PLACE, Form.ONE)),
          entry("else", new Holding(Relation.SAME_PLACE, Form.ONE)),
          entry("allOf", new Holding(Relation.SAME_PLACE, Form.LIST)),
          entry("anyOf", new Holding(Relation.SAME_PLACE, Form.LIST)),
          entry("oneOf", new Holding(Relation.SAME_PLACE, Form.LIST)),
          entry("dependentSchemas", new Holding(Relation.SAME_PLACE, Form.MAP)),
          entry("items", new Holding(Relation.PART, Form.ONE)),
          entry("contains", new Holding(Relation.PART, Form.ONE)),
          entry("additionalProperties", new Holding(Relation.PART, Form.ONE)),
          entry("propertyNames", new Holding(Relation.PART, Form.ONE)),
          entry("unevaluatedItems", new Holding(Relation.PART, Form.ONE)),
          entry("unevaluatedProperties", new Holding(Relation.PART, Form.ONE)),
          entry("prefixItems", new Holding(Relation.PART, Form.LIST)),
          entry("properties", new Holding(Relation.PART, Form.MAP)),
          entry("patternProperties", new Holding(Relation.PART, Form.MAP)),
          entry("$defs", new Holding(Relation.SHELF, Form.MAP)),
          entry("definitions", new Holding(Relation.SHELF, Form.MAP)));

  /// The keywords without schemas inside that decide whether a payload is valid, `$ref` apart.
  private static final Set<String> ASSERTIONS =
      Set.of(
          "type",
          "enum",
          "const",
          "multipleOf",
          "maximum",
          "exclusiveMaximum",
          "minimum",
          "exclusiveMinimum",
          "maxLength",
          "minLength",
          "pattern",
          "maxItems",
          "minItems",
          "uniqueItems",
          "maxContains",
          "minContains",
          "maxProperties",
          "minProperties",
          "required",
          "dependentRequired",
          "format");

  /// What is told of each schema that is found.
  public interface Visitor {

    /// A schema was found inside another.
    ///
    /// @param steps the names and indexes that lead from the outer schema to `inner`
    void found(Relation relation, JsonNode inner, List<Object> steps);
  }

  private SchemaWalk() {}

  /// Tells the schemas that stand directly inside `schema`.
  public static void inside(ObjectNode schema, Visitor visitor) {
    schema.forEachEntry((keyword, value) -> inside(keyword, value, visitor));
  }

  private static void inside(String keyword, JsonNode value, Visitor visitor) {
    Holding holding = HOLDINGS.get(keyword);
    if (holding == null) {
      return;
    }
    Relation relation = holding.relation;
    switch (holding.form) {
      case ONE -> visitor.found(relation, value, List.of(keyword));
      case LIST -> {
        if (value instanceof ArrayNode array) {
          for (int i = 0; i < array.size(); i++) {
            visitor.found(relation, array.get(i), List.of(keyword, i));
          }
        }
      }
      case MAP -> {
        if (value instanceof ObjectNode object) {
          object.forEachEntry(
              (name, inner) -> visitor.found(relation, inner, List.of(keyword, name)));
        }
      }
    }
  }

  /// Whether the keyword by itself decides whether a payload is valid.
  static boolean isAssertion(String keyword) {
    return ASSERTIONS.contains(keyword);
  }
}
