package dev.tocsin.gateway;

import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.LoggedEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The event types whose events are never compressed.
///
/// Asked by name: types that come from the log need not be in the catalog. What was found is remembered for each type
/// that occurs. Belongs to the event loop.
final class PlainTypes {

  private final List<EventPattern> patterns;
  private final Map<String, Boolean> known = new HashMap<>();

  PlainTypes(List<EventPattern> patterns) {
    this.patterns = patterns;
  }

  /// Whether everything may be compressed.
  boolean isEmpty() {
    return patterns.isEmpty();
  }

  /// Whether an event is of one of them.
  boolean includes(LoggedEvent event) {
    return !patterns.isEmpty() && known.computeIfAbsent(event.event().type(), this::isMatched);
  }

  private boolean isMatched(String type) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(type));
  }
}
