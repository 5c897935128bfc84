package dev.tocsin.jetstream;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How the stream stands, as its leader has said.
///
/// @param created when it was made, in the server's words
/// @param first the sequence of the oldest message; one more than `last` when there is none
/// @param last the newest sequence that it has given
/// @param bytes what it takes
/// @param deleted how many messages between first and last are missing
/// @param leader the server that leads it; empty when it is not known
/// @param replicas how many servers keep it
/// @param time the server's clock; `null` when it did not say
/// @param copy what the stream says of the copy that made it
record StreamInfo(
    String created,
    long first,
    long last,
    long bytes,
    long deleted,
    Optional<String> leader,
    int replicas,
    @Nullable Instant time,
    CopyMarks copy) {

  /// Reads JetStream's answer.
  static StreamInfo of(JsonNode json) {
    JsonNode state = json.path("state");
    long last = state.path("last_seq").asLong(0);
    String leader = json.path("cluster").path("leader").asString("");
    return new StreamInfo(
        json.path("created").asString(""),
        state.path("messages").asLong(0) == 0 ? last + 1 : state.path("first_seq").asLong(1),
        last,
        state.path("bytes").asLong(0),
        state.path("num_deleted").asLong(0),
        leader.isEmpty() ? Optional.empty() : Optional.of(leader),
        json.path("config").path("num_replicas").asInt(1),
        time(json.path("ts").asString("")),
        CopyMarks.of(json.path("config")));
  }

  private static @Nullable Instant time(String text) {
    try {
      return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
