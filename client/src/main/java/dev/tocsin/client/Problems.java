package dev.tocsin.client;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the answers by which the server refuses a connection (RFC 9457).
final class Problems {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Problems() {}

  /// The sentence of a problem document; empty when the text is none.
  static String sentence(String body) {
    try {
      JsonNode problem = MAPPER.readTree(body);
      String detail = problem.path("detail").asString("");
      return detail.isEmpty() ? problem.path("title").asString("") : detail;
    } catch (JacksonException e) {
      return "";
    }
  }
}
