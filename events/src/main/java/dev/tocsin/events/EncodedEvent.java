package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/// A valid event, encoded once for everyone who will get it.
///
/// The [#json] is the envelope without its closing brace, so that the delivery can append what only it
/// knows: `,"sequence":7,"previous":5}`. Immutable; nobody writes to the arrays.
public final class EncodedEvent implements EncodingResult {

  private static final byte[] NOTHING = {};
  private static final byte[] TYPE = ascii("{\"type\":\"");
  private static final byte[] PAYLOAD = ascii("\",\"payload\":");

  // Each ends what stands before it.
  private static final byte[] TIMESTAMP = ascii(",\"timestamp\":\"");
  private static final byte[] CORRELATION_ID = ascii("\",\"correlation_id\":\"");
  private static final byte[] CHANNEL = ascii("\",\"channel\":\"");

  private final String type;
  private final String timestamp;
  private final @Nullable String correlationId;
  private final @Nullable String channel;
  private final byte[] json;
  private final int payloadOffset;
  private final int payloadLength;

  // Where the payload's key stands, counted from the payload's begin; negative when nobody has
  // looked.
  private final int keyOffset;
  private final int keyLength;

  private EncodedEvent(
      String type,
      String timestamp,
      @Nullable String correlationId,
      @Nullable String channel,
      byte[] json,
      int payloadOffset,
      int payloadLength,
      int keyOffset,
      int keyLength) {
    this.type = type;
    this.timestamp = timestamp;
    this.correlationId = correlationId;
    this.channel = channel;
    this.json = json;
    this.payloadOffset = payloadOffset;
    this.payloadLength = payloadLength;
    this.keyOffset = keyOffset;
    this.keyLength = keyLength;
  }

  /// Puts an event together from parts that are known to be valid: by [EventEncoder] from what came
  /// in, by a log from what it stored.
  ///
  /// @param payload the payload's JSON
  public static EncodedEvent of(
      String type,
      byte[] payload,
      String timestamp,
      @Nullable String correlationId,
      @Nullable String channel) {
    return of(type, Slice.of(payload), -1, 0, timestamp, correlationId, channel);
  }

  /// The same for what comes from where bytes can rot: a disk.
  ///
  /// @return empty when the parts make no event that a client could read
  public static Optional<EncodedEvent> ofStored(
      String type,
      byte[] payload,
      String timestamp,
      @Nullable String correlationId,
      @Nullable String channel) {
    boolean whole =
        EventType.isName(type)
            && IsoDateTime.isOffsetDateTime(timestamp)
            && EventEncoder.syntaxFault(payload) == null;
    return whole
        ? Optional.of(of(type, payload, timestamp, correlationId, channel))
        : Optional.empty();
  }

  /// The same with the payload's JSON in a part of an array, which is copied.
  ///
  /// @param keyOffset where its key stands, see [KeyReader], counted from the payload's begin; negative when nobody has
  ///     looked
  /// @param keyLength how many bytes the key has
  static EncodedEvent of(
      String type,
      Slice payload,
      int keyOffset,
      int keyLength,
      String timestamp,
      @Nullable String correlationId,
      @Nullable String channel) {
    byte[] typeText = ascii(type);
    byte[] timestampText = ascii(timestamp);
    byte[] correlationText = correlationId == null ? NOTHING : quoted(correlationId);
    byte[] channelText = channel == null ? NOTHING : quoted(channel);
    int payloadOffset = TYPE.length + typeText.length + PAYLOAD.length;
    int length = payload.length();
    byte[] json =
        new byte
            [payloadOffset
                + length
                + TIMESTAMP.length
                + timestampText.length
                + (correlationId == null ? 0 : CORRELATION_ID.length + correlationText.length)
                + (channel == null ? 0 : CHANNEL.length + channelText.length)
                + 1];
    int at = put(json, 0, TYPE);
    at = put(json, at, typeText);
    at = put(json, at, PAYLOAD);
    System.arraycopy(payload.bytes(), payload.offset(), json, at, length);
    at = put(json, at + length, TIMESTAMP);
    at = put(json, at, timestampText);
    if (correlationId != null) {
      at = put(json, at, CORRELATION_ID);
      at = put(json, at, correlationText);
    }
    if (channel != null) {
      at = put(json, at, CHANNEL);
      at = put(json, at, channelText);
    }
    json[at] = '"';
    return new EncodedEvent(
        type, timestamp, correlationId, channel, json, payloadOffset, length, keyOffset, keyLength);
  }

  private static int put(byte[] json, int at, byte[] part) {
    System.arraycopy(part, 0, json, at, part.length);
    return at + part.length;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] quoted(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return JsonStringEncoder.getInstance().quoteAsUTF8(text);
      }
    }
    return ascii(text);
  }

  /// The event type's name.
  public String type() {
    return type;
  }

  /// The producer's timestamp as it was written, or the moment of acceptance.
  public String timestamp() {
    return timestamp;
  }

  /// The producer's correlation id.
  public Optional<String> correlationId() {
    return Optional.ofNullable(correlationId);
  }

  /// The channel; empty only for types that have none.
  public Optional<String> channel() {
    return Optional.ofNullable(channel);
  }

  /// The envelope in UTF-8, without `sequence`, `previous` and the closing brace. Not to be
  /// changed.
  public byte[] json() {
    return json;
  }

  /// The payload's JSON, copied.
  public byte[] payload() {
    byte[] payload = new byte[payloadLength];
    System.arraycopy(json, payloadOffset, payload, 0, payloadLength);
    return payload;
  }

  /// The payload's JSON where it stands.
  Slice payloadSlice() {
    return new Slice(json, payloadOffset, payloadLength);
  }

  /// Where the value of the payload's key begins in [#json]; negative when that was not noted.
  int keyStart() {
    return keyOffset < 0 ? -1 : payloadOffset + keyOffset;
  }

  /// How many bytes that value has.
  int keyLength() {
    return keyLength;
  }

  /// The envelope as it is delivered at this place in the log.
  ///
  /// @param sequence its place in the log
  /// @param previous the position before which nothing matched, see the protocol's "Positions"
  public String toJson(long sequence, long previous) {
    return new String(json, StandardCharsets.UTF_8)
        + ",\"sequence\":"
        + sequence
        + ",\"previous\":"
        + previous
        + '}';
  }

  @Override
  public String toString() {
    return new String(json, StandardCharsets.UTF_8) + '}';
  }
}
