package dev.tocsin.events;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One file of a catalog folder: a JSON Schema document, the schemas in it by their JSON pointers,
/// and what is wrong with it as far as it can be told from this file alone.
final class SchemaDocument {

  private static final String DIALECT = RecordSchema.DIALECT;

  /// Keywords whose meaning depends on who refers to the schema, which no bundle can keep.
  private static final List<String> DYNAMIC =
      List.of("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor");

  private final String file;
  private final ObjectNode root;
  private final Map<String, JsonNode> schemas = new LinkedHashMap<>();
  private final Map<String, String> anchors = new HashMap<>();
  private final List<Reference> references = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  /// A `$ref` in the schema at `holder`.
  record Reference(String holder, String text) {}

  private SchemaDocument(String file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /// A document that is a sound schema by the meta-schema, its references not yet followed.
  static SchemaDocument of(String file, ObjectNode root) {
    SchemaDocument document = new SchemaDocument(file, root);
    JsonNode dialect = root.get("$schema");
    if (dialect != null && !isDialect(dialect)) {
      document.faults.add("$schema is " + dialect + "; only " + DIALECT + " is understood");
    } else {
      document.faults.addAll(MetaSchema.faults(root));
    }
    if (document.faults.isEmpty()) {
      document.add("", root);
    }
    return document;
  }

  /// A file that could not be read.
  static SchemaDocument unreadable(String file, String fault) {
    SchemaDocument document = new SchemaDocument(file, JsonNodeFactory.instance.objectNode());
    document.faults.add(fault);
    return document;
  }

  private static boolean isDialect(JsonNode dialect) {
    return dialect.isString()
        && (dialect.stringValue().equals(DIALECT) || dialect.stringValue().equals(DIALECT + '#'));
  }

  private void add(String pointer, JsonNode schema) {
    schemas.put(pointer, schema);
    if (!(schema instanceof ObjectNode object)) {
      return;
    }
    for (String keyword : DYNAMIC) {
      if (object.has(keyword)) {
        fault(pointer, keyword + " is not supported");
      }
    }
    if (!pointer.isEmpty() && (object.has("$id") || object.has("$schema"))) {
      fault(pointer, "a schema with an $id or $schema of its own inside another is not supported");
    }
    JsonNode anchor = object.get("$anchor");
    if (anchor != null && anchors.put(anchor.stringValue(), pointer) != null) {
      fault(pointer, "there are two $anchor " + anchor);
    }
    JsonNode reference = object.get("$ref");
    if (reference != null) {
      references.add(new Reference(pointer, reference.stringValue()));
    }
    checkPatterns(pointer, object);
    SchemaWalk.inside(
        object,
        (relation, inner, steps) -> {
          String at = pointer;
          for (Object step : steps) {
            at = PayloadCheck.pointer(at, step);
          }
          add(at, inner);
        });
  }

  private void checkPatterns(String pointer, ObjectNode schema) {
    JsonNode pattern = schema.get("pattern");
    if (pattern != null) {
      checkPattern(pointer + "/pattern", pattern.stringValue());
    }
    if (schema.get("patternProperties") instanceof ObjectNode properties) {
      properties
          .propertyNames()
          .forEach(name -> checkPattern(pointer + "/patternProperties", name));
    }
  }

  private void checkPattern(String pointer, String pattern) {
    try {
      LinearPattern.compile(pattern);
    } catch (IllegalArgumentException e) {
      fault(pointer, String.valueOf(e.getMessage()));
    }
  }

  private void fault(String pointer, String reason) {
    faults.add(pointer.isEmpty() ? reason : pointer + ": " + reason);
  }

  /// The path of the file inside the folder, with `/` between its names.
  String file() {
    return file;
  }

  ObjectNode root() {
    return root;
  }

  List<String> faults() {
    return faults;
  }

  List<Reference> references() {
    return references;
  }

  /// The schema at a JSON pointer; `null` when there is none.
  @Nullable JsonNode schemaAt(String pointer) {
    return schemas.get(pointer);
  }

  /// The JSON pointers of all schemas in the document.
  Set<String> pointers() {
    return schemas.keySet();
  }

  /// The JSON pointer of the schema that a fragment means: the pointer itself or an `$anchor`.
  Optional<String> pointerOf(String fragment) {
    if (fragment.isEmpty() || fragment.startsWith("/")) {
      return schemas.containsKey(fragment) ? Optional.of(fragment) : Optional.empty();
    }
    return Optional.ofNullable(anchors.get(fragment));
  }

  /// A text annotation of the document; empty when there is none.
  Optional<String> annotation(String keyword) {
    return root.optional(keyword).flatMap(JsonNode::stringValueOpt);
  }
}
