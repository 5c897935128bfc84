package dev.tocsin.describe;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.KeyReader;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.Slice;
import dev.tocsin.events.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes logged events as CloudEvents 1.0 in JSON. The payload is copied as it stands, nothing of it is read but the key.
///
/// Belongs to one thread: it remembers how to find the key of each type.
public final class CloudEventWriter {

  private final EventCatalog catalog;
  private final byte[] head;
  private final Map<String, Optional<KeyReader>> keys = new HashMap<>();

  /// Takes the bytes that are written.
  public interface Sink {

    /// Takes a part of an array, which may change afterwards.
    void write(byte[] bytes, int offset, int length);
  }

  /// @param catalog says what the key of each type is
  /// @param epoch that of the log which the events are of
  /// @param source what they say where they come from; `null` for `/tocsin/<epoch>`
  public CloudEventWriter(EventCatalog catalog, String epoch, @Nullable String source) {
    this.catalog = catalog;
    String from = source == null ? "/tocsin/" + epoch : source;
    String id = CloudEvents.quoted(epoch + ":");
    this.head =
        utf8(
            "{\"specversion\":\"1.0\",\"source\":"
                + CloudEvents.quoted(from)
                + ",\"id\":"
                + id.substring(0, id.length() - 1));
  }

  /// Writes one event of the log.
  ///
  /// @param sequence its place in the log
  public void write(EncodedEvent event, long sequence, Sink sink) {
    write(event, sequence, "", sink);
  }

  /// Writes one that is delivered on a connection.
  ///
  /// @param previous nothing between it and the sequence matched the subscription
  public void write(EncodedEvent event, long sequence, long previous, Sink sink) {
    write(event, sequence, ",\"previous\":\"" + previous + '"', sink);
  }

  /// Writes one with which a subscription begins.
  public void writeInitial(EncodedEvent event, long sequence, Sink sink) {
    write(event, sequence, ",\"initial\":true", sink);
  }

  private void write(EncodedEvent event, long sequence, String delivery, Sink sink) {
    sink.write(head, 0, head.length);
    StringBuilder attributes = new StringBuilder(160);
    attributes.append(sequence).append("\",\"type\":\"").append(CloudEvents.TYPE_PREFIX);
    attributes.append(event.type()).append("\",\"time\":\"").append(time(event.timestamp()));
    attributes.append("\",\"datacontenttype\":\"application/json\"");
    KeyReader key = keys.computeIfAbsent(event.type(), this::key).orElse(null);
    if (key != null && key.read(event) && key.length() > 0) {
      member(attributes, "subject", key.text());
    }
    // An empty text is no value of an attribute.
    event
        .correlationId()
        .filter(id -> !id.isEmpty())
        .ifPresent(id -> member(attributes, "correlationid", id));
    attributes.append(",\"sequence\":\"").append(sequence).append('"').append(delivery);
    event
        .channel()
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> member(attributes, "channel", name));
    attributes.append(",\"data\":");
    byte[] bytes = utf8(attributes.toString());
    sink.write(bytes, 0, bytes.length);
    Slice payload = event.payloadSlice();
    sink.write(payload.bytes(), payload.offset(), payload.length());
    bytes[0] = '}';
    sink.write(bytes, 0, 1);
  }

  private Optional<KeyReader> key(String type) {
    return catalog
        .find(type)
        .flatMap(known -> Optional.ofNullable(known.payload()))
        .flatMap(PayloadSchema::keyField)
        .map(KeyReader::new);
  }

  private static void member(StringBuilder attributes, String name, String text) {
    attributes.append(",\"").append(name).append("\":").append(CloudEvents.quoted(text));
  }

  /// The time as RFC 3339 has it.
  private static String time(String timestamp) {
    if (Timestamp.isRfc3339(timestamp)) {
      return timestamp;
    }
    Instant moment = new Timestamp(timestamp).toInstant();
    String text = moment.toString();
    return Timestamp.isRfc3339(text) ? text : Timestamp.of(moment).text();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
