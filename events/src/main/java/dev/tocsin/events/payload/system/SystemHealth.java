package dev.tocsin.events.payload.system;

/// The health of the installation as a whole.
public enum SystemHealth {
  /// Everything works.
  HEALTHY,
  /// It works, but some part is missing or slow.
  DEGRADED,
  /// What it is there for does not work.
  UNHEALTHY
}
