package dev.tocsin.describe;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Says in TypeScript what a JSON Schema (2020-12) lets through: the same where TypeScript can say it, else more, never less.
///
/// What it can say: types, enums, constants, properties, lists and tuples, maps, references, `allOf`, `anyOf`, `oneOf`, and
/// `if` with `else`. What it cannot say of a value is left out: bounds, patterns and formats, `not`, `contains`,
/// `dependentRequired`, `unevaluatedProperties` and the like. An object may always have more properties than its type
/// names, as in TypeScript itself; only what is told of them (`additionalProperties`, `patternProperties`) becomes an index
/// signature.
final class SchemaTypes {

  /// The kinds of JSON values, in the order in which a union has them.
  enum Kind {
    OBJECT("object"),
    ARRAY("array"),
    STRING("string"),
    NUMBER("number"),
    BOOLEAN("boolean"),
    NULL("null");

    private final String schemaType;

    Kind(String schemaType) {
      this.schemaType = schemaType;
    }

    static Kind of(JsonNode value) {
      return switch (value.getNodeType()) {
        case OBJECT -> OBJECT;
        case ARRAY -> ARRAY;
        case STRING -> STRING;
        case NUMBER -> NUMBER;
        case BOOLEAN -> BOOLEAN;
        case NULL, BINARY, MISSING, POJO -> NULL;
      };
    }
  }

  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  private static final List<String> OF_OBJECTS =
      List.of("properties", "required", "additionalProperties", "patternProperties");

  private static final List<String> OF_ARRAYS = List.of("items", "prefixItems", "minItems");

  /// How long the types of an object's properties may be, each, to stand a second time in its index signature.
  private static final int MAX_REPEATED = 80;

  /// How many items of a tuple are told one by one because there have to be so many.
  private static final int MAX_FILLED = 8;

  /// What an object of JavaScript has under these names when it has none of its own.
  private static final Map<String, Ts> INHERITED =
      Stream.of(
              "constructor",
              "toString",
              "toLocaleString",
              "valueOf",
              "hasOwnProperty",
              "isPrototypeOf",
              "propertyIsEnumerable")
          .collect(Collectors.toUnmodifiableMap(Function.identity(), name -> Ts.one("Function")));

  private final NamedSchemas.Document document;

  SchemaTypes(NamedSchemas.Document document) {
    this.document = document;
  }

  /// What a schema lets through.
  Ts of(JsonNode schema) {
    return of(schema, ALL);
  }

  /// What a schema lets through of values that are of these kinds anyway.
  private Ts of(JsonNode schema, Set<Kind> around) {
    if (!(schema instanceof ObjectNode object)) {
      return schema.isBoolean() && !schema.booleanValue() ? Ts.NEVER : Ts.UNKNOWN;
    }
    Set<Kind> kinds = kinds(object, around);
    List<Ts> all = new ArrayList<>();
    Part part = document.part(object.path("$ref"));
    if (part != null) {
      boolean isOne = part.schema().path("type").asString("").equals("object");
      all.add(isOne ? Ts.object(part.name()) : Ts.one(part.name()));
    }
    for (JsonNode inner : object.path("allOf")) {
      all.add(of(inner, kinds));
    }
    addAlternatives(object.path("anyOf"), kinds, all);
    addAlternatives(object.path("oneOf"), kinds, all);
    addCondition(object, kinds, all);
    all.removeIf(Ts.UNKNOWN::equals);
    boolean isObject = all.stream().anyMatch(Ts::object);
    Ts own = own(object, kinds, isObject ? Ts.UNKNOWN : all.isEmpty() ? Ts.ANY_OBJECT : Ts.OBJECT);
    all.addFirst(own);
    return Ts.intersection(all);
  }

  private void addAlternatives(JsonNode alternatives, Set<Kind> kinds, List<Ts> all) {
    if (!alternatives.isEmpty()) {
      all.add(Ts.union(alternatives.valueStream().map(inner -> of(inner, kinds)).toList()));
    }
  }

  /// With an `else`, a value fulfils `if` and `then`, or `else`; without one, nothing is known of it.
  private void addCondition(ObjectNode schema, Set<Kind> kinds, List<Ts> all) {
    if (schema.has("if") && schema.has("else")) {
      Ts met = of(schema.path("if"), kinds);
      Ts then = schema.has("then") ? of(schema.path("then"), kinds) : Ts.UNKNOWN;
      all.add(
          Ts.union(List.of(Ts.intersection(List.of(met, then)), of(schema.path("else"), kinds))));
    }
  }

  private static Set<Kind> kinds(ObjectNode schema, Set<Kind> around) {
    JsonNode type = schema.path("type");
    if (type.isMissingNode()) {
      return around;
    }
    List<String> names =
        type.isArray()
            ? type.valueStream().map(name -> name.asString("")).toList()
            : List.of(type.asString(""));
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Kind kind : around) {
      if (names.contains(kind.schemaType) || (kind == Kind.NUMBER && names.contains("integer"))) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  /// What the schema's own keywords let through.
  ///
  /// @param anyObject how an object is told of which it says nothing more: not at all where something else says that it is one
  private Ts own(ObjectNode schema, Set<Kind> kinds, Ts anyObject) {
    if (schema.has("const")) {
      JsonNode value = schema.path("const");
      return kinds.contains(Kind.of(value)) ? TsText.only(value) : Ts.NEVER;
    }
    if (schema.has("enum")) {
      return Ts.union(
          schema
              .path("enum")
              .valueStream()
              .filter(value -> kinds.contains(Kind.of(value)))
              .map(TsText::only)
              .toList());
    }
    boolean ofObjects = OF_OBJECTS.stream().anyMatch(schema::has);
    boolean ofArrays = OF_ARRAYS.stream().anyMatch(schema::has);
    if (kinds.equals(ALL) && !ofObjects && !ofArrays) {
      return Ts.UNKNOWN;
    }
    List<Ts> types = new ArrayList<>();
    for (Kind kind : kinds) {
      types.add(
          switch (kind) {
            case OBJECT -> ofObjects ? object(schema) : anyObject;
            case ARRAY -> ofArrays ? array(schema) : Ts.UNKNOWN.list();
            case STRING -> Ts.STRING;
            case NUMBER -> Ts.NUMBER;
            case BOOLEAN -> Ts.BOOLEAN;
            case NULL -> Ts.NULL;
          });
    }
    return Ts.union(types);
  }

  // Objects.

  /// A property that an object's type names.
  private record Property(String comment, boolean required, Ts type) {

    String line(String name) {
      return comment + "  " + TsText.property(name) + (required ? ": " : "?: ") + type.indented();
    }
  }

  private Ts object(ObjectNode schema) {
    Map<String, Property> properties = properties(schema);
    Ts index = index(schema, properties);
    if (properties.isEmpty()) {
      return index == null ? Ts.ANY_OBJECT : Ts.object("{ [field: string]: " + index.text() + " }");
    }
    List<String> lines = new ArrayList<>();
    properties.forEach((name, property) -> lines.add(property.line(name)));
    if (index != null) {
      lines.add("  [field: string]: " + index.indented());
    }
    return Ts.object(lines.stream().collect(Collectors.joining(";\n", "{\n", ";\n}")));
  }

  private Map<String, Property> properties(ObjectNode schema) {
    Set<String> required =
        schema
            .path("required")
            .valueStream()
            .map(name -> name.asString(""))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Map<String, Property> properties = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
      JsonNode inner = entry.getValue();
      boolean isRequired = required.contains(entry.getKey());
      Ts inherited = isRequired ? null : INHERITED.get(entry.getKey());
      Ts type = of(inner);
      properties.put(
          entry.getKey(),
          new Property(
              TsText.comment(SchemaDocs.of(inner), "  "),
              isRequired,
              inherited == null ? type : Ts.union(List.of(type, inherited))));
    }
    for (String name : required) {
      properties.computeIfAbsent(name, absent -> new Property("", true, unnamed(schema)));
    }
    return properties;
  }

  /// What a property that is not named may be.
  private Ts unnamed(ObjectNode schema) {
    List<Ts> types = new ArrayList<>();
    JsonNode rest = schema.path("additionalProperties");
    types.add(rest.isMissingNode() ? Ts.UNKNOWN : of(rest));
    for (JsonNode inner : schema.path("patternProperties")) {
      types.add(of(inner));
    }
    return Ts.union(types);
  }

  /// What is told of the properties that are not named; `null` for nothing. TypeScript applies it to those that are named as
  /// well, so it lets them through.
  private @Nullable Ts index(ObjectNode schema, Map<String, Property> properties) {
    if (!schema.has("additionalProperties") && !schema.has("patternProperties")) {
      return null;
    }
    Ts rest = unnamed(schema);
    if (rest.equals(Ts.NEVER)) {
      return properties.isEmpty() ? Ts.NEVER : null;
    }
    List<Ts> types = new ArrayList<>(List.of(rest));
    for (Property property : properties.values()) {
      types.add(property.type.text().length() > MAX_REPEATED ? Ts.UNKNOWN : property.type);
      if (!property.required) {
        types.add(Ts.UNDEFINED);
      }
    }
    return Ts.union(types);
  }

  // Arrays.

  private Ts array(ObjectNode schema) {
    JsonNode items = schema.path("items");
    Ts rest = items.isMissingNode() ? Ts.UNKNOWN : of(items);
    List<Ts> first =
        schema.path("prefixItems").valueStream().map(this::of).collect(Collectors.toList());
    int least = least(schema.path("minItems"));
    if (first.isEmpty() && (least == 0 || least > MAX_FILLED || rest.equals(Ts.NEVER))) {
      return rest.equals(Ts.NEVER) ? Ts.one("[]") : rest.list();
    }
    while (first.size() < least && least <= MAX_FILLED && !rest.equals(Ts.NEVER)) {
      first.add(rest);
    }
    List<String> told = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      Ts item = first.get(i);
      told.add(i < least ? item.text() : item.optionalItem());
    }
    if (!rest.equals(Ts.NEVER)) {
      told.add("..." + rest.list().text());
    }
    return Ts.one("[" + String.join(", ", told) + "]");
  }

  private static int least(JsonNode minItems) {
    return minItems.isNumber()
        ? minItems.decimalValue().min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue()
        : 0;
  }
}
