package dev.tocsin.bridges.out;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.EventCatalog;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/// In which form an operator wants events to be written.
public enum EventFormat {
  /// As they are delivered to clients.
  ENVELOPE,
  /// As CloudEvents 1.0 in JSON.
  CLOUDEVENTS,
  /// Their payloads alone.
  PAYLOAD;

  /// The member of a file that names one.
  public static final String MEMBER = "format";

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads it; what is wrong is told.
  ///
  /// @param bridge what is said of the bridge
  /// @param known those that there are here, the usual one first
  public static EventFormat read(Section bridge, EventFormat... known) {
    Section section = bridge.at(MEMBER);
    List<String> words = Arrays.stream(known).map(EventFormat::word).toList();
    String word = section.optionalText(String.join(" or ", words));
    if (word == null) {
      return known[0];
    }
    int found = words.indexOf(word);
    if (found < 0) {
      section.unknown("there is no format " + Faults.quoted(word), word, new TreeSet<>(words));
    }
    return known[Math.max(0, found)];
  }

  /// Who writes events in it. One thread.
  ///
  /// @param catalog of the hub
  public EventForm form(EventCatalog catalog) {
    return switch (this) {
      case ENVELOPE -> new EventForm.Envelope();
      case CLOUDEVENTS -> new EventForm.Cloud(catalog);
      case PAYLOAD -> new EventForm.Payload();
    };
  }
}
