package dev.tocsin.bridges.out;

import dev.tocsin.bridges.hub.FollowedEvent;
import java.util.List;

/// Events that follow each other in the log of a hub, and go out together. Immutable.
///
/// @param epoch of the log, which tells the hub from others
/// @param events one at least
public record Shipment(String epoch, List<FollowedEvent> events) {

  public Shipment {
    events = List.copyOf(events);
    if (events.isEmpty()) {
      throw new IllegalArgumentException("nothing to send");
    }
  }

  /// How many events there are.
  public int size() {
    return events.size();
  }

  /// The first of them alone.
  public Shipment first() {
    return new Shipment(epoch, events.subList(0, 1));
  }

  /// What tells an event from all others, the same on each try.
  public String id(FollowedEvent event) {
    return epoch + ':' + event.sequence();
  }
}
