package dev.tocsin.events;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes a payload record by the names of its components, for records that have too many of them, or too
/// similar ones, to be told apart by their order:
///
/// ```java
/// JobFailedPayload failed =
///     RecordBuilder.of(JobFailedPayload.class)
///         .set(JobFailedPayload::jobId).to("job-91c2")
///         .set(JobFailedPayload::jobType).to("clip_export")
///         .set(JobFailedPayload::failedAt).to(Timestamp.now(clock))
///         .set(JobFailedPayload::error).to("no space left")
///         .build();
/// ```
///
/// A component is named by its accessor and set to a value of its own type, which the compiler checks. One
/// that is not set is absent: `null`, or what its [Default] says. It works for every record that
/// [PayloadSchema#of] takes.
///
/// The accessor has to be given as a method reference. Its name is read through reflection: an
/// application that is a named module opens the package in which it calls this to `dev.tocsin.events`.
/// Owned by its caller.
public final class RecordBuilder<R extends Record> {

  /// The method by which a method reference tells what it refers to, for the class of each.
  private static final ClassValue<Method> WRITE_REPLACE =
      new ClassValue<>() {
        @Override
        protected Method computeValue(Class<?> type) {
          try {
            return RecordSchemas.accessible(type.getDeclaredMethod("writeReplace"));
          } catch (NoSuchMethodException e) {
            throw noMethodReference(e);
          }
        }
      };

  private final Class<R> type;
  private final RecordShape shape;
  private final Map<Integer, @Nullable Object> values = new HashMap<>();

  /// A component of a record, as a reference to its accessor.
  @FunctionalInterface
  public interface Component<R extends Record, T extends @Nullable Object> extends Serializable {

    /// The component's value.
    T of(R record);
  }

  /// The same for a `long` or an `int`, so that an `int` can be given.
  @FunctionalInterface
  public interface LongComponent<R extends Record> extends Serializable {

    /// The component's value.
    long of(R record);
  }

  /// The same for a `double`, so that an integer can be given.
  @FunctionalInterface
  public interface DoubleComponent<R extends Record> extends Serializable {

    /// The component's value.
    double of(R record);
  }

  /// A component that waits for its value.
  public final class Slot<T extends @Nullable Object> {

    private final int index;

    private Slot(int index) {
      this.index = index;
    }

    /// Gives it the value; `null` makes an optional component absent.
    public RecordBuilder<R> to(T value) {
      values.put(index, value);
      return RecordBuilder.this;
    }
  }

  /// A `long` component that waits for its value.
  public final class LongSlot {

    private final int index;

    private LongSlot(int index) {
      this.index = index;
    }

    /// Gives it the value.
    ///
    /// @throws ArithmeticException when the component is an `int` and cannot hold it
    public RecordBuilder<R> to(long value) {
      boolean isInt = shape.fields().get(index).accessor().getReturnType() == int.class;
      values.put(index, isInt ? (Object) Math.toIntExact(value) : (Object) value);
      return RecordBuilder.this;
    }
  }

  /// A `double` component that waits for its value.
  public final class DoubleSlot {

    private final int index;

    private DoubleSlot(int index) {
      this.index = index;
    }

    /// Gives it the value.
    public RecordBuilder<R> to(double value) {
      values.put(index, value);
      return RecordBuilder.this;
    }
  }

  private RecordBuilder(Class<R> type) {
    this.type = type;
    this.shape = RecordSchemas.of(type).shape();
  }

  /// A builder in which nothing is set.
  ///
  /// @throws IllegalArgumentException when the record is no payload record
  public static <R extends Record> RecordBuilder<R> of(Class<R> type) {
    return new RecordBuilder<>(type);
  }

  /// A builder that begins with what another record says.
  public static <R extends Record> RecordBuilder<R> from(R record) {
    @SuppressWarnings("unchecked") // the class of an R, which is final
    Class<R> type = (Class<R>) record.getClass();
    RecordBuilder<R> builder = new RecordBuilder<>(type);
    for (RecordShape.Field field : builder.shape.fields()) {
      builder.values.put(field.index(), field.componentOf(record));
    }
    return builder;
  }

  /// Names the component that is to be set.
  ///
  /// @throws IllegalArgumentException when this is no reference to an accessor of the record
  public <T extends @Nullable Object> Slot<T> set(Component<R, T> component) {
    return new Slot<>(indexOf(component));
  }

  /// The same for a `long`.
  @SuppressWarnings(
      "overloads") // references to accessors tell them apart, and nothing else is taken
  public LongSlot set(LongComponent<R> component) {
    return new LongSlot(indexOf(component));
  }

  /// The same for a `double`.
  @SuppressWarnings("overloads") // as above
  public DoubleSlot set(DoubleComponent<R> component) {
    return new DoubleSlot(indexOf(component));
  }

  /// The record.
  ///
  /// @throws IllegalStateException when components that are required are not set; it names all of them
  public R build() {
    List<String> missing = new ArrayList<>();
    @Nullable Object[] arguments = new @Nullable Object[shape.fields().size()];
    for (RecordShape.Field field : shape.fields()) {
      Object value = values.get(field.index());
      if (value == null) {
        value = field.absent();
        if (field.required()) {
          missing.add(field.accessor().getName());
        }
      }
      arguments[field.index()] = value;
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          type.getSimpleName() + " is not complete without " + String.join(", ", missing));
    }
    return type.cast(shape.construct(arguments));
  }

  private int indexOf(Serializable component) {
    try {
      SerializedLambda lambda =
          (SerializedLambda) WRITE_REPLACE.get(component.getClass()).invoke(component);
      if (lambda.getImplClass().equals(type.getName().replace('.', '/'))) {
        for (RecordShape.Field field : shape.fields()) {
          if (field.accessor().getName().equals(lambda.getImplMethodName())) {
            return field.index();
          }
        }
      }
      throw noMethodReference(null);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw noMethodReference(e);
    }
  }

  private static IllegalArgumentException noMethodReference(@Nullable Throwable cause) {
    return new IllegalArgumentException(
        "a component is named by a reference to its accessor, such as JobFailedPayload::jobId",
        cause);
  }
}
