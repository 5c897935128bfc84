package dev.tocsin.events.payload.system;

import dev.tocsin.events.WireNamed;

/// The health of the installation as a whole.
public enum SystemHealth implements WireNamed {
  /// Everything works.
  HEALTHY,
  /// It works, but some part is missing or slow.
  DEGRADED,
  /// What it is there for does not work.
  UNHEALTHY
}
