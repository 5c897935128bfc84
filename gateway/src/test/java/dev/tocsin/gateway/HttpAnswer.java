package dev.tocsin.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An answer as it came from the socket.
///
/// @param headers by name in lower case
@SuppressWarnings("ArrayRecordComponent") // never compared
record HttpAnswer(int status, Map<String, String> headers, byte[] body) {

  private static final JsonMapper MAPPER = new JsonMapper();

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  JsonNode json() {
    return MAPPER.readTree(body);
  }

  String header(String name) {
    return headers.get(name);
  }

  /// The code of a failure.
  String error() {
    return json().path("error").asString("");
  }

  /// The status and the code of a failure, for instance `400 invalid_json`.
  String problem() {
    return status + " " + error();
  }

  @Override
  public String toString() {
    return status + " " + headers + " " + text();
  }
}
