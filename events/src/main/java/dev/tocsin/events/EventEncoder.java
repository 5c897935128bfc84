package dev.tocsin.events;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The one path by which bytes become an event: no more than [WebSocketEvent#MAX_BYTES] of them, strict JSON, the envelope,
/// the type, the payload, in this order.
///
/// Safe for any thread.
public final class EventEncoder {

  private final EventCatalog catalog;
  private final InstantSource clock;

  /// @param clock tells the timestamp of events that come without one
  public EventEncoder(EventCatalog catalog, InstantSource clock) {
    this.catalog = catalog;
    this.clock = clock;
  }

  /// The catalog whose types are accepted.
  public EventCatalog catalog() {
    return catalog;
  }

  /// What keeps bytes from being an event, whatever the catalog: they are not JSON, or not an object. `null` when they
  /// may be one. Plain JSON is recognised in one pass that builds nothing; [Json#read] builds a tree.
  public static @Nullable Rejection syntaxFault(byte[] json) {
    PlainJson plain = new PlainJson(json, 0, json.length);
    if (plain.object() && plain.isAtEnd()) {
      return null;
    }
    Rejection rejection = StrictJson.check(json);
    if (rejection != null) {
      return rejection;
    }
    return StrictJson.isObject(json)
        ? null
        : new Rejection(ErrorCode.INVALID_MESSAGE, "An event is a JSON object");
  }

  /// The same for a text.
  public static @Nullable Rejection syntaxFault(String json) {
    byte[] utf8 = JsonText.utf8(json);
    return utf8 == null ? Json.NO_UTF8 : syntaxFault(utf8);
  }

  /// Encodes one envelope.
  public EncodingResult encode(byte[] json) {
    return encode(json, 0, json.length);
  }

  /// Encodes the envelope that stands in a part of `json`.
  public EncodingResult encode(byte[] json, int offset, int length) {
    return encode(json, offset, length, new Suggestions.Budget());
  }

  /// The same for one of the many envelopes of a turn, which share a budget of suggestions.
  public EncodingResult encode(byte[] json, int offset, int length, Suggestions.Budget budget) {
    return encode(json, offset, length, budget, type -> null);
  }

  /// The same for somebody who may not send every type: of one that he may not, nothing is said of the payload.
  ///
  /// @param refusal why he may not send a type of the catalog; `null` when he may
  public EncodingResult encode(
      byte[] json,
      int offset,
      int length,
      Suggestions.Budget budget,
      Function<String, @Nullable Rejection> refusal) {
    if (length > WebSocketEvent.MAX_BYTES) {
      return WebSocketEvent.tooLong(length);
    }
    PlainEnvelope plain = new PlainEnvelope(catalog, json, offset, length);
    if (!plain.isValid()) {
      return encodeAny(json, offset, length, budget, refusal);
    }
    EncodedEvent event = plain.encoded(json, clock);
    Rejection refused = refusal.apply(event.type());
    return refused == null ? event : refused;
  }

  /// The same as [#encodeAny(byte[], int, int, Suggestions.Budget, Function)] for somebody who may send every type.
  EncodingResult encodeAny(byte[] json, int offset, int length, Suggestions.Budget budget) {
    return encodeAny(json, offset, length, budget, type -> null);
  }

  /// Encodes or refuses whatever there is; the one place where faults are found.
  EncodingResult encodeAny(
      byte[] json,
      int offset,
      int length,
      Suggestions.Budget budget,
      Function<String, @Nullable Rejection> refusal) {
    Rejection rejection = JsonText.check(json, offset, length);
    if (rejection != null) {
      return rejection;
    }
    Envelope envelope = new Envelope();
    try (JsonParser parser = StrictJson.parser(json, offset, length)) {
      envelope.read(parser);
    } catch (JacksonException e) {
      return StrictJson.rejection(e, json, offset);
    }
    if (envelope.refusal != null) {
      return new Rejection(ErrorCode.INVALID_MESSAGE, envelope.refusal);
    }
    return encode(json, offset, envelope, budget, refusal);
  }

  private EncodingResult encode(
      byte[] json,
      int offset,
      Envelope envelope,
      Suggestions.Budget budget,
      Function<String, @Nullable Rejection> refusal) {
    String name = envelope.type == null ? "" : envelope.type;
    if (EventType.isReservedName(name)) {
      return new Rejection(
          ErrorCode.RESERVED_EVENT_TYPE, PayloadCheck.quoted(name) + " is sent by the server only");
    }
    Optional<EventType> found = catalog.find(name);
    if (found.isEmpty()) {
      return catalog.unknownType(name, budget);
    }
    EventType type = found.get();
    Rejection refused = refusal.apply(type.name());
    if (refused != null) {
      return refused;
    }
    if (envelope.payloadStart < 0) {
      return envelope.payloadEnd < 0 ? PayloadFaults.missing() : PayloadFaults.notAnObject();
    }
    PayloadSchema schema = catalog.schemaOf(type);
    int length = envelope.payloadEnd - envelope.payloadStart;
    PayloadCheck check = schema.check(json, offset + envelope.payloadStart, length);
    if (!check.isValid()) {
      return check.rejection(name);
    }
    return EncodedEvent.of(
        type.name(),
        check.normalised(json, offset + envelope.payloadStart, length),
        envelope.timestamp == null ? Timestamp.now(clock).text() : envelope.timestamp,
        envelope.correlationId,
        envelope.channel == null ? type.channel() : envelope.channel);
  }

  /// The fields of one envelope as they are read.
  private static final class Envelope {

    private @Nullable String type;
    private @Nullable String timestamp;
    private @Nullable String correlationId;
    private @Nullable String channel;
    private int payloadStart = -1;
    private int payloadEnd = -1;

    /// The first thing that is wrong with the envelope, which is told once the JSON is known to be
    /// sound.
    private @Nullable String refusal;

    void read(JsonParser parser) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        if (parser.currentToken() == null) {
          StrictJson.failEmpty(parser);
        }
        StrictJson.skipValue(parser);
        refuse("An event is a JSON object");
      } else {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          readField(name, parser);
        }
        if (type == null) {
          refuse("type is required");
        }
        if (timestamp != null && !IsoDateTime.isOffsetDateTime(timestamp)) {
          refuse(
              "timestamp must be an ISO 8601 date-time with an offset; was "
                  + PayloadCheck.quoted(timestamp));
        }
      }
      StrictJson.expectEnd(parser);
    }

    private void readField(String name, JsonParser parser) {
      switch (name) {
        case "type" -> {
          if (parser.currentToken() == JsonToken.VALUE_NULL) {
            refuse("type must be a string; was null");
          }
          type = text(name, parser);
        }
        case "payload" -> {
          boolean object = parser.currentToken() == JsonToken.START_OBJECT;
          int start = StrictJson.tokenStart(parser);
          payloadEnd = StrictJson.skipValue(parser);
          payloadStart = object ? start : -1;
        }
        case "timestamp" -> timestamp = text(name, parser);
        case "correlation_id" -> correlationId = text(name, parser);
        case "channel" -> channel = text(name, parser);
        case "sequence", "previous", "initial" -> StrictJson.skipValue(parser);
        default -> {
          refuse("An event has no field " + PayloadCheck.quoted(name));
          StrictJson.skipValue(parser);
        }
      }
    }

    private @Nullable String text(String name, JsonParser parser) {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return parser.getString();
      }
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        refuse(name + " must be a string; was " + PayloadCheck.shown(parser));
        StrictJson.skipValue(parser);
      }
      return null;
    }

    private void refuse(String message) {
      if (refusal == null) {
        refusal = message;
      }
    }
  }
}
