package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The event types there are, and the questions that can be asked about them.
///
/// Immutable and safe for any thread. [#builtIn] holds the 43 types of [WebSocketEventType]; an
/// application adds its own with [#with], an operator with a folder of JSON Schemas
/// ([CatalogFolder]). The built-in types cannot be changed.
public final class EventCatalog {

  private static final EventCatalog BUILT_IN = new EventCatalog(builtInTypes());

  private final Map<String, EventType> types;
  private final Map<Class<?>, EventType> byRecord;
  private final Suggestions suggestions;

  /// Made when somebody asks first.
  private volatile @Nullable String hash;

  private EventCatalog(Collection<EventType> types) {
    Map<String, EventType> byName = new LinkedHashMap<>();
    Map<Class<?>, EventType> records = new LinkedHashMap<>();
    for (EventType type : types) {
      if (byName.putIfAbsent(type.name(), type) != null) {
        throw new IllegalArgumentException("There is an event type \"" + type + "\" already");
      }
      if (type.payload() instanceof RecordSchema schema) {
        records.putIfAbsent(schema.type(), type);
      }
    }
    this.types = byName;
    this.byRecord = records;
    this.suggestions = Suggestions.of(byName.keySet());
  }

  private static List<EventType> builtInTypes() {
    return Arrays.stream(WebSocketEventType.values())
        .map(type -> {
          Class<? extends Record> record = type.payloadClass();
          return new EventType(
              type.wireName(),
              type.channel(),
              type.description(),
              record == null ? null : RecordSchemas.ofBuiltIn(record),
              type.isReserved());
        })
        .toList();
  }

  /// The catalog of the 43 built-in types.
  public static EventCatalog builtIn() {
    return BUILT_IN;
  }

  /// This catalog and one more type.
  ///
  /// @throws IllegalArgumentException when there is a type of that name already, when it has no
  ///     payload, a reserved name or a badly formed one, or when its payload record is that of another type
  public EventCatalog with(EventType type) {
    if (type.payload() == null || type.reserved() || EventType.isReservedName(type.name())) {
      throw new IllegalArgumentException("\"" + type + "\" is not a type that can be published");
    }
    EventType.requireNames(type.name(), type.channel());
    if (type.payload() instanceof RecordSchema schema && byRecord.containsKey(schema.type())) {
      throw new IllegalArgumentException(
          schema.name() + " is the payload of " + byRecord.get(schema.type()) + " already");
    }
    List<EventType> all = new ArrayList<>(types.values());
    all.add(type);
    return new EventCatalog(all);
  }

  // The helpers of the mission.

  /// Creates an event around a payload record, with the present time as its timestamp and the
  /// channel of its type. The type is the one whose payload the record is; where several share it, the
  /// first.
  ///
  /// What comes back is valid: a hub with this catalog takes it, unless its type is one that only servers send, as a
  /// server of your own may ([EventType#reserved]). [WebSocketEvent#withCorrelationId] and
  /// [WebSocketEvent#withChannel] add what else there is to say, and may make it too long.
  ///
  /// @throws InvalidEventException when the payload does not fit its schema (it names every fault), or the event
  ///     is longer than [WebSocketEvent#MAX_BYTES]
  /// @throws IllegalArgumentException when no type of this catalog has such a payload
  public WebSocketEvent createEvent(Record payload) {
    EventType type = byRecord.get(payload.getClass());
    if (type == null) {
      throw new IllegalArgumentException(
          "No event type of this catalog has the payload " + payload.getClass().getName());
    }
    return createEvent(type.name(), payload);
  }

  /// The same with a correlation id.
  ///
  /// @param correlationId `null` for none
  public WebSocketEvent createEvent(Record payload, @Nullable String correlationId) {
    return publishable(createEvent(payload).withCorrelationId(correlationId));
  }

  /// The same with a correlation id and a channel of the caller's.
  ///
  /// @param correlationId `null` for none
  /// @param channel `null` for the type's own
  public WebSocketEvent createEvent(
      Record payload, @Nullable String correlationId, @Nullable String channel) {
    return inChannel(createEvent(payload, correlationId), channel);
  }

  /// Creates an event of a named type from a payload record.
  ///
  /// @throws InvalidEventException when the type is unknown or the payload does not fit its schema
  /// @throws IllegalArgumentException when the type's payload is another record
  public WebSocketEvent createEvent(String type, Record payload) {
    EventType known = known(type);
    if (known.payload() instanceof RecordSchema schema && schema.type() == payload.getClass()) {
      return created(known, schema.shape().write(payload));
    }
    throw new IllegalArgumentException(
        payload.getClass().getSimpleName() + " is not the payload of " + type);
  }

  /// The same with a correlation id and a channel of the caller's, see above.
  public WebSocketEvent createEvent(
      String type, Record payload, @Nullable String correlationId, @Nullable String channel) {
    return inChannel(createEvent(type, payload).withCorrelationId(correlationId), channel);
  }

  /// The same for a built-in type.
  public WebSocketEvent createEvent(WebSocketEventType type, Record payload) {
    return createEvent(type.wireName(), payload);
  }

  /// Creates an event of a named type from a payload whose names are those on the wire. Values may be what
  /// JSON has (texts, numbers, truth values, `null`, maps, lists), enums, times, UUIDs and payload records.
  ///
  /// @throws InvalidEventException when the type is unknown or the payload does not fit its schema
  public WebSocketEvent createEvent(String type, Map<String, ?> payload) {
    return created(known(type), JavaValues.tree(payload));
  }

  /// The same for a built-in type.
  public WebSocketEvent createEvent(WebSocketEventType type, Map<String, ?> payload) {
    return createEvent(type.wireName(), payload);
  }

  /// Creates an event of a named type from the JSON text of its payload.
  ///
  /// @throws InvalidEventException when the type is unknown, or the text is no JSON, or none that fits the
  ///     type's schema
  public WebSocketEvent createEvent(String type, String payload) {
    EventType known = known(type);
    return switch (Json.read(payload)) {
      case Json.Value(JsonNode tree) -> created(known, tree);
      case Rejection rejection -> throw new InvalidEventException(rejection);
    };
  }

  /// The same for a built-in type.
  public WebSocketEvent createEvent(WebSocketEventType type, String payload) {
    return createEvent(type.wireName(), payload);
  }

  private static WebSocketEvent created(EventType type, JsonNode payload) {
    return publishable(
        new WebSocketEvent(
            type.name(),
            new PayloadDraft(payload).validated(type),
            Timestamp.now(InstantSource.system()).text(),
            null,
            null,
            type.channel(),
            null));
  }

  private static WebSocketEvent inChannel(WebSocketEvent event, @Nullable String channel) {
    return publishable(channel == null ? event : event.withChannel(channel));
  }

  private static WebSocketEvent publishable(WebSocketEvent event) {
    int length = event.toJson().getBytes(StandardCharsets.UTF_8).length;
    if (length > WebSocketEvent.MAX_BYTES) {
      throw new InvalidEventException(WebSocketEvent.tooLong(length));
    }
    return event;
  }

  // The questions. Each takes a name, or a built-in type.

  /// The default channel of a type; empty for the server's own types.
  ///
  /// @throws IllegalArgumentException when the type is unknown; likewise the next two
  public Optional<String> eventChannel(String type) {
    return Optional.ofNullable(known(type).channel());
  }

  /// The same for a built-in type.
  public Optional<String> eventChannel(WebSocketEventType type) {
    return eventChannel(type.wireName());
  }

  /// What an event of this type means, in one sentence.
  public String eventDescription(String type) {
    return known(type).description();
  }

  /// The same for a built-in type.
  public String eventDescription(WebSocketEventType type) {
    return eventDescription(type.wireName());
  }

  /// The fields without which the payload is refused; none for types without a payload.
  public List<String> requiredPayloadFields(String type) {
    PayloadSchema payload = known(type).payload();
    return payload == null ? List.of() : payload.requiredFields();
  }

  /// The same for a built-in type.
  public List<String> requiredPayloadFields(WebSocketEventType type) {
    return requiredPayloadFields(type.wireName());
  }

  /// The event type of a name, which is matched exactly: `ALERT.CREATED` is no event type.
  public Optional<EventType> find(String name) {
    return Optional.ofNullable(types.get(name));
  }

  /// The entry of a built-in type.
  public EventType find(WebSocketEventType type) {
    return known(type.wireName());
  }

  /// All event types, the built-in ones first, in the order of [WebSocketEventType].
  public List<EventType> allEventTypes() {
    return List.copyOf(types.values());
  }

  /// The event types whose default channel this is.
  public List<EventType> eventTypesByChannel(String channel) {
    return types.values().stream().filter(type -> channel.equals(type.channel())).toList();
  }

  /// The event types whose payload is this record.
  ///
  /// @throws IllegalArgumentException when the record cannot be a payload at all
  public List<EventType> eventTypesByPayload(Class<? extends Record> payload) {
    PayloadSchema schema = PayloadSchema.of(payload);
    return types.values().stream().filter(type -> schema.equals(type.payload())).toList();
  }

  /// All channels, sorted, each once.
  public List<String> allChannels() {
    return types.values().stream()
        .map(EventType::channel)
        .filter(Objects::nonNull)
        .distinct()
        .sorted()
        .toList();
  }

  /// What tells this catalog from others: 32 hexadecimal digits, the same after every start and whatever the order
  /// of the types; others as soon as a type or a schema is another. It goes with the release of the program too, whose
  /// built-in types may have got new fields.
  public String hash() {
    String known = hash;
    if (known == null) {
      known = CatalogHash.of(this);
      hash = known;
    }
    return known;
  }

  // Payloads.

  /// The schema of a type's payload; empty for `ping` and `pong`, which have none.
  public Optional<PayloadSchema> payloadSchema(String type) {
    return Optional.ofNullable(known(type).payload());
  }

  /// The same for a built-in type.
  public Optional<PayloadSchema> payloadSchema(WebSocketEventType type) {
    return payloadSchema(type.wireName());
  }

  /// The JSON Schema (2020-12) of a type's payload as it is delivered, made anew for the caller; empty for
  /// types without one. It carries the annotations of [CatalogFolder], so that such a folder takes it.
  public Optional<ObjectNode> jsonSchema(String type) {
    EventType known = known(type);
    return payloadSchema(type)
        .map(schema ->
            CatalogFolder.annotated(schema.jsonSchema(known.name(), known.description()), known));
  }

  /// The same for a built-in type.
  public Optional<ObjectNode> jsonSchema(WebSocketEventType type) {
    return jsonSchema(type.wireName());
  }

  /// Validates the JSON text of a payload: the typed record, or every fault at once.
  ///
  /// An unknown type and a type without a payload are refused as well
  /// ([ErrorCode#UNKNOWN_EVENT_TYPE], [ErrorCode#RESERVED_EVENT_TYPE]); the payloads of the
  /// server's own types can be validated although nobody else may send them.
  public PayloadValidation validatePayload(String type, String payload) {
    byte[] utf8 = JsonText.utf8(payload);
    return utf8 == null ? new PayloadValidation.Invalid(Json.NO_UTF8) : validatePayload(type, utf8);
  }

  /// The same for a built-in type.
  public PayloadValidation validatePayload(WebSocketEventType type, String payload) {
    return validatePayload(type.wireName(), payload);
  }

  /// The same for UTF-8 bytes.
  public PayloadValidation validatePayload(String type, byte[] payload) {
    EventType known = types.get(type);
    if (known == null) {
      return new PayloadValidation.Invalid(unknownType(type));
    }
    PayloadSchema schema = known.payload();
    if (schema == null) {
      return new PayloadValidation.Invalid(
          new Rejection(ErrorCode.RESERVED_EVENT_TYPE, "\"" + type + "\" has no payload"));
    }
    PlainJson plain = new PlainJson(payload, 0, payload.length);
    if (schema.accepts(plain) && plain.isAtEnd()) {
      return new PayloadValidation.Valid(new String(payload, StandardCharsets.UTF_8), schema);
    }
    Rejection rejection = StrictJson.check(payload);
    if (rejection != null) {
      return new PayloadValidation.Invalid(rejection);
    }
    if (!StrictJson.isObject(payload)) {
      return new PayloadValidation.Invalid(PayloadFaults.notAnObject());
    }
    PayloadCheck check = schema.check(payload, 0, payload.length);
    return check.isValid()
        ? new PayloadValidation.Valid(
            new String(check.normalised(payload, 0, payload.length), StandardCharsets.UTF_8),
            schema)
        : new PayloadValidation.Invalid(check.rejection(type));
  }

  /// The refusal of a name that is none, with the nearest name that is one.
  public Rejection unknownType(String name) {
    return unknownType(name, suggestions.nearest(name));
  }

  /// The same, with a suggestion only as long as the budget of the turn has one left.
  Rejection unknownType(String name, Suggestions.Budget budget) {
    return unknownType(name, budget.take() ? suggestions.nearest(name) : Optional.empty());
  }

  private static Rejection unknownType(String name, Optional<String> nearest) {
    String hint = nearest.map(meant -> "; did you mean \"" + meant + "\"?").orElse("");
    return new Rejection(
        ErrorCode.UNKNOWN_EVENT_TYPE, "There is no event type " + PayloadCheck.quoted(name) + hint);
  }

  PayloadSchema schemaOf(EventType type) {
    return Objects.requireNonNull(type.payload(), type::name);
  }

  private EventType known(String type) {
    EventType known = types.get(type);
    if (known == null) {
      throw new InvalidEventException(unknownType(type));
    }
    return known;
  }
}
