package dev.tocsin.events;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What the payload of an event type has to look like.
///
/// Immutable and safe for any thread. A schema comes from a payload record ([#of]) or from a JSON
/// Schema document ([CatalogFolder]); both are checked by the same [EventEncoder].
public abstract sealed class PayloadSchema permits DocumentSchema, RecordSchema {

  /// Made when somebody asks first.
  private volatile @Nullable Map<String, PayloadField> fields;

  /// The schema of a payload record.
  ///
  /// Its components may be strings, `int`, `long`, `double`, `boolean` and their boxes, [Timestamp],
  /// [java.time.Instant], [java.util.UUID], enums, other payload records, `List`s of these and `Map`s
  /// from `String` to these or to `Object`. Each carries a [Doc]; `@Nullable`, [java.util.Optional] or
  /// [Default] makes it optional, [Range] bounds it.
  ///
  /// @throws IllegalArgumentException when a component is of another type, and which to use instead; when
  ///     it lacks its [Doc]; or when the record would contain itself
  public static PayloadSchema of(Class<? extends Record> record) {
    return RecordSchemas.of(record);
  }

  PayloadSchema() {}

  /// The name of the payload, for instance `AlertCreatedPayload`.
  public abstract String name();

  /// The fields without which a payload is refused, in their order.
  public abstract List<String> requiredFields();

  /// The field that says what an event is about, see [Key]; empty when none does. It is one of [#fields], a string or an
  /// integer.
  public abstract Optional<String> keyField();

  /// The JSON Schema (2020-12) of the payload as it is delivered, made anew for the caller.
  ///
  /// @param type the event type, for `$id` and title
  /// @param description what the event means
  public abstract ObjectNode jsonSchema(String type, String description);

  /// The fields at the payload's top level whose values can be compared with others, by their names.
  public final Map<String, PayloadField> fields() {
    Map<String, PayloadField> known = fields;
    if (known == null) {
      known = Collections.unmodifiableMap(ComparableFields.of(jsonSchema("", "")));
      fields = known;
    }
    return known;
  }

  /// Whether the payload at the cursor surely is valid and needs no normalising; the cursor is after it
  /// then. Otherwise [#check] has to find out.
  abstract boolean accepts(PlainJson json);

  /// Checks the payload, which is a JSON object without syntax errors, duplicate names or excessive
  /// depth.
  abstract PayloadCheck check(byte[] json, int offset, int length);
}
