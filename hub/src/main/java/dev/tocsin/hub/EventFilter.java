package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;

/// Which events of the log somebody wants who asks once. Immutable.
public final class EventFilter {

  private final TypeTable table;
  private final Interest interest;

  EventFilter(TypeTable table, Interest interest) {
    this.table = table;
    this.interest = interest;
  }

  /// What to ask the log for: the types of which anything is wanted.
  public TypeFilter types() {
    return table.filter(interest.types());
  }

  /// Whether an event's type alone says whether it is wanted.
  public boolean isByType() {
    return interest.parts().isEmpty();
  }

  /// Whether any events of a type pass.
  boolean passesSome(String typeName) {
    return interest.types().contains(table.placeOf(typeName));
  }

  /// Whether an event that has been validated passes.
  boolean passes(EncodedEvent event) {
    int type = table.placeOf(event.type());
    return type >= 0 && interest.allows(type, () -> table.values(event));
  }

  /// Whether an event of these types is wanted.
  public boolean wants(LoggedEvent event) {
    int type = table.placeOf(event.event().type());
    return type >= 0 && interest.allows(type, () -> table.values(event));
  }
}
