package dev.tocsin.sqlite;

import java.util.Locale;

/// What an acknowledged event survives.
public enum Durability {
  /// The death of the process (kill -9), not that of the machine: a power loss can take the last
  /// moments back. A commit is a write to the operating system's cache.
  PROCESS("NORMAL"),
  /// The loss of power as well: every group of events is flushed to the disk before it is
  /// acknowledged.
  POWER("FULL");

  private final String synchronous;

  Durability(String synchronous) {
    this.synchronous = synchronous;
  }

  /// The value of SQLite's `PRAGMA synchronous`.
  String synchronous() {
    return synchronous;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
