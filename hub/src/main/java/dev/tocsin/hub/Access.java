package dev.tocsin.hub;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Who somebody is to the hub, what they may, and until when. Immutable: a renewal or a revocation replaces it.
///
/// @param name of the principal
/// @param rights what is granted
/// @param limits how much of it
/// @param expires when it ends; `null` for never
public record Access(String name, Rights rights, Limits limits, @Nullable Instant expires) {

  /// Anyone where nobody asks who it is: everything, without an end.
  public static final Access ANYONE = new Access("", Rights.ALL, Limits.NONE, null);
}
