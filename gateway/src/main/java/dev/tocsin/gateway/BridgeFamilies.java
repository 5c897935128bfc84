package dev.tocsin.gateway;

import dev.tocsin.events.BridgeStanding;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The figures of bridges as families for Prometheus. The names of bridges are the operator's. Belongs to its caller.
final class BridgeFamilies {

  private final Map<Labels, Long> up = new LinkedHashMap<>();
  private final Map<Labels, Long> received = new LinkedHashMap<>();
  private final Map<Labels, Long> published = new LinkedHashMap<>();
  private final Map<Labels, Long> ignored = new LinkedHashMap<>();
  private final Map<Labels, Long> refused = new LinkedHashMap<>();
  private final Map<Labels, Long> sent = new LinkedHashMap<>();
  private final Map<Labels, Long> lost = new LinkedHashMap<>();
  private final Map<Labels, Long> setAside = new LinkedHashMap<>();
  private final Map<Labels, Long> behind = new LinkedHashMap<>();
  private final Map<Labels, Long> position = new LinkedHashMap<>();

  private BridgeFamilies() {}

  /// Adds them; nothing where there are no bridges.
  static void add(List<BridgeStanding> bridges, MetricFamilies families) {
    if (!bridges.isEmpty()) {
      BridgeFamilies all = new BridgeFamilies();
      bridges.forEach(all::gather);
      all.addTo(families);
    }
  }

  private void gather(BridgeStanding bridge) {
    Labels name = Labels.of("bridge", bridge.name());
    BridgeStanding.Link link = bridge.link();
    if (link != null) {
      up.put(name, link.isUp() ? 1L : 0L);
    }
    received.put(name, bridge.received());
    published.put(name, bridge.published());
    bridge.ignored().forEach((reason, count) -> ignored.put(name.add("reason", reason), count));
    bridge
        .refused()
        .forEach(refusal -> refused.put(name.add("reason", refusal.reason()), refusal.count()));
    BridgeStanding.Out out = bridge.out();
    if (out != null) {
      sent.put(name, out.sent());
      lost.put(name, out.lost());
      setAside.put(name, out.setAside());
      behind.put(name, out.behind());
      position.put(name, out.position());
    }
  }

  private void addTo(MetricFamilies families) {
    families
        .gauges(
            "tocsin_bridge_connected",
            "Whether a bridge has its other side; one that waits to be called has no line.",
            up)
        .counters("tocsin_bridge_received", "Messages that have come to a bridge.", received)
        .counters("tocsin_bridge_published", "Events that a bridge has published.", published)
        .counters(
            "tocsin_bridge_ignored",
            "What a bridge has passed over, by the reason: no mapping is for it, or it came"
                + " before.",
            ignored)
        .counters(
            "tocsin_bridge_refused",
            "What came to a bridge and became no event although it should have, by the reason; or"
                + " what its other side has refused.",
            refused)
        .counters("tocsin_bridge_sent", "Events that the other side of a bridge has taken.", sent)
        .counters(
            "tocsin_bridge_lost",
            "Events that the log did not hold any more when a bridge came to them.",
            lost)
        .gauges(
            "tocsin_bridge_set_aside",
            "Events that the other side has refused for good, and that wait to be sent again by"
                + " hand.",
            setAside)
        .gauges(
            "tocsin_bridge_behind",
            "How many sequences of the log a bridge still has to look at.",
            behind)
        .gauges(
            "tocsin_bridge_position",
            "The sequence up to which a bridge has sent all that it should.",
            position);
  }
}
