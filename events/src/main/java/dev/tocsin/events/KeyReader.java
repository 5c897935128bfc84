package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Finds the key of an event, which says what the event is about ([Key]), in the event's bytes.
///
/// Where the event was checked in one pass, that pass has noted where the key stands. Otherwise the payload is walked to
/// it. Keys that mean the same have the same bytes, however they are written: a text without its escapes, an integer by
/// its value.
///
/// Made for one field, used for one event after another. Owned by its caller.
public final class KeyReader {

  /// As many digits as are surely less than any with which two spellings of a number begin to differ.
  private static final int MAX_PLAIN_DIGITS = 18;

  private final String field;
  private final byte[] name;
  private final boolean plainName;

  private byte[] bytes = {};
  private int offset;
  private int length;
  private boolean number;

  /// @param field the name of a payload's key, see [PayloadSchema#keyField]
  public KeyReader(String field) {
    this.field = field;
    this.name = field.getBytes(StandardCharsets.UTF_8);
    this.plainName = field.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\');
  }

  /// The name of the field.
  public String field() {
    return field;
  }

  /// Reads the key of an event, which [#bytes] and what is beside it tell then.
  ///
  /// @return whether there is one: not when the field is absent or `null`, or neither a text nor a number
  public boolean read(EncodedEvent event) {
    byte[] json = event.json();
    int noted = event.keyStart();
    if (noted >= 0 && isOfField(json, noted)) {
      return value(json, noted, event.keyLength());
    }
    Slice payload = event.payloadSlice();
    if (plainName) {
      PlainJson plain = new PlainJson(json, payload.offset(), payload.length());
      Boolean found = walk(plain, json);
      if (found != null) {
        return found;
      }
    }
    return parse(payload);
  }

  /// Whether the value that begins at `start` is that of this field, of which the name tells that stands before it.
  private boolean isOfField(byte[] json, int start) {
    int at = beforeSpace(json, start);
    if (json[at - 1] != ':') {
      return false;
    }
    at = beforeSpace(json, at - 1);
    int nameStart = at - 1 - name.length;
    return json[at - 1] == '"'
        && nameStart > 0
        && json[nameStart - 1] == '"'
        && Arrays.equals(json, nameStart, at - 1, name, 0, name.length);
  }

  private static int beforeSpace(byte[] json, int end) {
    int at = end;
    while (json[at - 1] <= ' ' && json[at - 1] > 0) {
      at--;
    }
    return at;
  }

  /// Looks for the field; `null` when the payload is not written plainly enough to tell.
  private @Nullable Boolean walk(PlainJson plain, byte[] json) {
    if (!plain.enter('{')) {
      return null;
    }
    if (plain.leave('}')) {
      return false;
    }
    do {
      if (!plain.name()) {
        return null;
      }
      boolean wanted = plain.isText(name);
      plain.peek();
      int start = plain.position();
      if (!plain.value()) {
        return null;
      }
      if (wanted) {
        return value(json, start, plain.position() - start);
      }
    } while (plain.take(','));
    return plain.leave('}') ? false : null;
  }

  /// Takes a value as it is written.
  private boolean value(byte[] json, int start, int written) {
    byte first = json[start];
    if (first == '"') {
      number = false;
      for (int i = start + 1; i < start + written - 1; i++) {
        if (json[i] == '\\') {
          return parsed(new Slice(json, start, written));
        }
      }
      set(json, start + 1, written - 2);
      return true;
    }
    if (first == '-' || (first >= '0' && first <= '9')) {
      number = true;
      if (isPlainInteger(json, start, written)) {
        set(json, start, written);
      } else {
        take(JsonNumber.of(new String(json, start, written, StandardCharsets.ISO_8859_1)));
      }
      return true;
    }
    return false;
  }

  private static boolean isPlainInteger(byte[] json, int start, int written) {
    int digits = json[start] == '-' ? start + 1 : start;
    if (written > MAX_PLAIN_DIGITS || (digits > start && json[digits] == '0')) {
      return false;
    }
    for (int i = digits; i < start + written; i++) {
      if (json[i] < '0' || json[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private boolean parsed(Slice text) {
    try (JsonParser parser = StrictJson.checkedParser(text.bytes(), text.offset(), text.length())) {
      parser.nextToken();
      return take(parser);
    }
  }

  private boolean parse(Slice payload) {
    try (JsonParser parser =
        StrictJson.checkedParser(payload.bytes(), payload.offset(), payload.length())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean wanted = parser.currentName().equals(field);
        parser.nextToken();
        if (wanted) {
          return take(parser);
        }
        parser.skipChildren();
      }
      return false;
    }
  }

  private boolean take(JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING) {
      number = false;
      byte[] text = parser.getString().getBytes(StandardCharsets.UTF_8);
      set(text, 0, text.length);
      return true;
    }
    number = token.isNumeric();
    if (number) {
      take(JsonNumber.of(parser.getString()));
    }
    return number;
  }

  private void take(JsonNumber value) {
    byte[] text = value.toString().getBytes(StandardCharsets.ISO_8859_1);
    set(text, 0, text.length);
  }

  private void set(byte[] array, int start, int count) {
    bytes = array;
    offset = start;
    length = count;
  }

  /// The array in which the key stands that was read last; not to be changed.
  public byte[] bytes() {
    return bytes;
  }

  /// Where in the array it begins.
  public int offset() {
    return offset;
  }

  /// How many bytes it has.
  public int length() {
    return length;
  }

  /// Whether it is a number; a text otherwise. The text `7` is not the number.
  public boolean isNumber() {
    return number;
  }

  /// The key as a text.
  public String text() {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }
}
