package dev.tocsin.bridges.description;

import dev.tocsin.events.EventCatalog;
import java.util.ArrayList;
import java.util.List;

/// What a file says of one bridge, to be read by whoever knows its kind.
///
/// @param name of the bridge
/// @param section where it stands; what is wrong goes into its faults
/// @param catalog the types of the hub
public record BridgeDescription(String name, Section section, EventCatalog catalog) {

  /// What every bridge has, whatever its kind.
  private static final List<String> COMMON = List.of("name", "kind", "description");

  /// A member; missing when there is none.
  public Section at(String member) {
    return section.at(member);
  }

  /// Tells of each member that is none of these, and none that every bridge has.
  @SafeVarargs
  public final void allow(List<String>... members) {
    List<String> allowed = new ArrayList<>(COMMON);
    for (List<String> some : members) {
      allowed.addAll(some);
    }
    section.allow(allowed.toArray(String[]::new));
  }
}
