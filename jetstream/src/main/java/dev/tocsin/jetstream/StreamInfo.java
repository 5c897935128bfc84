package dev.tocsin.jetstream;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
/// @param unheardNanos for how long the leader has not heard a majority of them, itself among them
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
    long unheardNanos,
    @Nullable Instant time,
    CopyMarks copy) {

  /// For so long a server has not been heard that never was since this one leads.
  private static final long NEVER_NANOS = TimeUnit.HOURS.toNanos(1);

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
        unheardNanos(json.path("cluster").path("replicas")),
        time(json.path("ts").asString("")),
        CopyMarks.of(json.path("config")));
  }

  /// The silence of the last that a majority needs, of those that the leader names beside itself.
  private static long unheardNanos(JsonNode others) {
    int needed = (others.size() + 1) / 2;
    return others
        .valueStream()
        .mapToLong(StreamInfo::silenceNanos)
        .sorted()
        .limit(needed)
        .max()
        .orElse(0);
  }

  private static long silenceNanos(JsonNode server) {
    long nanos = server.path("active").asLong(0);
    return nanos == 0 && !server.path("current").asBoolean(false) ? NEVER_NANOS : nanos;
  }

  private static @Nullable Instant time(String text) {
    try {
      return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
