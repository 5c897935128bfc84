package dev.tocsin.events;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/// A valid event, encoded once for everyone who will get it.
///
/// The [#json] is the envelope without its closing brace, so that who delivers it appends what only
/// he knows: `,"sequence":7,"previous":5}`. Immutable; nobody writes to the arrays.
public final class EncodedEvent implements EncodingResult {

  private final String type;
  private final String timestamp;
  private final @Nullable String correlationId;
  private final @Nullable String channel;
  private final byte[] json;
  private final int payloadOffset;
  private final int payloadLength;

  private EncodedEvent(
      String type,
      String timestamp,
      @Nullable String correlationId,
      @Nullable String channel,
      byte[] json,
      int payloadOffset,
      int payloadLength) {
    this.type = type;
    this.timestamp = timestamp;
    this.correlationId = correlationId;
    this.channel = channel;
    this.json = json;
    this.payloadOffset = payloadOffset;
    this.payloadLength = payloadLength;
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
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 160);
    write(out, "{\"type\":\"" + type + "\",\"payload\":");
    int payloadOffset = out.size();
    out.writeBytes(payload);
    write(out, ",\"timestamp\":\"" + timestamp + '"');
    writeText(out, ",\"correlation_id\":\"", correlationId);
    writeText(out, ",\"channel\":\"", channel);
    return new EncodedEvent(
        type, timestamp, correlationId, channel, out.toByteArray(), payloadOffset, payload.length);
  }

  private static void write(ByteArrayOutputStream out, String ascii) {
    out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void writeText(ByteArrayOutputStream out, String prefix, @Nullable String text) {
    if (text != null) {
      write(out, prefix);
      out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text));
      out.write('"');
    }
  }

  /// The event type's name.
  public String type() {
    return type;
  }

  /// The producer's timestamp as he wrote it, or the moment of acceptance.
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

  /// The envelope as it is delivered at this place in the log.
  ///
  /// @param sequence its position
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
