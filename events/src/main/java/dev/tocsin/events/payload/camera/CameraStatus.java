package dev.tocsin.events.payload.camera;

import dev.tocsin.events.WireNamed;

/// What is known of a camera's stream.
public enum CameraStatus implements WireNamed {
  /// Connected and streaming.
  ONLINE,
  /// Not reachable, or reachable and silent.
  OFFLINE,
  /// Reachable, but it reports a fault.
  ERROR,
  /// Nothing has been heard yet, or the last word is too old to trust.
  UNKNOWN
}
