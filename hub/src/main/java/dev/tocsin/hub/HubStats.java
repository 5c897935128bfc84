package dev.tocsin.hub;

import dev.tocsin.events.ErrorCode;
import java.util.EnumMap;
import java.util.Map;

/// What a hub has done since it was made, and who is connected now.
///
/// @param audiences how many there are, of all shards together
/// @param lagging connections that read the log at their own pace
/// @param publishedByType events that the log has handed on, whoever appended them; only types that came
/// @param refused events that were not published; only what occurred
/// @param deliveredByType events handed to connections, each connection counted; only types that were
/// @param filtered events of a type of which a live connection receives some, and which it did not receive
///     because they do not fulfil the conditions of its subscription or of its grants; each connection counted
/// @param appends from the first byte of a publish to when it is safe in the log
/// @param deliveries from when an event is safe to when it has been handed to the last live connection
public record HubStats(
    SubscriptionStats subscriptions,
    int audiences,
    int lagging,
    Map<String, Long> publishedByType,
    Map<Refused, Long> refused,
    Map<String, Long> deliveredByType,
    long filtered,
    DurationFigures appends,
    DurationFigures deliveries) {

  /// Events that were not published for the same reason.
  ///
  /// @param type their type in the catalog; empty where they have none, or it was not looked at
  public record Refused(String type, ErrorCode code) {}

  /// Faults of payloads that were refused, by where they are.
  ///
  /// @param type of the events
  /// @param field at the top level of the payload; empty for the payload itself, or where no more names are told apart
  /// @param code of the fault; empty where no more names are told apart
  public record RefusedField(String type, String field, String code) {}

  public HubStats {
    publishedByType = Map.copyOf(publishedByType);
    refused = Map.copyOf(refused);
    deliveredByType = Map.copyOf(deliveredByType);
  }

  /// All events that the log has handed on.
  public long published() {
    return sum(publishedByType);
  }

  /// All events handed to connections, each connection counted.
  public long delivered() {
    return sum(deliveredByType);
  }

  /// Events refused for what they said, by code; only codes that were given.
  public Map<ErrorCode, Long> rejectedByCode() {
    Map<ErrorCode, Long> byCode = new EnumMap<>(ErrorCode.class);
    refused.forEach((what, count) -> {
      if (!what.code().isRetryable()) {
        byCode.merge(what.code(), count, Long::sum);
      }
    });
    return byCode;
  }

  /// All events refused for what they said.
  public long rejected() {
    return sum(rejectedByCode());
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
