package dev.tocsin.events;

import com.networknt.schema.Error;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.JsonNodeFactory;

/// One run over one payload: where it is, the faults it found, and the enum values that have to be
/// written in lower case. It ends when it has found as many faults as are told ([#isFull]): what is not
/// told is not looked for. Owned by its caller.
final class PayloadCheck {

  private static final int MAX_SHOWN = 64;

  /// The text of all told faults together, in characters: what is told of a small message with a
  /// long path and many faults stays small.
  private static final int MAX_TOLD_CHARACTERS = 1 << 18;

  private final List<PayloadError> errors = new ArrayList<>(0);
  private final List<Edit> edits = new ArrayList<>(0);
  private Object[] path = new Object[8];
  private int depth;
  private int toldCharacters;

  /// The bytes from `start` to `end` of the payload are to become `replacement`.
  private record Edit(int start, int end, String replacement) {}

  void enter(Object nameOrIndex) {
    if (depth == path.length) {
      path = Arrays.copyOf(path, depth * 2);
    }
    path[depth++] = nameOrIndex;
  }

  void leave() {
    depth--;
  }

  /// Tells a fault of the place where the check is.
  void fault(String code, String message) {
    if (!isFull()) {
      tell(new PayloadError(pointer(), code, message));
    }
  }

  /// Tells an error of the JSON Schema validator.
  void fault(Error error) {
    if (!isFull()) {
      tell(SchemaFaults.payloadError(error));
    }
  }

  private void tell(PayloadError fault) {
    errors.add(fault);
    toldCharacters += fault.path().length() + fault.message().length();
  }

  /// Whether there are as many faults as will be told, so that the check ends here, with the parser
  /// wherever it stands.
  boolean isFull() {
    return errors.size() >= Rejection.MAX_ERRORS || toldCharacters >= MAX_TOLD_CHARACTERS;
  }

  void missing(String field) {
    enter(field);
    fault("required", field + " is required");
    leave();
  }

  /// Tells that the value at the parser is not of its shape, and reads past it.
  void wrongType(JsonParser parser, Shape shape) {
    fault("type", "must be " + shape.noun() + "; was " + shown(parser));
    parser.skipChildren();
  }

  /// Has the text value at the parser, which is read to its end, delivered as `text`.
  void replaceText(JsonParser parser, String text) {
    replace(StrictJson.tokenStart(parser), StrictJson.tokenEnd(parser), text);
  }

  void replace(int start, int end, String text) {
    edits.add(new Edit(start, end, TreeWriter.text(JsonNodeFactory.instance.stringNode(text))));
  }

  /// The faults that were found, the first ones in the payload's order.
  List<PayloadError> errors() {
    return errors;
  }

  boolean isValid() {
    return errors.isEmpty();
  }

  /// The refusal of the payload of a type, which is not valid.
  Rejection rejection(String type) {
    return PayloadFaults.rejection(type, errors, isFull());
  }

  /// The payload as it is delivered: the very bytes, with the edits made. The array itself is
  /// returned when there is nothing to cut or edit.
  byte[] normalised(byte[] json, int offset, int length) {
    if (edits.isEmpty()) {
      return offset == 0 && length == json.length
          ? json
          : Arrays.copyOfRange(json, offset, offset + length);
    }
    edits.sort(Comparator.comparingInt(Edit::start));
    ByteArrayOutputStream out = new ByteArrayOutputStream(length);
    int copied = 0;
    for (Edit edit : edits) {
      out.write(json, offset + copied, edit.start - copied);
      out.writeBytes(edit.replacement.getBytes(StandardCharsets.UTF_8));
      copied = edit.end;
    }
    out.write(json, offset + copied, length - copied);
    return out.toByteArray();
  }

  /// The value at the parser as a message shows it: short, whatever it is.
  static String shown(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> quoted(parser.getString());
      default -> shortened(parser.getString());
    };
  }

  static String quoted(String text) {
    return '"' + shortened(text) + '"';
  }

  /// The text, cut when it is long.
  static String shortened(String text) {
    return Excerpt.of(text, MAX_SHOWN);
  }

  private String pointer() {
    String pointer = "";
    for (int i = 0; i < depth; i++) {
      pointer = pointer(pointer, path[i]);
    }
    return pointer;
  }

  /// A JSON pointer (RFC 6901), one step further.
  static String pointer(String parent, Object nameOrIndex) {
    return parent + '/' + nameOrIndex.toString().replace("~", "~0").replace("/", "~1");
  }
}
