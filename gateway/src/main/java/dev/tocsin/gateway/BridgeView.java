package dev.tocsin.gateway;

import dev.tocsin.http.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How one bridge fares since the start.
///
/// @param name of it, as the operator calls it
/// @param kind of it
/// @param place where its other side is
/// @param link whether it has the other side; `null` for one that waits to be called
/// @param received messages that have come
/// @param published events that they have become
/// @param ignored what was passed over, by the reason
/// @param refused what became no event although it should have
/// @param lastReceived when the last message came; `null` before the first
/// @param out what has gone out; `null` for one that takes in
/// @param lastError what went wrong last; `null` when nothing has
public record BridgeView(
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

  public BridgeView {
    ignored = Map.copyOf(ignored);
    refused = List.copyOf(refused);
  }

  /// Whether the other side is there.
  ///
  /// @param sentence why not; empty when it is
  public record Link(boolean isUp, String sentence) {}

  /// What has gone out.
  ///
  /// @param sent events that the other side has taken
  /// @param setAside events that it has refused for good
  /// @param lost events that the log did not hold any more
  /// @param position the sequence up to which all is done with; 0 before anything is known
  /// @param behind how many sequences of the log are still to be looked at
  public record Out(long sent, long setAside, long lost, long position, long behind) {}

  /// What went wrong.
  public record Trouble(String sentence, Instant at) {}

  /// What was refused for one reason.
  ///
  /// @param sentence what was wrong the last time
  /// @param example the beginning of what it was wrong with: as it was sent
  public record Refusal(String reason, long count, String sentence, String example, Instant at) {}

  /// Writes bridges as they stand in `/api/v1/stats`.
  ///
  /// @param examples whether what was sent may be shown, and what was said of it
  public static ArrayNode write(List<BridgeView> bridges, boolean examples) {
    ArrayNode target = Json.object().putArray("bridges");
    bridges.forEach(bridge -> bridge.write(target.addObject(), examples));
    return target;
  }

  private void write(ObjectNode target, boolean examples) {
    target.put("name", name).put("kind", kind);
    if (link != null) {
      target.put("connected", link.isUp());
      if (!link.isUp()) {
        target.put("error", link.sentence());
      }
    }
    target.put("received", received).put("published", published);
    if (lastReceived != null) {
      target.put("last_received", lastReceived.toString());
    }
    new TreeMap<>(ignored).forEach(target.putObject("ignored")::put);
    ObjectNode counts = target.putObject("refused");
    refused.forEach(refusal -> counts.put(refusal.reason(), refusal.count()));
    if (out != null) {
      target
          .put("sent", out.sent())
          .put("set_aside", out.setAside())
          .put("lost", out.lost())
          .put("position", out.position())
          .put("behind", out.behind());
    }
    if (examples) {
      writeWords(target);
    }
  }

  /// What may repeat what was sent, and an address that may be secret by itself.
  private void writeWords(ObjectNode target) {
    target.put("place", place);
    if (lastError != null) {
      target
          .putObject("last_error")
          .put("message", lastError.sentence())
          .put("at", lastError.at().toString());
    }
    ArrayNode told = target.putArray("refusals");
    for (Refusal refusal : refused) {
      told.addObject()
          .put("reason", refusal.reason())
          .put("message", refusal.sentence())
          .put("example", refusal.example())
          .put("at", refusal.at().toString());
    }
  }
}
