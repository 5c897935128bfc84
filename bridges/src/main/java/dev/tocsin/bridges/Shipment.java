package dev.tocsin.bridges;

import java.util.List;

/// Events that follow each other in the log of a hub, and go out together. Immutable.
///
/// @param epoch of the log, which tells the hub from others
/// @param events one at least
record Shipment(String epoch, List<FollowedEvent> events) {

  Shipment {
    events = List.copyOf(events);
    if (events.isEmpty()) {
      throw new IllegalArgumentException("nothing to send");
    }
  }

  int size() {
    return events.size();
  }

  /// The first of them alone.
  Shipment first() {
    return new Shipment(epoch, events.subList(0, 1));
  }

  /// What tells an event from all others, the same on each try.
  String id(FollowedEvent event) {
    return epoch + ':' + event.sequence();
  }
}
