package dev.tocsin.events;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Through which hubs a message of a bridge has come: the header `Tocsin-Via`, and the field of the payload that carries it
/// through a hub, so that a circle through several hubs is noticed by the first of them. Immutable.
///
/// @param hubs their ids, the one that was first first
public record Via(List<String> hubs) {

  /// The header, in lower case.
  public static final String HEADER = "tocsin-via";

  /// The field of the payload.
  public static final String FIELD = "tocsin_via";

  /// What a hub is told that sends a message back to where it has come from.
  public static final String IN_A_LOOP = "it goes in a loop";

  /// Why a hub takes no message that has come through it before.
  public static final Rejection LOOP =
      new Rejection(
          ErrorCode.INVALID_MESSAGE, "This message has come out of this hub: " + IN_A_LOOP);

  /// How many hubs one message may have come through.
  static final int MAX_HUBS = 16;

  /// Of a message that has come through no hub.
  public static final Via NONE = new Via(List.of());

  /// The same as an attribute of CloudEvents, whose names are letters and digits.
  public static final String ATTRIBUTE = "tocsinvia";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
  private static final byte[] QUOTED = quoted(FIELD);
  private static final byte[] QUOTED_ATTRIBUTE = quoted(ATTRIBUTE);

  public Via {
    hubs = List.copyOf(hubs);
  }

  /// Reads a header, or the field; what is no id of a hub is passed over.
  public static Via of(@Nullable String text) {
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
  public static Via ofEvent(byte[] envelope) {
    return isIn(envelope, QUOTED) && Json.read(envelope) instanceof Json.Value(JsonNode tree)
        ? of(tree.path("payload").path(FIELD).stringValue(""))
        : NONE;
  }

  /// What a message carries in its JSON, for ways that have no headers: at its top, or in the payload of an envelope.
  public static Via ofMessage(byte[] json) {
    if ((!isIn(json, QUOTED) && !isIn(json, QUOTED_ATTRIBUTE))
        || LongNumbers.areIn(json)
        || !(Json.read(json) instanceof Json.Value(JsonNode tree))) {
      return NONE;
    }
    return of(
        String.join(
            ",",
            tree.path(FIELD).stringValue(""),
            tree.path(ATTRIBUTE).stringValue(""),
            tree.path("payload").path(FIELD).stringValue("")));
  }

  /// A JSON object that says at its top through which hubs it has come; the same where it is no object.
  ///
  /// @param member under which name
  /// @param header what it says, as [#header]
  public static byte[] into(byte[] json, String member, String header) {
    byte[] name = quoted(member);
    if (isIn(json, name)) {
      if (!(Json.read(json) instanceof Json.Value(JsonNode tree))
          || !(tree instanceof ObjectNode object)) {
        return json;
      }
      object.put(member, header);
      return Json.write(object).getBytes(StandardCharsets.UTF_8);
    }
    if (json.length < 2 || json[0] != '{') {
      return json;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + name.length + 64);
    out.write('{');
    out.writeBytes(name);
    // An id of a hub needs no escape.
    out.writeBytes((":\"" + header + '"').getBytes(StandardCharsets.UTF_8));
    int next = 1;
    while (next < json.length && json[next] <= ' ') {
      next++;
    }
    boolean isEmpty = next == json.length || json[next] == '}';
    if (!isEmpty) {
      out.write(',');
    }
    out.write(json, 1, json.length - 1);
    return out.toByteArray();
  }

  private static byte[] quoted(String name) {
    return ('"' + name + '"').getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isIn(byte[] json, byte[] name) {
    int last = json.length - name.length;
    for (int i = 0; i <= last; i++) {
      int n = 0;
      while (n < name.length && json[i + n] == name[n]) {
        n++;
      }
      if (n == name.length) {
        return true;
      }
    }
    return false;
  }

  /// Whether it has come through a hub, or through more than anybody would set up.
  public boolean isLoop(String hub) {
    return hubs.contains(hub) || hubs.size() > MAX_HUBS;
  }

  /// Whether an event was refused because its type has no room for the field that carries this.
  public boolean isRefusedBy(Rejection rejection) {
    return !isEmpty()
        && rejection.errors().stream().anyMatch(error -> error.path().contains(FIELD));
  }

  /// Whether it has come through no hub.
  public boolean isEmpty() {
    return hubs.isEmpty();
  }

  /// The header of what goes out.
  ///
  /// @param hub that it comes out of
  public String header(String hub) {
    if (hubs.isEmpty()) {
      return hub;
    }
    return hubs.contains(hub) ? text() : text() + ", " + hub;
  }

  private String text() {
    return String.join(", ", hubs);
  }

  /// An event that carries it; the same where there is nothing to carry, or nothing that can.
  public byte[] onto(byte[] envelope) {
    if (isEmpty()
        || LongNumbers.areIn(envelope)
        || !(Json.read(envelope) instanceof Json.Value(JsonNode tree))
        || !(tree instanceof ObjectNode event)
        || !(event.path("payload") instanceof ObjectNode payload)) {
      return envelope;
    }
    payload.put(FIELD, text());
    return Json.write(event).getBytes(StandardCharsets.UTF_8);
  }
}
