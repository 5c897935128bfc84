package dev.tocsin.events;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An object with the fields of a payload record. Fields the record does not know pass untouched.
final class RecordShape implements Shape {

  private final Class<? extends Record> type;
  private final Constructor<? extends Record> constructor;
  private final List<Field> fields;
  private final Map<String, Field> byName;
  private final byte[][] names;

  /// The place of the field that says what an event is about, or -1.
  private final int key;

  private final long requiredMask;

  /// One component of the record.
  ///
  /// @param index its place among the components
  /// @param wrapped whether the component is an [Optional]
  /// @param defaultValue what the typed record gets when the field is absent
  record Field(
      int index,
      String name,
      Shape shape,
      boolean required,
      boolean wrapped,
      String description,
      String example,
      @Nullable JsonNode defaultValue,
      Method accessor) {

    /// What the field of `payload` says, `null` when it is absent.
    @Nullable Object valueIn(Object payload) {
      Object value = componentOf(payload);
      return value instanceof Optional<?> optional ? optional.orElse(null) : value;
    }

    /// The component of a record in which the field is absent.
    @Nullable Object absent() {
      Object value = defaultValue == null ? null : shape.read(defaultValue);
      return wrapped ? Optional.ofNullable(value) : value;
    }

    /// The component of `payload`.
    @Nullable Object componentOf(Object payload) {
      try {
        return accessor.invoke(payload);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("cannot read " + accessor, e);
      }
    }
  }

  private RecordShape(
      Class<? extends Record> type, Constructor<? extends Record> constructor, List<Field> fields) {
    this.type = type;
    this.key = key(type, fields);
    this.constructor = constructor;
    this.fields = List.copyOf(fields);
    this.byName =
        fields.stream().collect(Collectors.toUnmodifiableMap(Field::name, Function.identity()));
    this.names =
        fields.stream()
            .map(field -> field.name.getBytes(StandardCharsets.ISO_8859_1))
            .toArray(byte[][]::new);
    long mask = 0;
    for (Field field : fields) {
      mask |= field.required ? 1L << field.index : 0;
    }
    this.requiredMask = mask;
  }

  /// The shape of a record class.
  ///
  /// @param within the records that contain it, from the outermost on
  /// @throws IllegalArgumentException when a component is of a type that has no shape, is not
  ///     described, or when there are more than 64 of them, or two with one name, or it contains itself
  static RecordShape of(Class<? extends Record> type, List<Class<?>> within) {
    if (within.contains(type)) {
      throw new IllegalArgumentException(
          type.getName()
              + " contains itself, which a payload record cannot; use Map<String, Object> for what"
              + " is nested as deep as it likes");
    }
    RecordComponent[] components = type.getRecordComponents();
    if (components.length > Long.SIZE) {
      throw new IllegalArgumentException(type.getName() + " has more than 64 components");
    }
    List<Field> fields = RecordFields.of(components, inside(type, within));
    RecordNames.requireDistinct(type, fields);
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<? extends Record> constructor =
          RecordSchemas.accessible(type.getDeclaredConstructor(types));
      return new RecordShape(type, constructor, fields);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(type.getName() + " has no canonical constructor", e);
    }
  }

  private static List<Class<?>> inside(Class<?> type, List<Class<?>> within) {
    List<Class<?>> inside = new ArrayList<>(within);
    inside.add(type);
    return inside;
  }

  private static int key(Class<? extends Record> type, List<Field> fields) {
    Key key = type.getAnnotation(Key.class);
    if (key == null) {
      return -1;
    }
    for (Field field : fields) {
      if (field.name.equals(key.value())) {
        if (isKey(field.shape)) {
          return field.index;
        }
        throw new IllegalArgumentException(
            type.getName()
                + ": its @Key has to be a string or an integer; is "
                + field.shape.noun());
      }
    }
    throw new IllegalArgumentException(
        type.getName() + ": its @Key names \"" + key.value() + "\", which is none of its fields");
  }

  private static boolean isKey(Shape shape) {
    return switch (shape) {
      case TextShape text -> true;
      case EnumShape names -> true;
      case UuidShape uuid -> true;
      case TimestampShape timestamp -> true;
      case IntegerShape integer -> true;
      case ConvertedShape converted -> isKey(converted.wire());
      case BooleanShape flag -> false;
      case NumberShape number -> false;
      case ListShape list -> false;
      case MapShape map -> false;
      case ObjectShape object -> false;
      case RecordShape record -> false;
    };
  }

  /// The field that says what an event is about, see [Key].
  Optional<String> keyField() {
    return key < 0 ? Optional.empty() : Optional.of(fields.get(key).name);
  }

  Class<? extends Record> type() {
    return type;
  }

  List<Field> fields() {
    return fields;
  }

  List<String> requiredFields() {
    return fields.stream().filter(Field::required).map(Field::name).toList();
  }

  @Override
  public void check(JsonParser parser, PayloadCheck check) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      check.wrongType(parser, this);
      return;
    }
    long seen = 0;
    while (!check.isFull() && parser.nextToken() == JsonToken.PROPERTY_NAME) {
      Field field = byName.get(parser.currentName());
      JsonToken value = parser.nextToken();
      if (field == null) {
        parser.skipChildren();
        continue;
      }
      seen |= 1L << field.index;
      if (value == JsonToken.VALUE_NULL && !field.required) {
        continue;
      }
      check.enter(field.name);
      field.shape.check(parser, check);
      check.leave();
    }
    if (!check.isFull() && (seen & requiredMask) != requiredMask) {
      for (Field field : fields) {
        if (field.required && (seen & 1L << field.index) == 0) {
          check.missing(field.name);
        }
      }
    }
  }

  @Override
  public boolean accepts(PlainJson json) {
    return accepts(json, -1);
  }

  /// The same for the payload as a whole: notes where its key stands.
  boolean acceptsPayload(PlainJson json) {
    return accepts(json, key);
  }

  private boolean accepts(PlainJson json, int noted) {
    if (!json.enter('{')) {
      return false;
    }
    long seen = 0;
    if (!json.leave('}')) {
      int first = json.names();
      int expected = 0;
      do {
        if (!json.name()) {
          return false;
        }
        int index = indexOf(json, expected);
        json.peek();
        int start = json.position();
        if (index < 0 ? !json.isNewName(first) || !json.value() : !accepts(json, index, seen)) {
          return false;
        }
        if (index >= 0) {
          if (index == noted) {
            json.noteKey(start);
          }
          seen |= 1L << index;
          expected = index + 1;
        }
      } while (json.take(','));
      json.forget(first);
      if (!json.leave('}')) {
        return false;
      }
    }
    return (seen & requiredMask) == requiredMask;
  }

  private boolean accepts(PlainJson json, int index, long seen) {
    if ((seen & 1L << index) != 0) {
      return false;
    }
    Field field = fields.get(index);
    return json.peek() == 'n' ? !field.required && json.word("null") : field.shape.accepts(json);
  }

  /// The field whose name was read last, or -1. Producers write them mostly in the same order, so it
  /// looks at `expected` and what follows first.
  private int indexOf(PlainJson json, int expected) {
    int count = names.length;
    for (int i = 0, index = expected; i < count; i++, index++) {
      if (index >= count) {
        index = 0;
      }
      if (json.isText(names[index])) {
        return index;
      }
    }
    return -1;
  }

  @Override
  public void describe(ObjectNode schema, Map<String, ObjectNode> definitions) {
    String name = type.getSimpleName();
    schema.put("$ref", "#/$defs/" + name);
    if (!definitions.containsKey(name)) {
      ObjectNode definition = JsonNodeFactory.instance.objectNode();
      definitions.put(name, definition);
      describeFields(definition, definitions);
    }
  }

  /// The keywords of the object itself, not a reference to it.
  void describeFields(ObjectNode schema, Map<String, ObjectNode> definitions) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    for (Field field : fields) {
      ObjectNode property = properties.putObject(field.name);
      property.put("description", field.description);
      if (field.required) {
        field.shape.describe(property, definitions);
      } else {
        describeNullable(field, property, definitions);
      }
    }
    ArrayNode required = schema.putArray("required");
    requiredFields().forEach(required::add);
  }

  private static void describeNullable(
      Field field, ObjectNode property, Map<String, ObjectNode> definitions) {
    ObjectNode keywords = JsonNodeFactory.instance.objectNode();
    field.shape.describe(keywords, definitions);
    if (keywords.has("$ref")) {
      ArrayNode alternatives = property.putArray("anyOf");
      alternatives.add(keywords);
      alternatives.addObject().put("type", "null");
    } else {
      String type = keywords.required("type").stringValue();
      property.putArray("type").add(type).add("null");
      keywords.remove("type");
      if (keywords.get("enum") instanceof ArrayNode values) {
        values.addNull();
      }
      property.setAll(keywords);
    }
    if (field.defaultValue != null) {
      property.set("default", field.defaultValue);
    }
  }

  @Override
  public JsonNode example(String example) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Field field : fields) {
      JsonNode value =
          field.example.isEmpty() && field.defaultValue != null
              ? field.defaultValue
              : field.shape.example(field.example);
      object.set(field.name, value);
    }
    return object;
  }

  @Override
  public Record read(JsonNode value) {
    @Nullable Object[] arguments = new @Nullable Object[fields.size()];
    for (Field field : fields) {
      JsonNode child = value.get(field.name);
      if (child == null || child.isNull()) {
        arguments[field.index] = field.absent();
      } else {
        Object read = field.shape.read(child);
        arguments[field.index] = field.wrapped ? Optional.of(read) : read;
      }
    }
    return construct(arguments);
  }

  /// The record of its components, in their order.
  ///
  /// @throws IllegalArgumentException when the record's constructor refuses them
  Record construct(@Nullable Object[] arguments) {
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      Throwable why = e.getCause();
      String said = why == null || why.getMessage() == null ? "" : ": " + why.getMessage();
      throw new IllegalArgumentException(type.getSimpleName() + " refused its fields" + said, why);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot construct " + type, e);
    }
  }

  @Override
  public ObjectNode write(Object payload) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Field field : fields) {
      Object value = field.valueIn(payload);
      if (value != null) {
        object.set(field.name, field.shape.write(value));
      }
    }
    return object;
  }

  @Override
  public String noun() {
    return "an object";
  }
}
