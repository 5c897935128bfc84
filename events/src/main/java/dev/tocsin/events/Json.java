package dev.tocsin.events;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON trees, in which numbers keep all their digits. What comes from outside is read by [#read];
/// the mapper is for what is our own.
final class Json {

  static final JsonMapper MAPPER =
      JsonMapper.builder(StrictJson.factory())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  /// Reads one JSON value and nothing behind it.
  ///
  /// @throws JacksonException when it is none that [StrictJson] takes; invalid UTF-8 and lone
  ///     surrogates apart, which are [JsonText]'s
  static JsonNode read(byte[] json) {
    try (JsonParser parser = StrictJson.parser(json, 0, json.length)) {
      if (parser.nextToken() == null) {
        StrictJson.failEmpty(parser);
      }
      JsonNode tree = new TreeReader().read(parser);
      StrictJson.expectEnd(parser);
      return tree;
    }
  }
}
