package dev.tocsin.gateway;

import dev.tocsin.hub.EventPattern;
import java.util.List;

/// Which WebSocket messages are compressed for the clients that want it.
///
/// @param enabled whether any are
/// @param thresholdBytes the shortest message that is compressed
/// @param never patterns of event types whose events are never compressed. Where there are any, the server's own messages
///     are not either: an answer may repeat a part of the event that it refuses. One that matches nothing does no harm;
///     [dev.tocsin.hub.Hub#warnings] finds it
public record DeflateSettings(boolean enabled, int thresholdBytes, List<EventPattern> never) {

  /// What is usual for the shortest message: shorter ones gain too little.
  public static final int DEFAULT_THRESHOLD_BYTES = 256;

  /// What is usual.
  public static final DeflateSettings USUAL =
      new DeflateSettings(true, DEFAULT_THRESHOLD_BYTES, List.of());

  /// Nothing is compressed.
  public static final DeflateSettings OFF =
      new DeflateSettings(false, DEFAULT_THRESHOLD_BYTES, List.of());

  public DeflateSettings {
    if (thresholdBytes < 0) {
      throw new IllegalArgumentException("a threshold must not be negative");
    }
    never = List.copyOf(never);
  }
}
