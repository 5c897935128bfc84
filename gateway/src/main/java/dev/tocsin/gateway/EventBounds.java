package dev.tocsin.gateway;

import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;

/// How long an event may be that comes over HTTP: 64 KiB, or so much more that one which was received fits
/// again. What the server itself adds on delivery (timestamp, channel, `sequence`, `previous`) must not make an
/// event too long to be published as it was received.
final class EventBounds {

  /// The longest event that was received before, in bytes.
  static final int MAX_RECEIVED_BYTES = Limits.MAX_MESSAGE_BYTES + Limits.ADDED_EVENT_BYTES;

  private EventBounds() {}

  /// Whether an event is short enough. Reads it only when it is longer than one that is new may be.
  static boolean fits(byte[] event) {
    return event.length <= Limits.MAX_MESSAGE_BYTES
        || (event.length <= MAX_RECEIVED_BYTES && wasReceived(event));
  }

  /// Whether it has a `sequence`, which a log has given it.
  private static boolean wasReceived(byte[] event) {
    return switch (Json.read(event)) {
      case Json.Value value -> value.tree().isObject() && value.tree().has("sequence");
      case Rejection none -> false;
    };
  }
}
