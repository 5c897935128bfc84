package dev.tocsin.client;

import dev.tocsin.events.Json;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Reads the answers by which a Tocsin server refuses a connection: `application/problem+json`
/// (RFC 9457) with a code in `error`. Anything else was said by somebody in between.
final class Problems {

  private static final String MEDIA_TYPE = "application/problem+json";

  private Problems() {}

  /// A problem document of a Tocsin server.
  ///
  /// @param code the stable code
  /// @param sentence why, for a person
  record Problem(String code, String sentence) {}

  /// The problem that an answer tells; empty when it is none of Tocsin's.
  static Optional<Problem> of(HttpResponse<?> answer) {
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(MEDIA_TYPE)
        || !(Json.read(Objects.toString(answer.body(), ""))
            instanceof Json.Value(JsonNode problem))) {
      return Optional.empty();
    }
    String code = problem.path("error").asString("");
    String detail = problem.path("detail").asString("");
    return code.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Problem(code, detail.isEmpty() ? code : detail + meant(problem.path("details"))));
  }

  /// What may have been meant instead, as the end of a sentence; empty for nothing.
  ///
  /// @param details of a refusal, over HTTP or on a socket
  static String meant(JsonNode details) {
    String suggestion = details.path("suggestion").asString("");
    return suggestion.isEmpty() ? "" : "; did you mean \"" + suggestion + "\"?";
  }
}
