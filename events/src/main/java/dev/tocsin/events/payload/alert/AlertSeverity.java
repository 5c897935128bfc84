package dev.tocsin.events.payload.alert;

import dev.tocsin.events.WireNamed;

/// How urgent an alert is, as its rule says.
public enum AlertSeverity implements WireNamed {
  /// Worth keeping, nothing to do.
  LOW,
  /// Worth a look when there is time.
  MEDIUM,
  /// Should be looked at soon.
  HIGH,
  /// Somebody has to look now.
  CRITICAL
}
