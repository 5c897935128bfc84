package dev.tocsin.events.payload.alert;

/// How far an alert has come on its way to a person.
public enum AlertStatus {
  /// Raised, not yet handed to anybody.
  PENDING,
  /// Handed to at least one person or device.
  DELIVERED,
  /// Seen by a person, see [AlertAcknowledgedPayload].
  ACKNOWLEDGED,
  /// Put aside without being resolved, see [AlertDismissedPayload].
  DISMISSED
}
