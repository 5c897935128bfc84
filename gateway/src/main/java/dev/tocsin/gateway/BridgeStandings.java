package dev.tocsin.gateway;

import dev.tocsin.events.BridgeStanding;
import dev.tocsin.http.Json;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes how bridges fare.
public final class BridgeStandings {

  private BridgeStandings() {}

  /// Writes bridges as they stand in `/api/v1/stats`.
  ///
  /// @param examples whether what was sent may be shown, and what was said of it
  public static ArrayNode write(List<BridgeStanding> bridges, boolean examples) {
    ArrayNode target = Json.object().putArray("bridges");
    bridges.forEach(bridge -> write(bridge, target.addObject(), examples));
    return target;
  }

  private static void write(BridgeStanding bridge, ObjectNode target, boolean examples) {
    BridgeStanding.Link link = bridge.link();
    BridgeStanding.Out out = bridge.out();
    target.put("name", bridge.name()).put("kind", bridge.kind());
    if (link != null) {
      target.put("connected", link.isUp());
      if (!link.isUp()) {
        target.put("error", link.sentence());
      }
    }
    target.put("received", bridge.received()).put("published", bridge.published());
    if (bridge.lastReceived() != null) {
      target.put("last_received", bridge.lastReceived().toString());
    }
    new TreeMap<>(bridge.ignored()).forEach(target.putObject("ignored")::put);
    ObjectNode counts = target.putObject("refused");
    bridge.refused().forEach(refusal -> counts.put(refusal.reason(), refusal.count()));
    if (out != null) {
      target
          .put("sent", out.sent())
          .put("set_aside", out.setAside())
          .put("lost", out.lost())
          .put("position", out.position())
          .put("behind", out.behind());
    }
    if (examples) {
      writeWords(bridge, target);
    }
  }

  /// What may repeat what was sent, and an address that may be secret by itself.
  private static void writeWords(BridgeStanding bridge, ObjectNode target) {
    BridgeStanding.Trouble lastError = bridge.lastError();
    target.put("place", bridge.place());
    if (lastError != null) {
      target
          .putObject("last_error")
          .put("message", lastError.sentence())
          .put("at", lastError.at().toString());
    }
    ArrayNode told = target.putArray("refusals");
    for (BridgeStanding.Refusal refusal : bridge.refused()) {
      told.addObject()
          .put("reason", refusal.reason())
          .put("message", refusal.sentence())
          .put("example", refusal.example())
          .put("at", refusal.at().toString());
    }
  }
}
