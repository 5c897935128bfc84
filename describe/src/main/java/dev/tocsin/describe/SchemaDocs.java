package dev.tocsin.describe;

import dev.tocsin.events.Excerpt;
import dev.tocsin.events.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What a schema says for people, and what TypeScript's types cannot say: bounds, formats, defaults.
final class SchemaDocs {

  /// What is told of a schema by its keyword, in this order.
  private static final List<String> TOLD =
      List.of(
          "format",
          "pattern",
          "minimum",
          "exclusiveMinimum",
          "maximum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "default");

  private static final int MAX_LENGTH = 2_000;

  private SchemaDocs() {}

  /// The text of a comment; empty when there is nothing to say.
  static String of(JsonNode schema) {
    List<String> lines = new ArrayList<>();
    String description = schema.path("description").asString(schema.path("title").asString(""));
    if (!description.isBlank()) {
      lines.add(Excerpt.of(description.strip(), MAX_LENGTH));
    }
    for (String keyword : TOLD) {
      JsonNode value = schema.path(keyword);
      boolean isTold =
          keyword.equals("default")
              ? !value.isMissingNode()
              : value.isNumber() || (value.isString() && !isTimestampPattern(schema, keyword));
      if (isTold) {
        lines.add(
            keyword
                + ": "
                + Excerpt.of(
                    value.isString() ? value.stringValue() : Json.write(value), MAX_LENGTH));
      }
    }
    if (schema.path("deprecated").asBoolean(false)) {
      lines.add(TsText.DEPRECATED);
    }
    return String.join("\n", lines);
  }

  /// The pattern of a timestamp is long, and says nothing to people.
  private static boolean isTimestampPattern(JsonNode schema, String keyword) {
    return keyword.equals("pattern") && schema.path("pattern").asString("").length() > 100;
  }
}
