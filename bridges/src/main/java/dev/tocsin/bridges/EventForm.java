package dev.tocsin.bridges;

import dev.tocsin.describe.CloudEventWriter;
import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.JsonMembers;
import dev.tocsin.events.StoredEnvelope;
import java.io.ByteArrayOutputStream;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How events are written on their way out. One thread.
sealed interface EventForm {

  /// The member of a file that names one.
  String MEMBER = "format";

  /// Writes one event, on one line.
  byte[] write(String epoch, FollowedEvent event);

  /// The media type of one.
  String mediaType();

  /// The media type of an array of them.
  String batchType();

  /// The envelope as it is delivered to clients.
  record Envelope() implements EventForm {

    static final String NAME = "envelope";

    @Override
    public byte[] write(String epoch, FollowedEvent event) {
      return Lines.inOne(event.envelope());
    }

    @Override
    public String mediaType() {
      return "application/json";
    }

    @Override
    public String batchType() {
      return "application/json";
    }
  }

  /// CloudEvents 1.0 in JSON.
  final class Cloud implements EventForm {

    static final String NAME = "cloudevents";

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

  /// Reads whether events are written as CloudEvents; what is wrong is told.
  static boolean isCloud(Section section) {
    Section form = section.at(MEMBER);
    String word = form.optionalText(Envelope.NAME + " or " + Cloud.NAME);
    Set<String> known = new TreeSet<>(Set.of(Envelope.NAME, Cloud.NAME));
    if (word != null && !known.contains(word)) {
      form.unknown("there is no format " + Faults.quoted(word), word, known);
    }
    return Cloud.NAME.equals(word);
  }

  static EventForm of(boolean isCloud, EventCatalog catalog) {
    return isCloud ? new Cloud(catalog) : new Envelope();
  }
}
