package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.FieldValues;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What the fields of events say, taken out of each event's bytes once for all who ask about the same time. Any thread.
final class EventFields {

  /// How many of the latest are kept: as many as shards that are near each other look at in a row.
  private static final int KEPT = 512;

  private final AtomicReferenceArray<@Nullable Entry> kept = new AtomicReferenceArray<>(KEPT);

  private record Entry(EncodedEvent event, FieldValues values) {}

  /// The values of an event's fields.
  ///
  /// @param names those that can be compared; always the same for events of one type
  FieldValues of(LoggedEvent logged, Set<String> names) {
    int slot = (int) (logged.sequence() % KEPT);
    EncodedEvent event = logged.event();
    Entry known = kept.get(slot);
    if (known != null && known.event == event) {
      return known.values;
    }
    FieldValues values = FieldValues.of(event, names);
    kept.set(slot, new Entry(event, values));
    return values;
  }
}
