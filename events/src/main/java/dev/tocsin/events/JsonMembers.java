package dev.tocsin.events;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// An object of JSON by its members, each as the bytes of its value: for whoever passes values on as they are written.
public final class JsonMembers {

  private JsonMembers() {}

  /// An object without some of its members, the others as they are written; the same where it has none of these.
  ///
  /// @param json an object without fault, whose names need no escape
  public static byte[] without(Set<String> names, byte[] json) {
    Map<String, Slice> members = new LinkedHashMap<>();
    Rejection fault = read(json, members);
    if (fault != null) {
      throw new IllegalArgumentException(fault.message());
    }
    if (!members.keySet().removeAll(names)) {
      return json;
    }
    ByteArrayOutputStream object = new ByteArrayOutputStream(json.length);
    String before = "{";
    for (Map.Entry<String, Slice> member : members.entrySet()) {
      object.writeBytes((before + '"' + member.getKey() + "\":").getBytes(StandardCharsets.UTF_8));
      Slice value = member.getValue();
      object.write(value.bytes(), value.offset(), value.length());
      before = ",";
    }
    object.writeBytes((members.isEmpty() ? "{}" : "}").getBytes(StandardCharsets.UTF_8));
    return object.toByteArray();
  }

  /// Reads one object and nothing after it, as strictly as [Json].
  ///
  /// @param into gets the members in their order
  /// @return what is wrong with it; `null` when nothing is
  public static @Nullable Rejection read(byte[] json, Map<String, Slice> into) {
    Rejection fault = JsonText.check(json, 0, json.length);
    if (fault != null) {
      return fault;
    }
    Map<String, Slice> members = new LinkedHashMap<>();
    try (JsonParser parser = StrictJson.parser(json, 0, json.length)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        StrictJson.failEmpty(parser);
      }
      if (first == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          int start = StrictJson.tokenStart(parser);
          members.put(name, new Slice(json, start, StrictJson.skipValue(parser) - start));
        }
      } else {
        StrictJson.skipValue(parser);
      }
      StrictJson.expectEnd(parser);
      if (first != JsonToken.START_OBJECT) {
        return new Rejection(ErrorCode.INVALID_MESSAGE, "It has to be a JSON object");
      }
    } catch (JacksonException e) {
      return StrictJson.rejection(e, json, 0);
    }
    into.putAll(members);
    return null;
  }
}
