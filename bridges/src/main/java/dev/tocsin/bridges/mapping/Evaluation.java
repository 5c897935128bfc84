package dev.tocsin.bridges.mapping;

import dev.tocsin.events.Excerpt;
import dev.tocsin.events.Json;
import dev.tocsin.events.WebSocketEvent;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One message on its way into one event: what there is to take values from, and what has gone wrong. What is taken is bounded
/// by what an event may be, however often a mapping names the same large value. One thread.
final class Evaluation {

  private static final int MAX_SHOWN = 80;

  private final BridgeMessage message;
  private int left = WebSocketEvent.MAX_BYTES;
  private @Nullable String trouble;
  private boolean tooLarge;

  Evaluation(BridgeMessage message) {
    this.message = message;
  }

  BridgeMessage message() {
    return message;
  }

  /// Takes room for a value; whether there was enough.
  boolean take(JsonNode value) {
    int length =
        value.isString()
            ? value.stringValue().length()
            : value.isContainer() ? Json.write(value).length() : 1;
    left = Math.max(-1, left - length);
    tooLarge |= left < 0;
    return !tooLarge;
  }

  /// Notes that a value could not be converted.
  void trouble(JsonNode value, String complaint) {
    if (trouble == null) {
      trouble = Excerpt.of(Scalars.text(value), MAX_SHOWN) + ' ' + complaint;
    }
  }

  /// What went wrong first; `null` when nothing did.
  @Nullable String trouble() {
    return trouble;
  }

  /// Whether there is more than an event has room for.
  boolean isTooLarge() {
    return tooLarge;
  }
}
