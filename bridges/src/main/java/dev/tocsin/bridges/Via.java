package dev.tocsin.bridges;

import dev.tocsin.events.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Through which hubs a message has come: the header `Tocsin-Via`, and the field of the payload that carries it through a hub, so that a
/// circle through several hubs is noticed by the first of them. Immutable.
///
/// @param hubs their ids, the one that was first first
record Via(List<String> hubs) {

  /// The header, in lower case.
  static final String HEADER = "tocsin-via";

  /// The field of the payload.
  static final String FIELD = "tocsin_via";

  /// How many hubs one message may have come through.
  static final int MAX_HUBS = 16;

  static final Via NONE = new Via(List.of());

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
  private static final byte[] QUOTED = ('"' + FIELD + '"').getBytes(StandardCharsets.UTF_8);

  Via {
    hubs = List.copyOf(hubs);
  }

  /// Reads a header, or the field; what is no id of a hub is passed over.
  static Via of(@Nullable String text) {
    if (text == null) {
      return NONE;
    }
    Set<String> ids = new LinkedHashSet<>();
    for (String id : text.split(",", -1)) {
      if (ids.size() <= MAX_HUBS && ID.matcher(id.strip()).matches()) {
        ids.add(id.strip());
      }
    }
    return ids.isEmpty() ? NONE : new Via(new ArrayList<>(ids));
  }

  /// What an event carries. Most carry nothing, which is found out without reading them.
  static Via ofEvent(byte[] envelope) {
    return isIn(envelope) && Json.read(envelope) instanceof Json.Value(JsonNode tree)
        ? of(tree.path("payload").path(FIELD).stringValue(""))
        : NONE;
  }

  private static boolean isIn(byte[] envelope) {
    int last = envelope.length - QUOTED.length;
    for (int i = 0; i <= last; i++) {
      int n = 0;
      while (n < QUOTED.length && envelope[i + n] == QUOTED[n]) {
        n++;
      }
      if (n == QUOTED.length) {
        return true;
      }
    }
    return false;
  }

  /// Whether it has come through a hub, or through more than anybody would set up.
  boolean isLoop(String hub) {
    return hubs.contains(hub) || hubs.size() > MAX_HUBS;
  }

  boolean isEmpty() {
    return hubs.isEmpty();
  }

  /// The header of what goes out.
  ///
  /// @param hub that it comes out of
  String header(String hub) {
    if (hubs.isEmpty()) {
      return hub;
    }
    return hubs.contains(hub) ? text() : text() + ", " + hub;
  }

  private String text() {
    return String.join(", ", hubs);
  }

  /// An event that carries it; the same where there is nothing to carry.
  byte[] onto(byte[] envelope) {
    if (isEmpty()
        || !(Json.read(envelope) instanceof Json.Value(JsonNode tree))
        || !(tree instanceof ObjectNode event)
        || !(event.path("payload") instanceof ObjectNode payload)) {
      return envelope;
    }
    payload.put(FIELD, text());
    return Json.write(event).getBytes(StandardCharsets.UTF_8);
  }
}
