package dev.tocsin.hub;

import dev.tocsin.events.ErrorCode;
import java.util.Map;

/// What a hub has done since it was made, and who is connected now.
///
/// @param publishedByType events that the log has handed on, whoever appended them; only types that came
/// @param rejectedByCode events refused for what they said; only codes that were given
/// @param delivered events handed to connections, each connection counted
public record HubStats(
    SubscriptionStats subscriptions,
    Map<String, Long> publishedByType,
    Map<ErrorCode, Long> rejectedByCode,
    long delivered) {

  public HubStats {
    publishedByType = Map.copyOf(publishedByType);
    rejectedByCode = Map.copyOf(rejectedByCode);
  }

  /// All events that the log has handed on.
  public long published() {
    return sum(publishedByType);
  }

  /// All events refused for what they said.
  public long rejected() {
    return sum(rejectedByCode);
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
