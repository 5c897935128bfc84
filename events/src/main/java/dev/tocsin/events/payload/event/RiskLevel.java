package dev.tocsin.events.payload.event;

import dev.tocsin.events.WireNamed;

/// The risk score of a security event in words.
public enum RiskLevel implements WireNamed {
  /// Everyday life: the family, the post, a cat.
  LOW,
  /// Unusual, probably harmless.
  MEDIUM,
  /// Suspicious: a person should look.
  HIGH,
  /// Danger for people or property.
  CRITICAL
}
