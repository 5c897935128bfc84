package dev.tocsin.app;

import dev.tocsin.events.PayloadError;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The faults of a payload as lines for a person.
final class Faults {

  private Faults() {}

  /// One line for each fault: its place, what is wrong, its code.
  static List<String> lines(List<PayloadError> errors, String indent) {
    int width = errors.stream().mapToInt(error -> place(error).length()).max().orElse(0);
    int bounded = Math.min(width, 40);
    return errors.stream()
        .map(error ->
            TerminalText.harmless(
                indent
                    + place(error)
                    + " ".repeat(Math.max(0, bounded - place(error).length()))
                    + "  "
                    + error.message()
                    + " ("
                    + error.code()
                    + ")"))
        .toList();
  }

  private static String place(PayloadError error) {
    return error.path().isEmpty() ? "(payload)" : error.path();
  }

  /// Reads the `details` of a refusal as the server writes them.
  static List<PayloadError> ofDetails(JsonNode details) {
    List<PayloadError> errors = new ArrayList<>();
    for (JsonNode error : details.path("errors")) {
      errors.add(
          new PayloadError(
              error.path("path").asString(""),
              error.path("code").asString(""),
              error.path("message").asString("")));
    }
    return errors;
  }
}
