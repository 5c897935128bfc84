package dev.tocsin.hub;

import org.jspecify.annotations.Nullable;

/// How much somebody may ask of a server; `null` for what the server allows anyone.
///
/// @param connections open at a time
/// @param publishesPerSecond events, on average over a second
/// @param bytesPerSecond of what is published
public record Limits(
    @Nullable Long connections, @Nullable Long publishesPerSecond, @Nullable Long bytesPerSecond) {

  /// Nothing of its own.
  public static final Limits NONE = new Limits(null, null, null);
}
