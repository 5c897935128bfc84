package dev.tocsin.events.payload.service;

import dev.tocsin.events.WireNamed;

/// What supervision knows of one service.
public enum ServiceStatus implements WireNamed {
  /// It answers its health checks.
  HEALTHY,
  /// It runs, but fails its health checks.
  UNHEALTHY,
  /// It is being restarted.
  RESTARTING,
  /// The restart did not bring it back; another may be tried.
  RESTART_FAILED,
  /// Given up: nobody restarts it any more.
  FAILED
}
