package dev.tocsin.events;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The schema that a payload record implies.
final class RecordSchema extends PayloadSchema {

  static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

  /// The annotation that names the key, see [Key].
  static final String KEY = "x-tocsin-key";

  private final Class<? extends Record> type;

  /// Made when somebody asks first, for a program uses few of the built-in types.
  private volatile @Nullable RecordShape shape;

  RecordSchema(Class<? extends Record> type) {
    this.type = type;
  }

  /// The payload record.
  Class<? extends Record> type() {
    return type;
  }

  /// @throws IllegalArgumentException when the record cannot be a payload
  RecordShape shape() {
    RecordShape known = shape;
    if (known == null) {
      known = RecordShape.of(type, List.of());
      RecordNames.requireDistinctInside(known);
      shape = known;
    }
    return known;
  }

  @Override
  public String name() {
    return type.getSimpleName();
  }

  @Override
  public List<String> requiredFields() {
    return shape().requiredFields();
  }

  @Override
  public Optional<String> keyField() {
    return shape().keyField();
  }

  @Override
  public ObjectNode jsonSchema(String type, String description) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", DIALECT);
    schema.put("$id", id(type));
    keyField().ifPresent(key -> schema.put(KEY, key));
    schema.put("title", name());
    schema.put("description", description);
    Map<String, ObjectNode> definitions = new LinkedHashMap<>();
    shape().describeFields(schema, definitions);
    schema.putArray("examples").add(shape().example(""));
    if (!definitions.isEmpty()) {
      ObjectNode defs = schema.putObject("$defs");
      definitions.forEach(defs::set);
    }
    return schema;
  }

  /// The `$id` of the schema of a type's payload.
  static String id(String type) {
    return "urn:tocsin:payload:" + type;
  }

  /// The refusal of a payload that is sound JSON, or `null` when it is valid.
  @Nullable Rejection rejection(byte[] json) {
    PayloadCheck check = check(json, 0, json.length);
    return check.isValid() ? null : check.rejection(name());
  }

  @Override
  boolean accepts(PlainJson json) {
    return shape().acceptsPayload(json);
  }

  @Override
  PayloadCheck check(byte[] json, int offset, int length) {
    PayloadCheck check = new PayloadCheck();
    try (JsonParser parser = StrictJson.checkedParser(json, offset, length)) {
      parser.nextToken();
      shape().check(parser, check);
    }
    return check;
  }
}
