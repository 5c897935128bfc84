package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;

/// An event as a text frame.
final class EventFrame {

  private EventFrame() {}

  /// How many bytes the frame has, header included.
  static int length(EventJson json, LoggedEvent event, long previous) {
    int payload = json.length(event, previous);
    return TextFrames.headerLength(payload) + payload;
  }

  /// Writes the frame.
  static void write(ByteBuf out, EventJson json, LoggedEvent event, long previous) {
    TextFrames.writeHeader(out, json.length(event, previous));
    json.write(out, event, previous);
  }
}
