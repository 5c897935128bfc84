package dev.tocsin.events;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// An event as a hub delivered it, on its way to be published again.
///
/// A hub adds `sequence` and `previous` (or `initial`) to what it delivers, and `channel` and `timestamp` where the producer
/// gave none. So an event of nearly the greatest length comes out longer than it may go in.
public final class DeliveredEvent {

  /// Fields that a hub adds and passes over.
  private static final Set<String> OF_THE_HUB = Set.of("sequence", "previous", "initial");

  private DeliveredEvent() {}

  /// A field of the envelope.
  ///
  /// @param text its value where that is text
  /// @param from where its name begins
  /// @param to where its value has ended
  private record Field(String name, @Nullable String text, int from, int to) {}

  /// Takes off what the hub has added, until the event is short enough. The payload's bytes stay as they are.
  ///
  /// Without a `sequence` it was not delivered, and stays as it is. Otherwise `sequence` and `previous` go first, which a
  /// hub passes over. Then the channel, unless the catalog says that the
  /// type has another: the hub gives it again. If the event is still too long, it had no timestamp when it was
  /// published, or it would have been refused; so that goes too.
  ///
  /// @param json an envelope; whatever else it is comes back as it is
  /// @param maxBytes the length of an event that may be published
  /// @return the same array where it is short enough; still longer than `maxBytes` where nothing helps
  public static byte[] shortened(byte[] json, int maxBytes, EventCatalog catalog) {
    if (json.length <= maxBytes) {
      return json;
    }
    List<Field> fields = fields(json);
    if (fields.stream().noneMatch(field -> field.name.equals("sequence"))) {
      return json;
    }
    fields.removeIf(field -> OF_THE_HUB.contains(field.name));
    if (length(fields) > maxBytes && !hasChannelOfItsOwn(fields, catalog)) {
      fields.removeIf(field -> field.name.equals("channel"));
    }
    if (length(fields) > maxBytes) {
      fields.removeIf(field -> field.name.equals("timestamp"));
    }
    return envelope(json, fields);
  }

  private static List<Field> fields(byte[] json) {
    List<Field> fields = new ArrayList<>();
    if (JsonText.check(json, 0, json.length) != null) {
      return fields;
    }
    try (JsonParser parser = StrictJson.parser(json, 0, json.length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return fields;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        int from = StrictJson.tokenStart(parser);
        String name = parser.currentName();
        String text = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
        fields.add(new Field(name, text, from, StrictJson.skipValue(parser)));
      }
      StrictJson.expectEnd(parser);
      return fields;
    } catch (JacksonException e) {
      // The server says what is wrong with it.
      return new ArrayList<>();
    }
  }

  private static boolean hasChannelOfItsOwn(List<Field> fields, EventCatalog catalog) {
    String channel = text(fields, "channel");
    String type = text(fields, "type");
    return channel != null
        && type != null
        && catalog.find(type).filter(known -> !channel.equals(known.channel())).isPresent();
  }

  private static @Nullable String text(List<Field> fields, String name) {
    return fields.stream()
        .filter(field -> field.name.equals(name))
        .findFirst()
        .map(Field::text)
        .orElse(null);
  }

  /// How long the envelope of these fields is.
  private static int length(List<Field> fields) {
    return fields.stream().mapToInt(field -> field.to - field.from + 1).sum() + 1;
  }

  private static byte[] envelope(byte[] json, List<Field> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length(fields));
    for (Field field : fields) {
      out.write(out.size() == 0 ? '{' : ',');
      out.write(json, field.from, field.to - field.from);
    }
    out.write('}');
    return out.toByteArray();
  }
}
