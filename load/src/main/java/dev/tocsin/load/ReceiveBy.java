package dev.tocsin.load;

import java.util.Locale;

/// How events get to the connections that receive.
public enum ReceiveBy {
  /// Each is a WebSocket.
  WEBSOCKET,
  /// Each is an answer of server-sent events; only of a Tocsin.
  SSE,
  /// Each is an answer of lines of JSON; only of a Tocsin.
  NDJSON;

  /// Where such an answer is had.
  String path() {
    return switch (this) {
      case WEBSOCKET -> throw new IllegalStateException("a WebSocket's path is the server's");
      case SSE -> "/sse/events";
      case NDJSON -> "/api/v1/events?follow=true";
    };
  }

  /// What such an answer is made of.
  String mediaType() {
    return switch (this) {
      case WEBSOCKET -> throw new IllegalStateException("a WebSocket has no media type");
      case SSE -> "text/event-stream";
      case NDJSON -> "application/x-ndjson";
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
