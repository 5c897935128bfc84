package dev.tocsin.events.payload.alert;

import dev.tocsin.events.WireNamed;

/// How far an alert has come on its way to a person.
public enum AlertStatus implements WireNamed {
  /// Raised, not yet handed to anybody.
  PENDING,
  /// Handed to at least one person or device.
  DELIVERED,
  /// Seen by a person, see [AlertAcknowledgedPayload].
  ACKNOWLEDGED,
  /// Put aside without being resolved, see [AlertDismissedPayload].
  DISMISSED
}
