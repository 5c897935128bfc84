package dev.tocsin.load;

import java.util.Locale;

/// How events get to the server.
public enum PublishBy {
  /// As messages of one WebSocket, without waiting for the answers.
  WS,
  /// As one POST an event, one after another.
  HTTP,
  /// As one POST of several lines, one after another.
  NDJSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
