package dev.tocsin.events.payload.scenechange;

import dev.tocsin.events.WireNamed;

/// How the view of a camera changed.
public enum SceneChangeType implements WireNamed {
  /// Something covers the lens or stands right in front of it.
  VIEW_BLOCKED,
  /// The camera looks in another direction than before.
  ANGLE_CHANGED,
  /// The view was changed on purpose, for instance by paint or a picture.
  VIEW_TAMPERED,
  /// The view changed in a way that could not be told.
  UNKNOWN
}
