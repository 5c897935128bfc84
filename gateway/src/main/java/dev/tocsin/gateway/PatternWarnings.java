package dev.tocsin.gateway;

import dev.tocsin.hub.PatternWarning;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Warnings about patterns, as the client is told of them.
final class PatternWarnings {

  private PatternWarnings() {}

  /// Adds the member `warnings`, if there are any.
  static void put(List<PatternWarning> warnings, ObjectNode target) {
    if (warnings.isEmpty()) {
      return;
    }
    ArrayNode list = target.putArray("warnings");
    for (PatternWarning warning : warnings) {
      ObjectNode entry =
          list.addObject()
              .put("code", warning.code().name().toLowerCase(Locale.ROOT))
              .put("pattern", warning.pattern())
              .put("message", warning.message());
      if (warning.suggestion() != null) {
        entry.put("suggestion", warning.suggestion());
      }
    }
  }
}
