package dev.tocsin.hub;

import java.util.Locale;

/// What an acknowledged event survives. Its name on the wire is [#toString].
public enum Durability {
  /// The death of processes (kill -9), not that of machines: a power loss can take the last moments
  /// back. What is acknowledged has been handed to the operating system.
  PROCESS,
  /// The loss of power as well: every group of events is flushed to the disk before it is
  /// acknowledged.
  POWER;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
