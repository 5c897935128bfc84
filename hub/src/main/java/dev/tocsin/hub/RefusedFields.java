package dev.tocsin.hub;

import dev.tocsin.events.Excerpt;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import java.util.Map;

/// Counts what was wrong with the payloads that were refused, by the field at the top level. Any thread.
///
/// Schemas know their fields, but some of them refuse names that a producer makes up: so a bounded number is told apart.
final class RefusedFields {

  /// Faults of one payload that are counted.
  static final int MAX_OF_ONE = 16;

  /// Fields of types, each with a code, that are told apart; what comes after them has no name.
  static final int MAX_TOLD_APART = 2_000;

  private static final int MAX_NAME = 64;

  private final Counts<HubStats.RefusedField> counts = new Counts<>();

  /// Counts the faults of a payload.
  ///
  /// @param type of the event
  void note(String type, Rejection rejection) {
    int count = 0;
    for (PayloadError error : rejection.errors()) {
      if (++count > MAX_OF_ONE) {
        return;
      }
      HubStats.RefusedField named =
          new HubStats.RefusedField(type, field(error.path()), error.code());
      counts.increment(
          counts.knows(named) || counts.size() < MAX_TOLD_APART
              ? named
              : new HubStats.RefusedField(type, "", ""));
    }
  }

  /// The first step of a pointer.
  private static String field(String pointer) {
    int end = pointer.indexOf('/', 1);
    String step = pointer.isEmpty() ? "" : pointer.substring(1, end < 0 ? pointer.length() : end);
    String name = step.replace("~1", "/").replace("~0", "~");
    return Excerpt.of(name, MAX_NAME);
  }

  Map<HubStats.RefusedField, Long> now() {
    return counts.now();
  }
}
