package dev.tocsin.events;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The one way in which Tocsin reads JSON: the server, the client and the commands take the same texts
/// and refuse the same, in the same words.
///
/// It is RFC 8259 without any leniency. Refused are syntax errors, duplicate names, lone surrogates
/// (escaped or raw), invalid UTF-8, a byte order mark, anything after the value, and nesting deeper
/// than 64 levels. Numbers, names and texts may be as long as the message; numbers keep all their
/// digits.
public final class Json {

  static final Rejection NO_UTF8 =
      StrictJson.invalid("The JSON holds half of a surrogate pair, which no UTF-8 can say");

  private Json() {}

  /// What came of reading a text: a [Value], or the [Rejection] that says what is wrong with it.
  public sealed interface Reading permits Value, Rejection {}

  /// The text is JSON.
  ///
  /// @param tree its value, the caller's own
  public record Value(JsonNode tree) implements Reading {}

  /// Reads one JSON value and nothing after it.
  public static Reading read(String text) {
    return read(JsonText.utf8(text), json -> StrictJson.parser(json, 0, json.length));
  }

  /// The same for UTF-8 bytes.
  public static Reading read(byte[] utf8) {
    return read(utf8, json -> StrictJson.parser(json, 0, json.length));
  }

  /// The same for what may hold a secret, where it stands or where it does not belong: the rejection repeats no word of
  /// it.
  public static Reading readDiscreetly(byte[] utf8) {
    return read(
        utf8, json -> StrictJson.parser(json, 0, json.length), StrictJson::discreetRejection);
  }

  /// Reads what holds a list of events: an answer to a question for history. Since each event may be
  /// nested 64 levels deep, the whole may be two levels deeper.
  public static Reading readAnswer(String text) {
    return read(JsonText.utf8(text), StrictJson::parserOfAnswer);
  }

  private static Reading read(byte @Nullable [] utf8, Function<byte[], JsonParser> parsers) {
    return read(utf8, parsers, (e, json) -> StrictJson.rejection(e, json, 0));
  }

  private static Reading read(
      byte @Nullable [] utf8,
      Function<byte[], JsonParser> parsers,
      BiFunction<JacksonException, byte[], Rejection> rejections) {
    if (utf8 == null) {
      return NO_UTF8;
    }
    Rejection rejection = JsonText.check(utf8, 0, utf8.length);
    if (rejection != null) {
      return rejection;
    }
    try (JsonParser parser = parsers.apply(utf8)) {
      return new Value(tree(parser));
    } catch (JacksonException e) {
      return rejections.apply(e, utf8);
    }
  }

  /// The JSON of a tree on one line.
  public static String write(JsonNode tree) {
    return TreeWriter.text(tree);
  }

  /// The JSON of a tree as people read it, on several lines.
  public static String writePretty(JsonNode tree) {
    return mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree);
  }

  /// The mapper, for what is seldom needed: it is made when somebody asks first.
  static JsonMapper mapper() {
    return Mapper.MADE;
  }

  private static final class Mapper {
    static final JsonMapper MADE = JsonMapper.builder(StrictJson.factory()).build();
  }

  /// The tree of a text that stands in a program, such as an example.
  ///
  /// @throws IllegalArgumentException when it is no JSON; the message says why
  static JsonNode literal(String text) {
    return switch (read(text)) {
      case Value(JsonNode tree) -> tree;
      case Rejection rejection -> throw new IllegalArgumentException(rejection.message());
    };
  }

  /// The tree of bytes that [StrictJson] takes.
  static JsonNode tree(byte[] json) {
    try (JsonParser parser = StrictJson.parser(json, 0, json.length)) {
      return tree(parser);
    }
  }

  private static JsonNode tree(JsonParser parser) {
    if (parser.nextToken() == null) {
      StrictJson.failEmpty(parser);
    }
    JsonNode tree = new TreeReader().read(parser);
    StrictJson.expectEnd(parser);
    return tree;
  }
}
