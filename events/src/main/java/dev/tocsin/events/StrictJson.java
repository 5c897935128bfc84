package dev.tocsin.events;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// JSON as the protocol takes it: RFC 8259 without any leniency.
///
/// Refused are syntax errors, duplicate names, lone surrogates (escaped or raw), invalid UTF-8, a
/// byte order mark, anything after the value, and nesting deeper than [#MAX_DEPTH]. Jackson's
/// streaming parser does the syntax; what it is lenient about is looked for in the bytes first
/// ([JsonText]). Numbers may be as long as the message.
final class StrictJson {

  /// How deep arrays and objects may be nested.
  static final int MAX_DEPTH = 64;

  private static final int MAX_TEXT_LENGTH = 1 << 24;
  private static final JsonFactory FACTORY = factory(MAX_DEPTH, true);
  private static final JsonFactory WRAPPED_FACTORY = factory(MAX_DEPTH + 1, true);
  private static final JsonFactory ANSWER_FACTORY = factory(MAX_DEPTH + 2, true);
  private static final JsonFactory CHECKED_FACTORY = factory(MAX_DEPTH, false);

  private StrictJson() {}

  private static JsonFactory factory(int maxDepth, boolean findDuplicates) {
    return JsonFactory.builder()
        .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, findDuplicates)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(maxDepth)
                .maxNumberLength(MAX_TEXT_LENGTH)
                .maxNameLength(MAX_TEXT_LENGTH)
                .maxStringLength(MAX_TEXT_LENGTH)
                .build())
        .build();
  }

  /// The factory of parsers that refuse duplicate names and deep nesting, for a mapper.
  static JsonFactory factory() {
    return FACTORY;
  }

  /// What makes the bytes no JSON value as the protocol takes it, or `null`.
  static @Nullable Rejection check(byte[] json) {
    Rejection rejection = JsonText.check(json, 0, json.length);
    if (rejection != null) {
      return rejection;
    }
    try (JsonParser parser = parser(json, 0, json.length)) {
      if (parser.nextToken() == null) {
        failEmpty(parser);
      }
      skipValue(parser);
      expectEnd(parser);
      return null;
    } catch (JacksonException e) {
      return rejection(e, json, 0);
    }
  }

  /// Whether a JSON value that was checked is an object.
  static boolean isObject(byte[] json) {
    try (JsonParser parser = checkedParser(json, 0, json.length)) {
      return parser.nextToken() == JsonToken.START_OBJECT;
    }
  }

  /// A parser over bytes in which [JsonText] found nothing. Its byte offsets count from `offset`.
  static JsonParser parser(byte[] json, int offset, int length) {
    return FACTORY.createParser(ObjectReadContext.empty(), json, offset, length);
  }

  /// The same for a message that wraps an event, which may itself be nested [#MAX_DEPTH] deep.
  static JsonParser parserOfWrapper(byte[] json, int offset, int length) {
    return WRAPPED_FACTORY.createParser(ObjectReadContext.empty(), json, offset, length);
  }

  /// The same for an answer that holds a list of events.
  static JsonParser parserOfAnswer(byte[] json) {
    return ANSWER_FACTORY.createParser(ObjectReadContext.empty(), json, 0, json.length);
  }

  /// A parser over a value that one of the others has already read without complaint.
  static JsonParser checkedParser(byte[] json, int offset, int length) {
    return CHECKED_FACTORY.createParser(ObjectReadContext.empty(), json, offset, length);
  }

  /// Where the token that the parser stands on begins, counted from the parser's `offset`.
  static int tokenStart(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /// Where the token that the parser stands on, read to its end, has ended.
  static int tokenEnd(JsonParser parser) {
    return (int) parser.currentLocation().getByteOffset();
  }

  /// Reads past the value that the parser stands on, checking its syntax, and returns where it
  /// ended.
  static int skipValue(JsonParser parser) {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      parser.getString();
    } else {
      parser.skipChildren();
    }
    return tokenEnd(parser);
  }

  /// The same in a parser of [#parserOfWrapper], for values that are not the wrapped event.
  static void skipUnwrappedValue(JsonParser parser) {
    int open = 0;
    do {
      JsonToken token = parser.currentToken();
      if (token.isStructStart()) {
        open++;
        if (parser.streamReadContext().getNestingDepth() > MAX_DEPTH) {
          throw new StreamConstraintsException("nesting depth");
        }
      } else if (token.isStructEnd()) {
        open--;
      }
    } while (open > 0 && parser.nextToken() != null);
  }

  /// Refuses an input without any value.
  static void failEmpty(JsonParser parser) {
    throw new StreamReadException(parser, "There is nothing but white space");
  }

  /// Refuses anything but white space after the value.
  static void expectEnd(JsonParser parser) {
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "There is more after the end of the JSON value");
    }
  }

  /// The refusal that a parser's exception comes down to; the parser's input began at `offset`.
  static Rejection rejection(JacksonException e, byte[] json, int offset) {
    return rejection(e, json, offset, SyntaxErrors::sentence);
  }

  /// The same for a text that may hold a secret, see [SyntaxErrors#discreet].
  static Rejection discreetRejection(JacksonException e, byte[] json) {
    return rejection(e, json, 0, SyntaxErrors::discreet);
  }

  private static Rejection rejection(
      JacksonException e, byte[] json, int offset, Function<JacksonException, String> words) {
    if (e instanceof StreamConstraintsException
        && e.getOriginalMessage().contains("nesting depth")) {
      return invalid("The JSON is nested deeper than " + MAX_DEPTH + " levels");
    }
    TokenStreamLocation location = e.getLocation();
    String place =
        location == null || location.getByteOffset() < 0
            ? ""
            : JsonText.place(json, offset, (int) location.getByteOffset());
    return invalid("Not valid JSON: " + words.apply(e) + place);
  }

  static Rejection invalid(String message) {
    return new Rejection(ErrorCode.INVALID_JSON, message);
  }
}
