package dev.tocsin.events.payload.alert;

/// How urgent an alert is, as its rule says.
public enum AlertSeverity {
  /// Worth keeping, nothing to do.
  LOW,
  /// Worth a look when there is time.
  MEDIUM,
  /// Should be looked at soon.
  HIGH,
  /// Somebody has to look now.
  CRITICAL
}
