package dev.tocsin.jetstream;

import dev.tocsin.hub.Stretch;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What the stream misses between its oldest and its newest message, as its leader has said. Immutable.
///
/// @param deleted how many messages were missing then
/// @param stretches ascending, apart from each other; the first [#MAX_STRETCHES] of them
record LostParts(long deleted, List<Stretch> stretches) {

  static final int MAX_STRETCHES = 10_000;

  static final LostParts NONE = new LostParts(0, List.of());

  /// Reads what the leader says.
  ///
  /// @param json the answer to `STREAM.INFO` with the details of what is deleted
  static LostParts of(JsonNode json) {
    List<Stretch> stretches = new ArrayList<>();
    long from = 0;
    long to = 0;
    for (JsonNode one : json.path("state").path("deleted")) {
      long sequence = one.asLong(0);
      if (from > 0 && sequence == to + 1) {
        to = sequence;
      } else {
        add(stretches, from, to);
        from = sequence;
        to = sequence;
      }
    }
    add(stretches, from, to);
    return new LostParts(json.path("state").path("num_deleted").asLong(0), stretches);
  }

  private static void add(List<Stretch> stretches, long from, long to) {
    if (from > 0 && stretches.size() < MAX_STRETCHES) {
      stretches.add(new Stretch(from, to));
    }
  }

  /// Whether these are all.
  boolean isWhole() {
    return stretches.size() < MAX_STRETCHES;
  }

  /// Those parts that are after one position and not after another.
  List<Stretch> between(long after, long to) {
    List<Stretch> parts = new ArrayList<>(0);
    for (Stretch stretch : stretches) {
      long from = Math.max(stretch.from(), after + 1);
      long end = Math.min(stretch.to(), to);
      if (from <= end) {
        parts.add(new Stretch(from, end));
      }
    }
    return parts;
  }
}
