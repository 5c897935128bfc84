package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The envelope of a [PlainJson] text: finds out in one pass whether the event is valid and needs no
/// normalising. Owned by its caller.
final class PlainEnvelope {

  private static final byte[] TYPE = ascii("type");
  private static final byte[] PAYLOAD = ascii("payload");
  private static final byte[] TIMESTAMP = ascii("timestamp");
  private static final byte[] CORRELATION_ID = ascii("correlation_id");
  private static final byte[] CHANNEL = ascii("channel");
  private static final byte[] SEQUENCE = ascii("sequence");
  private static final byte[] PREVIOUS = ascii("previous");

  private final EventCatalog catalog;
  private final PlainJson json;

  private @Nullable EventType type;
  private int payloadStart = -1;
  private int payloadEnd;
  private @Nullable String timestamp;
  private @Nullable String correlationId;
  private @Nullable String channel;
  private boolean sequence;
  private boolean previous;

  PlainEnvelope(EventCatalog catalog, byte[] json, int offset, int length) {
    this.catalog = catalog;
    this.json = new PlainJson(json, offset, length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Whether the event is surely valid as it is written.
  boolean isValid() {
    if (!json.enter('{')) {
      return false;
    }
    do {
      if (!json.name() || !field()) {
        return false;
      }
    } while (json.take(','));
    return json.leave('}') && json.isAtEnd() && payloadStart >= 0;
  }

  /// The next field, unless it is there already or is none of the envelope's.
  private boolean field() {
    if (json.isText(TYPE)) {
      return type == null && type();
    } else if (json.isText(PAYLOAD)) {
      return payloadStart < 0 && payload();
    } else if (json.isText(TIMESTAMP)) {
      return timestamp == null && timestamp();
    } else if (json.isText(CORRELATION_ID)) {
      return correlationId == null && (correlationId = simpleText()) != null;
    } else if (json.isText(CHANNEL)) {
      return channel == null && (channel = simpleText()) != null;
    } else if (json.isText(SEQUENCE)) {
      return !sequence && (sequence = json.value());
    } else if (json.isText(PREVIOUS)) {
      return !previous && (previous = json.value());
    }
    return false;
  }

  private boolean type() {
    String name = simpleText();
    EventType found = name == null ? null : catalog.find(name).orElse(null);
    type = found == null || found.reserved() ? null : found;
    return type != null;
  }

  /// The payload, whose type has to be known by now.
  private boolean payload() {
    EventType known = type;
    if (known == null || json.peek() != '{') {
      return false;
    }
    payloadStart = json.position();
    boolean valid = catalog.schemaOf(known).accepts(json);
    payloadEnd = json.position();
    return valid;
  }

  private boolean timestamp() {
    if (!json.text() || !json.isSimple() || !IsoDateTime.isOffsetDateTime(json)) {
      return false;
    }
    timestamp = json.simpleText();
    return true;
  }

  private @Nullable String simpleText() {
    return json.text() && json.isSimple() ? json.simpleText() : null;
  }

  /// The event, which is valid, put together from the bytes `json` that were looked at.
  ///
  /// @param clock tells its timestamp when it has none
  EncodedEvent encoded(byte[] bytes, InstantSource clock) {
    EventType known = Objects.requireNonNull(type);
    return EncodedEvent.of(
        known.name(),
        new Slice(bytes, payloadStart, payloadEnd - payloadStart),
        json.keyStart() == 0 ? -1 : json.keyStart() - payloadStart,
        json.keyEnd() - json.keyStart(),
        timestamp == null ? Timestamp.now(clock).text() : timestamp,
        correlationId,
        channel == null ? known.channel() : channel);
  }
}
