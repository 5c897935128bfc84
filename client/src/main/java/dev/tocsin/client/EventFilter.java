package dev.tocsin.client;

import dev.tocsin.events.Conditions;
import dev.tocsin.events.FieldValues;
import dev.tocsin.events.PayloadField;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a handler's `where` comes down to for the events that it handles: the server's judgement, made again here, because
/// the connection may receive more than this handler asked for. Immutable.
///
/// @param fields those that it looks at
record EventFilter(Map<String, PayloadField> fields, Conditions conditions) {

  EventFilter {
    fields = Map.copyOf(fields);
  }

  /// @param known the fields of the events
  /// @throws IllegalArgumentException when no event can ever fulfil it
  static EventFilter of(Where where, Map<String, PayloadField> known) {
    Rejection fault = where.faultOn(List.of(known));
    if (fault != null) {
      throw new IllegalArgumentException(fault.message());
    }
    Map<String, PayloadField> fields = new HashMap<>(known);
    fields.keySet().retainAll(where.fields());
    return where
        .on(known)
        .map(conditions -> new EventFilter(fields, conditions))
        .orElseThrow(() -> new IllegalArgumentException("no event can ever fulfil " + where));
  }

  /// Whether an event fulfils it.
  boolean allows(WebSocketEvent event) {
    return conditions.allow(FieldValues.of(event, fields));
  }
}
