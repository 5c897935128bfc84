package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A filter on the fields of payloads: what the protocol calls `where`.
///
/// It names fields and says what each must be: a value, one of a list of values, or `{"not":…,"min":…,"max":…}`. All must
/// hold. What it means for the events of a type depends on the type's schema: see [#on]. Immutable; equal ones ask the same
/// of the same fields.
public final class Where {

  /// How many fields it may name.
  public static final int MAX_FIELDS = 16;

  /// How many values it may name, bounds included.
  public static final int MAX_VALUES = 256;

  /// How long its JSON may be, in bytes.
  public static final int MAX_BYTES = 8 * 1024;

  /// What it takes in memory itself, for each field and for each value, and how often its text is there: as it was
  /// written, and as values. `SubscriptionMemoryTest` measures it.
  private static final long OWN_BYTES = 160;

  private static final long BYTES_PER_FIELD = 160;
  private static final long BYTES_PER_VALUE = 72;
  private static final long TIMES_WRITTEN = 2;

  private static final String FORMS =
      "a value, a list of values, or an object with not, min or max";

  private final SortedMap<String, Condition> conditions;
  private final String json;

  private Where(SortedMap<String, Condition> conditions, String json) {
    this.conditions = Collections.unmodifiableSortedMap(conditions);
    this.json = json;
  }

  /// What became of a `where`.
  public sealed interface Reading {

    /// It is one.
    ///
    /// @param where `null` when it asks for nothing
    record Read(@Nullable Where where) implements Reading {}

    /// It is none.
    ///
    /// @param rejection why
    record Refused(Rejection rejection) implements Reading {}
  }

  /// Reads one, whatever its bytes are.
  public static Reading read(byte[] json) {
    return read(Slice.of(json));
  }

  /// Reads one, whatever the text is.
  public static Reading read(String json) {
    return read(Slice.of(json));
  }

  /// One that is known to be right.
  ///
  /// @throws IllegalArgumentException when the text is none, or asks for nothing
  public static Where of(String json) {
    return switch (read(json)) {
      case Reading.Read(Where where) when where != null -> where;
      case Reading.Read nothing -> throw new IllegalArgumentException("where asks for nothing");
      case Reading.Refused(Rejection rejection) ->
          throw new IllegalArgumentException(rejection.message());
    };
  }

  /// Reads one, whatever its bytes are.
  public static Reading read(Slice json) {
    if (json.length() > MAX_BYTES) {
      return refused("where is longer than " + MAX_BYTES + " bytes");
    }
    Rejection rejection = JsonText.check(json.bytes(), json.offset(), json.length());
    if (rejection != null) {
      return refused("where is not valid JSON: " + rejection.message());
    }
    try (JsonParser parser = StrictJson.parser(json.bytes(), json.offset(), json.length())) {
      SortedMap<String, Condition> conditions = new Reader(parser).read();
      return new Reading.Read(conditions.isEmpty() ? null : new Where(conditions, text(json)));
    } catch (JacksonException e) {
      return refused("where: " + StrictJson.rejection(e, json.bytes(), json.offset()).message());
    } catch (Refusal e) {
      return new Reading.Refused(e.rejection);
    }
  }

  private static String text(Slice json) {
    return new String(json.bytes(), json.offset(), json.length(), StandardCharsets.UTF_8);
  }

  private static Reading refused(String message) {
    return new Reading.Refused(new Rejection(ErrorCode.INVALID_FILTER, message));
  }

  /// Ends the reading; never leaves this class.
  private static final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Rejection rejection;

    Refusal(Rejection rejection) {
      super(rejection.message(), null, false, false);
      this.rejection = rejection;
    }
  }

  private static final class Reader {

    private final JsonParser parser;
    private int values;

    Reader(JsonParser parser) {
      this.parser = parser;
    }

    SortedMap<String, Condition> read() {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw refuse("where must be an object: field to condition");
      }
      SortedMap<String, Condition> conditions = new TreeMap<>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        if (conditions.size() == MAX_FIELDS) {
          throw refuse("where may name " + MAX_FIELDS + " fields at most");
        }
        conditions.put(field, condition(field));
      }
      StrictJson.expectEnd(parser);
      return conditions;
    }

    private Condition condition(String field) {
      return parser.currentToken() == JsonToken.START_OBJECT
          ? bounds(field)
          : Condition.oneOf(values(field, false));
    }

    private Condition bounds(String field) {
      Set<FieldValue> not = Set.of();
      JsonNumber min = null;
      JsonNumber max = null;
      boolean isEmpty = true;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        isEmpty = false;
        switch (name) {
          case "not" -> not = values(field, true);
          case "min" -> min = number(field, name);
          case "max" -> max = number(field, name);
          default ->
              throw refuse(
                  field,
                  "there is no " + PayloadCheck.quoted(name) + "; it must be " + FORMS,
                  name);
        }
      }
      if (isEmpty) {
        throw refuse(field, "must be " + FORMS + "; was {}", null);
      }
      if (min != null && max != null && min.compareTo(max) > 0) {
        throw refuse(field, "min is greater than max: nothing is both", null);
      }
      return new Condition(null, not, min, max);
    }

    private Set<FieldValue> values(String field, boolean mayBeEmpty) {
      Set<FieldValue> found = new LinkedHashSet<>();
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          found.add(value(field));
        }
      } else {
        found.add(value(field));
      }
      if (found.isEmpty() && !mayBeEmpty) {
        throw refuse(field, "the list is empty: nothing is one of its values", null);
      }
      return found;
    }

    private FieldValue value(String field) {
      count();
      FieldValue value = FieldValues.value(parser);
      if (value == null) {
        throw refuse(
            field,
            "a value is a string, a number or a boolean; was " + PayloadCheck.shown(parser),
            null);
      }
      return value;
    }

    private JsonNumber number(String field, String bound) {
      count();
      if (FieldValues.value(parser) instanceof JsonNumber number) {
        return number;
      }
      throw refuse(field, bound + " must be a number; was " + PayloadCheck.shown(parser), null);
    }

    private void count() {
      if (++values > MAX_VALUES) {
        throw refuse("where may name " + MAX_VALUES + " values at most");
      }
    }

    private static Refusal refuse(String message) {
      return new Refusal(new Rejection(ErrorCode.INVALID_FILTER, message));
    }

    private static Refusal refuse(String field, String message, @Nullable String word) {
      String suggestion =
          word == null
              ? null
              : Suggestions.nearest(word, List.of("not", "min", "max")).orElse(null);
      return new Refusal(Rejection.ofFilter(field, message, suggestion));
    }
  }

  /// The names of the fields, sorted.
  public Set<String> fields() {
    return conditions.keySet();
  }

  /// As it was written.
  public String json() {
    return json;
  }

  /// What it comes down to for the events of a type.
  ///
  /// @param fields the type's, see [PayloadSchema#fields]
  /// @return empty when no event of the type can fulfil it
  public Optional<Conditions> on(Map<String, PayloadField> fields) {
    return fieldsAmong(fields).flatMap(this::on);
  }

  /// The fields of a type that it asks about, in the order of their names.
  ///
  /// @param fields the type's, see [PayloadSchema#fields]
  /// @return empty when the type does not have them all
  public Optional<List<PayloadField>> fieldsAmong(Map<String, PayloadField> fields) {
    List<PayloadField> asked = new ArrayList<>(conditions.size());
    for (String name : conditions.keySet()) {
      PayloadField field = field(name, fields);
      if (field == null) {
        return Optional.empty();
      }
      asked.add(field);
    }
    return Optional.of(asked);
  }

  /// What it comes down to where the fields are these.
  ///
  /// @param asked see [#fieldsAmong]
  /// @return empty when no event can fulfil it
  public Optional<Conditions> on(List<PayloadField> asked) {
    SortedMap<String, Condition> found = new TreeMap<>();
    for (PayloadField field : asked) {
      Condition condition = conditions.get(field.name());
      Optional<Condition> possible = condition == null ? Optional.empty() : condition.on(field);
      if (possible.isEmpty()) {
        return Optional.empty();
      }
      found.put(field.name(), possible.get());
    }
    return Optional.of(new Conditions(found));
  }

  private static @Nullable PayloadField field(String name, Map<String, PayloadField> fields) {
    return FieldValues.isOfEnvelope(name)
        ? new PayloadField(name, PayloadField.Kind.TEXT)
        : fields.get(name);
  }

  /// What of it no event of some types can ever fulfil.
  ///
  /// @param types the fields of each of the types
  /// @return `null` when there is nothing
  public @Nullable Rejection faultOn(Collection<Map<String, PayloadField>> types) {
    for (Map.Entry<String, Condition> entry : conditions.entrySet()) {
      String name = entry.getKey();
      List<PayloadField> fields =
          FieldValues.isOfEnvelope(name)
              ? List.of(new PayloadField(name, PayloadField.Kind.TEXT))
              : types.stream()
                  .flatMap(type -> Stream.ofNullable(type.get(name)))
                  .distinct()
                  .toList();
      Rejection fault =
          fields.isEmpty() ? unknown(name, types) : fault(name, entry.getValue(), fields);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private static Rejection unknown(String name, Collection<Map<String, PayloadField>> types) {
    Set<String> known = new TreeSet<>(FieldValues.OF_ENVELOPE);
    types.forEach(type -> known.addAll(type.keySet()));
    return Rejection.ofFilter(
        name,
        "none of the event types that the patterns match has such a field to compare",
        Suggestions.nearest(name, known).or(() -> longer(name, known)).orElse(null));
  }

  /// The shortest of the fields whose first word it is, as `camera` is of `camera_id`.
  private static Optional<String> longer(String word, Set<String> known) {
    String beginning = Ascii.lowerCase(word) + '_';
    return known.stream()
        .filter(name -> name.startsWith(beginning))
        .min(Comparator.comparingInt(String::length));
  }

  private static @Nullable Rejection fault(
      String name, Condition condition, List<PayloadField> fields) {
    Set<FieldValue> all = new LinkedHashSet<>(condition.not());
    if (condition.values() != null) {
      all.addAll(condition.values());
    }
    for (FieldValue value : all) {
      if (fields.stream().allMatch(field -> field.canonical(value).isEmpty())) {
        return impossible(name, value, fields);
      }
    }
    boolean isBounded = condition.min() != null || condition.max() != null;
    if (isBounded && fields.stream().noneMatch(field -> field.kind().isNumeric())) {
      return Rejection.ofFilter(name, "min and max are for numbers; it is " + kinds(fields), null);
    }
    return null;
  }

  private static Rejection impossible(String name, FieldValue value, List<PayloadField> fields) {
    List<String> names = new ArrayList<>();
    fields.forEach(field -> names.addAll(field.names()));
    String suggestion =
        value instanceof FieldValue.Text(String text)
            ? Suggestions.nearest(text, names).orElse(null)
            : null;
    return Rejection.ofFilter(
        name, "can never be " + value.shown() + "; it is " + kinds(fields), suggestion);
  }

  private static String kinds(List<PayloadField> fields) {
    return String.join(" or ", fields.stream().map(PayloadField::described).distinct().toList());
  }

  /// About how much memory it takes, in bytes.
  public long heapBytes() {
    long values = 0;
    for (Condition condition : conditions.values()) {
      values += condition.valueCount();
    }
    return OWN_BYTES
        + BYTES_PER_FIELD * conditions.size()
        + BYTES_PER_VALUE * values
        + TIMES_WRITTEN * json.length();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Where where && where.conditions.equals(conditions);
  }

  @Override
  public int hashCode() {
    return conditions.hashCode();
  }

  @Override
  public String toString() {
    return json;
  }
}
