package dev.tocsin.events;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Finds out of a published JSON Schema which fields at the payload's top level can be compared: those
/// that it declares as string, number, integer, boolean or as one of some strings, `null` besides or not.
final class ComparableFields {

  private static final Map<String, PayloadField.Kind> KINDS =
      Map.of(
          "string", PayloadField.Kind.TEXT,
          "number", PayloadField.Kind.NUMBER,
          "integer", PayloadField.Kind.INTEGER,
          "boolean", PayloadField.Kind.BOOLEAN);

  private final ObjectNode document;

  /// The references that are being followed: a schema may refer to itself.
  private final Set<String> open = new HashSet<>();

  private final Map<String, PayloadField> fields = new LinkedHashMap<>();

  /// All properties, also those whose values cannot be compared.
  private final Set<String> properties = new LinkedHashSet<>();

  private ComparableFields(ObjectNode document) {
    this.document = document;
  }

  /// The fields of a schema whose references all point into itself, by their names.
  static Map<String, PayloadField> of(ObjectNode document) {
    ComparableFields found = new ComparableFields(document);
    found.addAll(document);
    return found.fields;
  }

  /// The names of all properties of such a schema.
  static Set<String> properties(ObjectNode document) {
    ComparableFields found = new ComparableFields(document);
    found.addAll(document);
    return found.properties;
  }

  private void addAll(JsonNode schema) {
    schema
        .path("properties")
        .forEachEntry((name, property) -> {
          properties.add(name);
          PayloadField field = field(name, property);
          if (field != null) {
            fields.merge(name, field, ComparableFields::narrower);
          }
        });
    schema.path("allOf").forEach(this::addAll);
    follow(schema)
        .ifPresent(target -> {
          addAll(target);
          leave(schema);
        });
  }

  /// What a property is declared as; `null` when its values cannot be compared.
  private @Nullable PayloadField field(String name, JsonNode schema) {
    PayloadField field = ofValues(name, schema.path("enum"));
    field =
        narrower(field, schema.has("const") ? ofValues(name, List.of(schema.get("const"))) : null);
    field = narrower(field, ofType(name, schema.path("type")));
    field = narrower(field, ofAlternatives(name, schema.path("anyOf")));
    field = narrower(field, ofAlternatives(name, schema.path("oneOf")));
    for (JsonNode part : schema.path("allOf")) {
      field = narrower(field, field(name, part));
    }
    Optional<JsonNode> target = follow(schema);
    if (target.isPresent()) {
      field = narrower(field, field(name, target.get()));
      leave(schema);
    }
    return field;
  }

  private static @Nullable PayloadField ofType(String name, JsonNode type) {
    List<String> types = new ArrayList<>();
    if (type.isString()) {
      types.add(type.stringValue());
    }
    type.forEach(one -> types.add(one.stringValue()));
    types.remove("null");
    PayloadField.Kind kind = types.size() == 1 ? KINDS.get(types.getFirst()) : null;
    return kind == null ? null : new PayloadField(name, kind);
  }

  private static @Nullable PayloadField ofValues(String name, Iterable<JsonNode> values) {
    Set<String> names = new LinkedHashSet<>();
    Set<PayloadField.Kind> kinds = new HashSet<>();
    for (JsonNode value : values) {
      if (value.isString()) {
        names.add(value.stringValue());
        kinds.add(PayloadField.Kind.ENUM);
      } else if (value.isBoolean()) {
        kinds.add(PayloadField.Kind.BOOLEAN);
      } else if (value.isNumber()) {
        kinds.add(PayloadField.Kind.NUMBER);
      } else if (!value.isNull()) {
        return null;
      }
    }
    return kinds.size() == 1
        ? new PayloadField(name, kinds.iterator().next(), List.copyOf(names))
        : null;
  }

  /// What the alternatives have in common, those apart that only take `null`.
  private @Nullable PayloadField ofAlternatives(String name, JsonNode alternatives) {
    Map<PayloadField.Kind, List<String>> kinds = new HashMap<>();
    for (JsonNode alternative : alternatives) {
      if (!isNull(alternative)) {
        PayloadField field = field(name, alternative);
        if (field == null) {
          return null;
        }
        kinds.computeIfAbsent(field.kind(), kind -> new ArrayList<>()).addAll(field.names());
      }
    }
    if (kinds.size() != 1) {
      return null;
    }
    Map.Entry<PayloadField.Kind, List<String>> only = kinds.entrySet().iterator().next();
    return new PayloadField(name, only.getKey(), only.getValue().stream().distinct().toList());
  }

  private static boolean isNull(JsonNode schema) {
    return schema.path("type").asString("").equals("null")
        || (schema.has("const") && schema.get("const").isNull());
  }

  /// Of two statements about a field, both of which hold, the one that says more.
  private static @Nullable PayloadField narrower(
      @Nullable PayloadField one, @Nullable PayloadField other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return says(other) > says(one) ? other : one;
  }

  private static int says(PayloadField field) {
    return switch (field.kind()) {
      case ENUM -> 2;
      case INTEGER -> 1;
      case TEXT, NUMBER, BOOLEAN -> 0;
    };
  }

  /// What a schema refers to, unless that is being followed already. Whoever has read it calls [#leave].
  private Optional<JsonNode> follow(JsonNode schema) {
    String reference = schema.path("$ref").asString("");
    SchemaReference parts = reference.isEmpty() ? null : SchemaReference.parse(reference);
    if (parts == null || !isPointer(parts.fragment()) || !open.add(reference)) {
      return Optional.empty();
    }
    JsonNode target = document.at(parts.fragment());
    if (target.isMissingNode()) {
      open.remove(reference);
      return Optional.empty();
    }
    return Optional.of(target);
  }

  private static boolean isPointer(String fragment) {
    return fragment.isEmpty() || fragment.startsWith("/");
  }

  private void leave(JsonNode schema) {
    open.remove(schema.path("$ref").asString(""));
  }
}
