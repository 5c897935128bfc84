package dev.tocsin.bridges.out;

import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.describe.CloudEventWriter;
import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.JsonMembers;
import dev.tocsin.events.Slice;
import dev.tocsin.events.StoredEnvelope;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How events are written on their way out. One thread.
public sealed interface EventForm {

  /// Writes one event, on one line.
  byte[] write(String epoch, FollowedEvent event);

  /// The media type of one.
  default String mediaType() {
    return "application/json";
  }

  /// The media type of an array of them.
  default String batchType() {
    return "application/json";
  }

  /// The envelope as it is delivered to clients.
  record Envelope() implements EventForm {

    @Override
    public byte[] write(String epoch, FollowedEvent event) {
      return Lines.inOne(event.envelope());
    }
  }

  /// The payload alone, of whatever type it is.
  record Payload() implements EventForm {

    private static final String MEMBER = "payload";

    @Override
    public byte[] write(String epoch, FollowedEvent event) {
      Map<String, Slice> members = new LinkedHashMap<>();
      JsonMembers.read(event.envelope(), members);
      Slice payload = members.get(MEMBER);
      return payload == null
          ? new byte[0]
          : Lines.inOne(
              Arrays.copyOfRange(
                  payload.bytes(), payload.offset(), payload.offset() + payload.length()));
    }
  }

  /// CloudEvents 1.0 in JSON.
  final class Cloud implements EventForm {

    private final EventCatalog catalog;
    private String epoch = "";
    private @Nullable CloudEventWriter writer;

    Cloud(EventCatalog catalog) {
      this.catalog = catalog;
    }

    @Override
    public byte[] write(String from, FollowedEvent event) {
      CloudEventWriter present = writer;
      if (present == null || !from.equals(epoch)) {
        present = new CloudEventWriter(catalog, from, null);
        writer = present;
        epoch = from;
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream(event.envelope().length + 256);
      present.write(encoded(event), event.sequence(), out::write);
      return Lines.inOne(out.toByteArray());
    }

    /// The event without what the hub says about its place.
    private static EncodedEvent encoded(FollowedEvent event) {
      byte[] envelope =
          JsonMembers.without(Set.of("sequence", "previous", "initial"), event.envelope());
      return StoredEnvelope.read(envelope)
          .orElseThrow(
              () -> new IllegalStateException("what the hub has handed on is no envelope"));
    }

    @Override
    public String mediaType() {
      return CloudEvents.EVENT;
    }

    @Override
    public String batchType() {
      return CloudEvents.BATCH;
    }
  }
}
