package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.description.Braces;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.mapping.FieldKinds;
import dev.tocsin.bridges.mapping.PayloadPath;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.mqtt.MqttMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads the template of a topic, and tells what could never be a topic: wildcards, empty levels, levels that belong to the
/// broker, names that no event has, more than fits.
///
/// @param types the events that the bridge sends
record TopicTemplateReader(EventCatalog catalog, List<EventType> types) {

  /// What is usual.
  static final String USUAL = "tocsin/{type}/{key}";

  private static final TopicTemplate NOTHING =
      new TopicTemplate(List.of(new TopicPart.Words("tocsin")));

  TopicTemplateReader {
    types = List.copyOf(types);
  }

  /// Reads one; what is wrong is told.
  TopicTemplate read(Section section) {
    String text = section.optionalText("a topic, as " + USUAL);
    List<TopicPart> parts =
        Braces.parts(
            section,
            text == null ? USUAL : text,
            TopicPart.Words::new,
            name -> part(name, section));
    if (parts == null) {
      return NOTHING;
    }
    String fault = fault(parts);
    if (fault != null) {
      section.fault(fault);
    }
    return new TopicTemplate(parts);
  }

  private @Nullable TopicPart part(String name, Section section) {
    for (TopicPart.OfEvent known : TopicPart.OfEvent.values()) {
      if (known.word().equals(name)) {
        return known;
      }
    }
    String root = name.split("[./]", 2)[0];
    if (!root.equals("payload")) {
      Set<String> known = TopicPart.words();
      boolean isOtherCase = known.contains(name.toLowerCase(Locale.ROOT));
      section.unknown(
          "there is no " + Faults.quoted('{' + name + '}') + " in an event",
          isOtherCase ? name.toLowerCase(Locale.ROOT) : root,
          known);
      return null;
    }
    PayloadPath path = PayloadPath.read(name, name.substring(root.length()), section);
    if (path == null) {
      return null;
    }
    if (path.names().isEmpty()) {
      section.fault("{payload} is all of it; name a value in it, as {payload.camera_id}");
      return null;
    }
    return isKnown(path.names().getFirst(), section) ? new TopicPart.OfPayload(path) : null;
  }

  private boolean isKnown(String field, Section section) {
    Set<String> known = new TreeSet<>();
    boolean isThere = types.isEmpty();
    for (EventType type : types) {
      if (type.payload() != null) {
        FieldKinds fields = new FieldKinds(catalog, type);
        known.addAll(fields.known());
        isThere |= !fields.isUnknown(field);
      }
    }
    if (isThere) {
      return true;
    }
    section.unknown(
        "none of the event types that it sends has a field " + Faults.quoted(field), field, known);
    return false;
  }

  /// Reads a topic without braces.
  ///
  /// @param otherwise what it is where there is none, or a wrong one
  static String fixed(Section section, String what, String otherwise) {
    String text = section.optionalText(what);
    String fault = text == null ? null : fault(List.of(new TopicPart.Words(text)));
    if (fault != null) {
      section.fault(fault);
    }
    return text == null || fault != null ? otherwise : text;
  }

  private static @Nullable String fault(List<TopicPart> parts) {
    StringBuilder levels = new StringBuilder();
    long bytes = 0;
    for (TopicPart part : parts) {
      if (part instanceof TopicPart.Words(String text)) {
        String fault = fault(text);
        if (fault != null) {
          return fault;
        }
        levels.append(text);
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
      } else {
        levels.append('x');
        bytes += TopicLevel.MAX_BYTES;
      }
    }
    for (String level : levels.toString().split("/", -1)) {
      if (level.isEmpty()) {
        return "has an empty level: a topic begins and ends without a slash, and has no two in a"
            + " row";
      }
    }
    if (levels.charAt(0) == '$') {
      return "begins with $: those topics belong to the broker";
    }
    if (bytes > MqttMessage.MAX_TOPIC_BYTES) {
      return "could be longer than the "
          + MqttMessage.MAX_TOPIC_BYTES
          + " bytes of a topic: each value may have "
          + TopicLevel.MAX_BYTES;
    }
    return null;
  }

  private static @Nullable String fault(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '+' || c == '#') {
        return "has the wildcard " + c + ", under which nothing can be published";
      }
      if (Character.isISOControl(c)) {
        return "has a character that cannot be printed";
      }
      if (Character.isSurrogate(c)
          && text.codePointAt(i) == c
          && (i == 0 || !Character.isSurrogatePair(text.charAt(i - 1), c))) {
        return "has half of a character";
      }
    }
    return null;
  }
}
