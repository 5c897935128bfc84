package dev.tocsin.events;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Compiles the components of a payload record to fields: the wire name from the Java name, the
/// shape from the Java type, optional from `@Nullable` or [Default].
final class RecordFields {

  private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private RecordFields() {}

  static List<RecordShape.Field> of(RecordComponent[] components) {
    List<RecordShape.Field> fields = new ArrayList<>(components.length);
    for (int i = 0; i < components.length; i++) {
      fields.add(field(components[i], i));
    }
    return fields;
  }

  private static RecordShape.Field field(RecordComponent component, int index) {
    Doc doc = component.getAnnotation(Doc.class);
    if (doc == null) {
      throw unsupported(component, "has no @Doc");
    }
    Default defaultValue = component.getAnnotation(Default.class);
    JsonNode defaultJson = defaultValue == null ? null : Json.MAPPER.readTree(defaultValue.value());
    boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    return new RecordShape.Field(
        index,
        wireName(component.getName()),
        shape(component, component.getAnnotatedType()),
        !nullable && defaultJson == null,
        doc.value(),
        doc.example(),
        defaultJson,
        accessor);
  }

  /// `cameraId` is `camera_id` on the wire.
  private static String wireName(String javaName) {
    return Ascii.lowerCase(WORD_START.matcher(javaName).replaceAll("_"));
  }

  private static Shape shape(RecordComponent component, AnnotatedType annotated) {
    Class<?> type = rawClass(component, annotated);
    if (type == String.class) {
      return new TextShape();
    } else if (type == long.class || type == Long.class) {
      return new IntegerShape(Bounds.of(component.getAnnotation(Range.class)));
    } else if (type == double.class || type == Double.class) {
      return new NumberShape(Bounds.of(component.getAnnotation(Range.class)));
    } else if (type == boolean.class || type == Boolean.class) {
      return new BooleanShape();
    } else if (type == Timestamp.class) {
      return new TimestampShape();
    } else if (type.isEnum()) {
      return EnumShape.of(type);
    } else if (type.isRecord()) {
      return RecordShape.of(type.asSubclass(Record.class));
    } else if (type == List.class) {
      return new ListShape(shape(component, argument(component, annotated, 0)));
    } else if (type == Map.class) {
      AnnotatedType values = argument(component, annotated, 1);
      return rawClass(component, values) == Object.class
          ? new ObjectShape()
          : new MapShape(shape(component, values));
    }
    throw unsupported(component, "is of a type that has no JSON form here: " + type.getName());
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

  private static IllegalArgumentException unsupported(
      RecordComponent component, @Nullable String reason) {
    return new IllegalArgumentException(
        component.getDeclaringRecord().getName() + "." + component.getName() + " " + reason);
  }
}
