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

  private EventCatalog(Collection<EventType> types) {
    Map<String, EventType> byName = new LinkedHashMap<>();
    Map<Class<?>, EventType> records = new LinkedHashMap<>();
    for (EventType type : types) {
      if (byName.putIfAbsent(type.name(), type) != null) {
        throw new IllegalArgumentException("There is an event type \"" + type + "\" already");
      }
      if (type.payload() instanceof RecordSchema schema) {
        records.putIfAbsent(schema.shape().type(), type);
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
              record == null ? null : PayloadSchema.of(record),
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
  ///     payload or a reserved name, or when its payload record is that of another type
  public EventCatalog with(EventType type) {
    if (type.payload() == null || type.reserved() || EventType.isReservedName(type.name())) {
      throw new IllegalArgumentException("\"" + type + "\" is not a type that can be published");
    }
    if (type.payload() instanceof RecordSchema schema
        && byRecord.containsKey(schema.shape().type())) {
      throw new IllegalArgumentException(
          schema.name() + " is the payload of " + byRecord.get(schema.shape().type()) + " already");
    }
    List<EventType> all = new ArrayList<>(types.values());
    all.add(type);
    return new EventCatalog(all);
  }

  // The helpers of the mission.

  /// Creates an event around a payload record, with the present time as its timestamp and the
  /// channel of its type. The type is the one whose payload the record is; where an old underscore
  /// name shares the payload, the one with the dot.
  ///
  /// @throws IllegalArgumentException when no type of this catalog has such a payload
  public WebSocketEvent createEvent(Record payload) {
    return createEvent(payload, null, null);
  }

  /// The same with a correlation id and a channel of the caller's.
  ///
  /// @param correlationId `null` for none
  /// @param channel `null` for the type's own
  public WebSocketEvent createEvent(
      Record payload, @Nullable String correlationId, @Nullable String channel) {
    EventType type = byRecord.get(payload.getClass());
    if (type == null) {
      throw new IllegalArgumentException(
          "No event type of this catalog has the payload " + payload.getClass().getName());
    }
    return createEvent(type.name(), payload, correlationId, channel);
  }

  /// Creates an event of a named type, which has to have such a payload.
  ///
  /// @throws IllegalArgumentException when the type is unknown or its payload is another record
  public WebSocketEvent createEvent(
      String type, Record payload, @Nullable String correlationId, @Nullable String channel) {
    EventType known = required(type);
    if (!(known.payload() instanceof RecordSchema schema)
        || schema.shape().type() != payload.getClass()) {
      throw new IllegalArgumentException(
          payload.getClass().getSimpleName() + " is not the payload of " + type);
    }
    return new WebSocketEvent(
        type,
        schema.shape().write(payload),
        Timestamp.now(InstantSource.system()).text(),
        correlationId,
        null,
        channel == null ? known.channel() : channel,
        null);
  }

  /// The default channel of a type; empty for the server's own types.
  ///
  /// @throws IllegalArgumentException when the type is unknown; likewise the next three
  public Optional<String> eventChannel(String type) {
    return Optional.ofNullable(required(type).channel());
  }

  /// What an event of this type means, in one sentence.
  public String eventDescription(String type) {
    return required(type).description();
  }

  /// The fields without which the payload is refused; none for types without a payload.
  public List<String> requiredPayloadFields(String type) {
    PayloadSchema payload = required(type).payload();
    return payload == null ? List.of() : payload.requiredFields();
  }

  /// The event type of a name, which is matched exactly: `ALERT.CREATED` is no event type.
  public Optional<EventType> find(String name) {
    return Optional.ofNullable(types.get(name));
  }

  /// All event types, the built-in ones first, in the order of [WebSocketEventType].
  public List<EventType> allEventTypes() {
    return List.copyOf(types.values());
  }

  /// The event types whose default channel this is.
  public List<EventType> eventTypesByChannel(String channel) {
    return types.values().stream().filter(type -> channel.equals(type.channel())).toList();
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

  // Payloads.

  /// The schema of a type's payload; empty for `ping` and `pong`, which have none.
  public Optional<PayloadSchema> payloadSchema(String type) {
    return Optional.ofNullable(required(type).payload());
  }

  /// The JSON Schema (2020-12) of a type's payload as it is delivered; empty for types without one.
  public Optional<ObjectNode> jsonSchema(String type) {
    EventType known = required(type);
    return payloadSchema(type).map(s -> s.jsonSchema(known.name(), known.description()));
  }

  /// Validates the JSON text of a payload: the typed record, or every fault at once.
  ///
  /// An unknown type and a type without a payload are refused as well
  /// ([ErrorCode#UNKNOWN_EVENT_TYPE], [ErrorCode#RESERVED_EVENT_TYPE]); the payloads of the
  /// server's own types can be validated although nobody else may send them.
  public PayloadValidation validatePayload(String type, String payload) {
    return validatePayload(type, payload.getBytes(StandardCharsets.UTF_8));
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
    Rejection fault = StrictJson.fault(payload);
    if (fault != null) {
      return new PayloadValidation.Invalid(fault);
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

  private EventType required(String type) {
    EventType known = types.get(type);
    if (known == null) {
      throw new IllegalArgumentException(unknownType(type).message());
    }
    return known;
  }
}
