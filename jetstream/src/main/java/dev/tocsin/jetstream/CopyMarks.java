package dev.tocsin.jetstream;

import dev.tocsin.hub.LogExtent;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a stream's metadata say of the copy that made it.
///
/// @param unfinished which log it is the unfinished copy of; `null` when it is none
/// @param upTo the last sequence that was copied; 0 when none was
record CopyMarks(@Nullable String unfinished, long upTo) {

  private static final String UNFINISHED = "tocsin-copy";
  private static final String UP_TO = "tocsin-copied";

  /// Reads the configuration of a stream.
  static CopyMarks of(JsonNode config) {
    JsonNode metadata = config.path("metadata");
    String upTo = metadata.path(UP_TO).asString("");
    return new CopyMarks(
        metadata.hasNonNull(UNFINISHED) ? metadata.path(UNFINISHED).asString("") : null,
        upTo.matches("\\d{1,18}") ? Long.parseLong(upTo) : 0);
  }

  /// The name of a log in the mark of its copy.
  static String name(LogExtent source) {
    return source.newest() + " " + source.identity();
  }

  /// Marks a stream as an unfinished copy.
  static void begin(ObjectNode config, LogExtent source) {
    config.putObject("metadata").put(UNFINISHED, name(source));
  }

  /// Marks a stream as a finished one.
  static void finish(ObjectNode config, long upTo) {
    config.putObject("metadata").put(UP_TO, Long.toString(upTo));
  }

  /// Why nobody can use the stream, a sentence.
  static String refusal(String stream) {
    return "The stream "
        + stream
        + " is the unfinished copy of a log: finish it with the same 'tocsin log copy', or delete"
        + " it";
  }
}
