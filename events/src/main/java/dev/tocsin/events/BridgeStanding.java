package dev.tocsin.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a bridge to another system fares: its figures since the start, as bridges count them and servers tell them.
///
/// @param name of the bridge
/// @param kind of the bridge
/// @param place where the other side is
/// @param link whether it has the other side; `null` for a bridge that waits to be called
/// @param received messages that have come
/// @param published events that they have become
/// @param ignored messages that were passed over, by the reason
/// @param refused what became no event although it should have, with the last example of each reason
/// @param lastReceived when the last message came; `null` before the first
/// @param out what has gone out; `null` for a bridge that takes in
/// @param lastError what went wrong last; `null` when nothing has
public record BridgeStanding(
    String name,
    String kind,
    String place,
    @Nullable Link link,
    long received,
    long published,
    Map<String, Long> ignored,
    List<Refusal> refused,
    @Nullable Instant lastReceived,
    @Nullable Out out,
    @Nullable Trouble lastError) {

  public BridgeStanding {
    ignored = Map.copyOf(ignored);
    refused = List.copyOf(refused);
  }

  /// Whether a bridge has the other side.
  ///
  /// @param isUp whether it is connected, or the other side has taken what was sent to it last
  /// @param sentence why not; empty when it is
  public record Link(boolean isUp, String sentence) {}

  /// What a bridge has sent out.
  ///
  /// @param sent events that the other side has taken
  /// @param setAside events that it has refused for good, and that wait to be sent again by hand
  /// @param lost events that the log did not hold any more
  /// @param position the sequence before which all is done with; 0 before anything is known
  /// @param behind how many sequences of the log are still to be looked at
  public record Out(long sent, long setAside, long lost, long position, long behind) {}

  /// What went wrong.
  public record Trouble(String sentence, Instant at) {}

  /// What was refused for one reason.
  ///
  /// @param reason a short form for programs, of a fixed set
  /// @param count how often
  /// @param sentence what was wrong the last time
  /// @param example the beginning of the message that it was wrong with; empty where nobody knows who has sent it
  /// @param at when that was
  public record Refusal(String reason, long count, String sentence, String example, Instant at) {}
}
