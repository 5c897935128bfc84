package dev.tocsin.events;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;

/// Compiles the components of a payload record to fields: the wire name from the Java name, the
/// shape from the Java type, optional from `@Nullable` or [Default].
final class RecordFields {

  private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private RecordFields() {}

  /// @param within the record of the components, after those that contain it
  static List<RecordShape.Field> of(RecordComponent[] components, List<Class<?>> within) {
    List<RecordShape.Field> fields = new ArrayList<>(components.length);
    for (int i = 0; i < components.length; i++) {
      fields.add(field(components[i], i, within));
    }
    return fields;
  }

  private static RecordShape.Field field(
      RecordComponent component, int index, List<Class<?>> within) {
    Doc doc = component.getAnnotation(Doc.class);
    if (doc == null) {
      throw unsupported(component, "has no @Doc");
    }
    Default defaultValue = component.getAnnotation(Default.class);
    JsonNode defaultJson = defaultValue == null ? null : defaultOf(component, defaultValue);
    boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    AnnotatedType annotated = component.getAnnotatedType();
    boolean optional = rawClass(component, annotated) == Optional.class;
    if (optional && (nullable || defaultJson != null)) {
      throw unsupported(component, "is an Optional: it needs neither @Nullable nor @Default");
    }
    if (nullable && defaultJson == null && component.getType().isPrimitive()) {
      throw unsupported(
          component,
          "is a "
              + component.getType()
              + ", which cannot be null: use its box, such as @Nullable Integer, or @Default");
    }
    Shape shape =
        shape(component, optional ? argument(component, annotated, 0) : annotated, within);
    requireRange(component, shape);
    if (defaultJson != null) {
      requireFit(component, shape, defaultJson, "default");
    }
    if (defaultJson == null || !doc.example().isEmpty()) {
      requireExample(component, shape, doc.example());
    }
    Method accessor = RecordSchemas.accessible(component.getAccessor());
    return new RecordShape.Field(
        index,
        wireName(component.getName()),
        shape,
        !nullable && !optional && defaultJson == null,
        optional,
        doc.value(),
        doc.example(),
        defaultJson,
        accessor);
  }

  private static JsonNode defaultOf(RecordComponent component, Default text) {
    try {
      return Json.literal(text.value());
    } catch (IllegalArgumentException e) {
      throw unsupported(
          component, "has a @Default that is no JSON (a text stands in quotes): " + e.getMessage());
    }
  }

  private static void requireRange(RecordComponent component, Shape shape) {
    Range range = component.getAnnotation(Range.class);
    if (range == null) {
      return;
    }
    if (!isNumeric(shape)) {
      throw unsupported(component, "has a @Range, which is for numbers");
    }
    if (!(range.min() <= range.max())) {
      throw unsupported(component, "has a @Range in which no number lies");
    }
  }

  private static boolean isNumeric(Shape shape) {
    if (shape instanceof ConvertedShape converted) {
      return isNumeric(converted.wire());
    } else if (shape instanceof ListShape list) {
      return isNumeric(list.items());
    } else if (shape instanceof MapShape map) {
      return isNumeric(map.values());
    }
    return shape instanceof IntegerShape || shape instanceof NumberShape;
  }

  /// Makes sure that what the schema is going to show is valid itself.
  private static void requireFit(
      RecordComponent component, Shape shape, JsonNode value, String what) {
    byte[] json = TreeWriter.utf8(value);
    PayloadCheck check = new PayloadCheck();
    try (JsonParser parser = StrictJson.checkedParser(json, 0, json.length)) {
      parser.nextToken();
      shape.check(parser, check);
    }
    if (!check.isValid()) {
      PayloadError error = check.errors().getFirst();
      throw unsupported(
          component,
          "has the "
              + what
              + " "
              + TreeWriter.text(value)
              + ", which does not fit: "
              + (error.path().isEmpty() ? "it" : error.path())
              + " "
              + error.message());
    }
  }

  /// Finds out now, when the schema is made, whether the catalog can show an example of the component.
  private static void requireExample(RecordComponent component, Shape shape, String text) {
    boolean fits;
    try {
      JsonNode example = shape.example(text);
      fits =
          shape instanceof ListShape
              ? example.isArray()
              : !(shape instanceof MapShape || shape instanceof ObjectShape) || example.isObject();
      if (fits) {
        requireFit(component, shape, example, "example");
      }
    } catch (UnsupportedComponent e) {
      throw e;
    } catch (IllegalArgumentException | JacksonException e) {
      fits = false;
    }
    if (!fits) {
      throw unsupported(
          component,
          text.isEmpty()
              ? "needs an example: @Doc(value = …, example = \"" + sample(shape) + "\")"
              : "has the example \"" + text + "\", which is not " + shape.noun());
    }
  }

  /// An example as it stands in Java, where the shape has none of its own.
  private static String sample(Shape shape) {
    if (shape instanceof ConvertedShape converted) {
      return sample(converted.wire());
    } else if (shape instanceof ListShape list) {
      return "[" + sample(list.items()) + "]";
    } else if (shape instanceof MapShape || shape instanceof ObjectShape) {
      return "{}";
    }
    return shape instanceof IntegerShape ? "7" : "2.5";
  }

  /// `cameraId` is `camera_id` on the wire.
  private static String wireName(String javaName) {
    return Ascii.lowerCase(WORD_START.matcher(javaName).replaceAll("_"));
  }

  private static Shape shape(
      RecordComponent component, AnnotatedType annotated, List<Class<?>> within) {
    Class<?> type = rawClass(component, annotated);
    if (type == String.class) {
      return new TextShape();
    } else if (type == long.class || type == Long.class) {
      return new IntegerShape(Bounds.of(component.getAnnotation(Range.class)));
    } else if (type == int.class || type == Integer.class) {
      return ConvertedShape.ofInt(Bounds.of(component.getAnnotation(Range.class)));
    } else if (type == double.class || type == Double.class) {
      return new NumberShape(Bounds.of(component.getAnnotation(Range.class)));
    } else if (type == boolean.class || type == Boolean.class) {
      return new BooleanShape();
    } else if (type == Timestamp.class) {
      return new TimestampShape();
    } else if (type == Instant.class) {
      return ConvertedShape.ofInstant();
    } else if (type == UUID.class) {
      return new UuidShape();
    } else if (type.isEnum()) {
      return EnumShape.of(type);
    } else if (type.isRecord()) {
      return RecordShape.of(type.asSubclass(Record.class), within);
    } else if (type == List.class) {
      return new ListShape(shape(component, argument(component, annotated, 0), within));
    } else if (type == Map.class) {
      Class<?> names = rawClass(component, argument(component, annotated, 0));
      if (names != String.class) {
        throw unsupported(
            component,
            "has names of the type " + names.getName() + "; those in JSON are texts: use String");
      }
      AnnotatedType values = argument(component, annotated, 1);
      return rawClass(component, values) == Object.class
          ? new ObjectShape()
          : new MapShape(shape(component, values, within));
    }
    throw unsupported(
        component,
        "is of the type " + type.getName() + ", which has no JSON form here; " + use(type));
  }

  /// What to use instead of a type without a shape.
  private static String use(Class<?> type) {
    if (type == float.class || type == Float.class || type == BigDecimal.class) {
      return "use double, or String for its exact digits";
    } else if (type == short.class
        || type == byte.class
        || type == Short.class
        || type == Byte.class
        || type == BigInteger.class) {
      return "use int or long";
    } else if (type == char.class || type == Character.class || type == CharSequence.class) {
      return "use String";
    } else if (Temporal.class.isAssignableFrom(type) || type == Date.class) {
      return "use Instant, or Timestamp for the text as its producer wrote it";
    } else if (type == Duration.class) {
      return "use long or double, with the unit in the name";
    } else if (type == OptionalInt.class
        || type == OptionalLong.class
        || type == OptionalDouble.class) {
      return "use Optional<Integer>, Optional<Long> or Optional<Double>, or @Nullable";
    } else if (type == Optional.class) {
      return "use it for the component itself only";
    } else if (type.isArray() || Collection.class.isAssignableFrom(type)) {
      return "use List";
    }
    return "use a record, or Map<String, Object> for any JSON object";
  }

  private static Class<?> rawClass(RecordComponent component, AnnotatedType annotated) {
    if (annotated.getType() instanceof Class<?> type) {
      return type;
    }
    if (annotated.getType() instanceof java.lang.reflect.ParameterizedType parameterized
        && parameterized.getRawType() instanceof Class<?> raw) {
      return raw;
    }
    throw unsupported(component, "is of a type that has no JSON form here: " + annotated);
  }

  private static AnnotatedType argument(
      RecordComponent component, AnnotatedType annotated, int index) {
    if (annotated instanceof AnnotatedParameterizedType parameterized) {
      return parameterized.getAnnotatedActualTypeArguments()[index];
    }
    throw unsupported(component, "needs its type arguments");
  }

  /// What is thrown for a component that cannot be.
  private static final class UnsupportedComponent extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    UnsupportedComponent(String message) {
      super(message);
    }
  }

  private static IllegalArgumentException unsupported(
      RecordComponent component, @Nullable String reason) {
    return new UnsupportedComponent(
        component.getDeclaringRecord().getName() + "." + component.getName() + " " + reason);
  }
}
