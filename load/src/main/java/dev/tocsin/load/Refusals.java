package dev.tocsin.load;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a server says when it refuses something.
final class Refusals {

  private static final int MAX_CHARACTERS = 300;

  private Refusals() {}

  /// The code and the sentence of a problem document, of an `error` message, or of the first refused
  /// line of a stream; else the text itself.
  static String of(String text) {
    try {
      JsonNode body = JsonMapper.shared().readTree(text);
      JsonNode fault =
          body.path("rejected").has(0)
              ? body.path("rejected").get(0)
              : body.has("payload") ? body.path("payload") : body;
      String code = fault.path("error").asString("");
      String sentence = fault.path("message").asString(fault.path("detail").asString(""));
      if (!code.isEmpty()) {
        return sentence.isEmpty() ? code : code + ": " + sentence;
      }
    } catch (JacksonException e) {
      // then as it is
    }
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() > MAX_CHARACTERS ? line.substring(0, MAX_CHARACTERS) + "…" : line;
  }

  /// The same, as it follows a status line.
  static String after(String text) {
    String reason = of(text);
    return reason.isEmpty() ? "" : " (" + reason + ")";
  }
}
