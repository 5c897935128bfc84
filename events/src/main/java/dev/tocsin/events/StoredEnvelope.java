package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads an envelope back that some hub has written down as a whole: [EncodedEvent#json] with its closing brace.
///
/// Strict about the form, because others can write to the same place: one JSON object with a name of a type, a payload and a
/// timestamp, and nothing that an envelope does not have. Which types there are, and what their payloads look like, it does
/// not ask: a newer hub may know more of them.
public final class StoredEnvelope {

  private static final byte[] TYPE = ascii("type");
  private static final byte[] PAYLOAD = ascii("payload");
  private static final byte[] TIMESTAMP = ascii("timestamp");
  private static final byte[] CORRELATION_ID = ascii("correlation_id");
  private static final byte[] CHANNEL = ascii("channel");

  private final byte[] json;

  private @Nullable String type;
  private @Nullable String timestamp;
  private @Nullable String correlationId;
  private @Nullable String channel;
  private int payloadStart = -1;
  private int payloadEnd;

  private StoredEnvelope(byte[] json) {
    this.json = json;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The event that an envelope says; empty when it is none.
  public static Optional<EncodedEvent> read(byte[] json) {
    StoredEnvelope plain = new StoredEnvelope(json);
    if (plain.isPlain()) {
      return Optional.of(plain.event());
    }
    StoredEnvelope any = new StoredEnvelope(json);
    return any.isEnvelope() ? Optional.of(any.event()) : Optional.empty();
  }

  private EncodedEvent event() {
    return EncodedEvent.of(
        type == null ? "" : type,
        new Slice(json, payloadStart, payloadEnd - payloadStart),
        -1,
        0,
        timestamp == null ? "" : timestamp,
        correlationId,
        channel);
  }

  /// Whether it surely is an envelope, in one pass; most are.
  private boolean isPlain() {
    PlainJson plain = new PlainJson(json, 0, json.length);
    if (!plain.enter('{')) {
      return false;
    }
    do {
      if (!plain.name() || !plainField(plain)) {
        return false;
      }
    } while (plain.take(','));
    return plain.leave('}') && plain.isAtEnd() && isComplete();
  }

  private boolean plainField(PlainJson plain) {
    if (plain.isText(PAYLOAD)) {
      if (payloadStart >= 0 || plain.peek() != '{') {
        return false;
      }
      payloadStart = plain.position();
      boolean sound = plain.object();
      payloadEnd = plain.position();
      return sound;
    } else if (plain.isText(TYPE)) {
      return type == null && (type = simpleText(plain)) != null;
    } else if (plain.isText(TIMESTAMP)) {
      return timestamp == null && (timestamp = simpleText(plain)) != null;
    } else if (plain.isText(CORRELATION_ID)) {
      return correlationId == null && (correlationId = simpleText(plain)) != null;
    } else if (plain.isText(CHANNEL)) {
      return channel == null && (channel = simpleText(plain)) != null;
    }
    return false;
  }

  private static @Nullable String simpleText(PlainJson plain) {
    return plain.text() && plain.isSimple() ? plain.simpleText() : null;
  }

  private boolean isComplete() {
    return type != null
        && EventType.isName(type)
        && payloadStart >= 0
        && timestamp != null
        && IsoDateTime.isOffsetDateTime(timestamp);
  }

  /// Whether it is an envelope, however it is written.
  private boolean isEnvelope() {
    if (JsonText.check(json, 0, json.length) != null) {
      return false;
    }
    try (JsonParser parser = StrictJson.parserOfWrapper(json, 0, json.length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (!field(name, parser)) {
          return false;
        }
      }
      StrictJson.expectEnd(parser);
      return isComplete();
    } catch (JacksonException e) {
      return false;
    }
  }

  private boolean field(String name, JsonParser parser) {
    if (name.equals("payload")) {
      boolean object = parser.currentToken() == JsonToken.START_OBJECT;
      payloadStart = StrictJson.tokenStart(parser);
      payloadEnd = StrictJson.skipValue(parser);
      return object;
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      return false;
    }
    String text = parser.getString();
    switch (name) {
      case "type" -> type = text;
      case "timestamp" -> timestamp = text;
      case "correlation_id" -> correlationId = text;
      case "channel" -> channel = text;
      default -> {
        return false;
      }
    }
    return true;
  }
}
