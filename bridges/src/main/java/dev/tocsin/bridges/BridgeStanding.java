package dev.tocsin.bridges;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a bridge fares: its figures since the start.
///
/// @param name of the bridge
/// @param kind of the bridge
/// @param place where it takes requests
/// @param received messages that have come
/// @param published events that they have become
/// @param ignored messages that were passed over, by the reason
/// @param refused what became no event although it should have, with the last example of each reason
/// @param lastReceived when the last message came; `null` before the first
public record BridgeStanding(
    String name,
    String kind,
    String place,
    long received,
    long published,
    Map<String, Long> ignored,
    List<Refusal> refused,
    @Nullable Instant lastReceived) {

  public BridgeStanding {
    ignored = Map.copyOf(ignored);
    refused = List.copyOf(refused);
  }

  /// What was refused for one reason.
  ///
  /// @param reason a short form for programs, of a fixed set
  /// @param count how often
  /// @param sentence what was wrong the last time
  /// @param example the beginning of the message that it was wrong with; empty where nobody knows who has sent it
  /// @param at when that was
  public record Refusal(String reason, long count, String sentence, String example, Instant at) {}
}
