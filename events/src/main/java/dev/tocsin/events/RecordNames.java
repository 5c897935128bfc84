package dev.tocsin.events;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that have to differ within a payload record: those of its fields, and those of the records inside it.
final class RecordNames {

  private RecordNames() {}

  /// Makes sure that no two fields have the same name on the wire.
  static void requireDistinct(Class<?> type, List<RecordShape.Field> fields) {
    Map<String, RecordShape.Field> byName = new HashMap<>();
    for (RecordShape.Field field : fields) {
      RecordShape.Field other = byName.put(field.name(), field);
      if (other != null) {
        throw new IllegalArgumentException(
            type.getName()
                + ": "
                + other.accessor().getName()
                + " and "
                + field.accessor().getName()
                + " are both \""
                + field.name()
                + "\" on the wire");
      }
    }
  }

  /// Makes sure that the records inside have simple names of their own, by which a JSON Schema tells them apart.
  static void requireDistinctInside(RecordShape shape) {
    look(shape, new HashMap<>());
  }

  private static void look(RecordShape shape, Map<String, Class<?>> named) {
    for (RecordShape.Field field : shape.fields()) {
      RecordShape inner = innermost(field.shape());
      if (inner != null) {
        Class<?> other = named.putIfAbsent(inner.type().getSimpleName(), inner.type());
        if (other != null && other != inner.type()) {
          throw new IllegalArgumentException(
              shape.type().getName()
                  + ": "
                  + other.getName()
                  + " and "
                  + inner.type().getName()
                  + " have the same simple name, by which a schema tells them apart");
        }
        look(inner, named);
      }
    }
  }

  private static @Nullable RecordShape innermost(Shape shape) {
    Shape inner = shape;
    while (inner instanceof ListShape || inner instanceof MapShape) {
      inner = inner instanceof ListShape list ? list.items() : ((MapShape) inner).values();
    }
    return inner instanceof RecordShape record ? record : null;
  }
}
