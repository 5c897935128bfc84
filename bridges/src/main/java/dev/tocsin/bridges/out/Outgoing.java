package dev.tocsin.bridges.out;

import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.util.List;
import java.util.Set;

/// What every bridge that sends out has.
///
/// @param bridge its name
/// @param wanted which events go out
/// @param fromOldest whether a bridge that has never run begins with the oldest event of the log, and not with what comes from
///     then on
/// @param catalog of the hub
public record Outgoing(String bridge, Wanted wanted, boolean fromOldest, EventCatalog catalog) {

  /// The members that it reads.
  public static final List<String> MEMBERS = List.of("events", "where", "from");

  /// Reads it; what is wrong is told.
  public static Outgoing read(BridgeDescription bridge) {
    return new Outgoing(
        bridge.name(),
        new WantedReader(bridge.catalog()).read(bridge.section()),
        isFromOldest(bridge.at("from")),
        bridge.catalog());
  }

  /// Whether it is `"oldest"`; or `"now"`, which is usual.
  private static boolean isFromOldest(Section from) {
    String word = from.optionalText("now or oldest");
    if (word != null && !word.equals("now") && !word.equals("oldest")) {
      from.unknown("there is no beginning " + Faults.quoted(word), word, Set.of("now", "oldest"));
    }
    return "oldest".equals(word);
  }

  /// The types that go out.
  public List<EventType> types() {
    List<TypePattern> patterns = wanted.patterns().stream().map(TypePattern::new).toList();
    return catalog.allEventTypes().stream()
        .filter(type -> patterns.stream().anyMatch(pattern -> pattern.matches(type.name())))
        .toList();
  }
}
