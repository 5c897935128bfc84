package dev.tocsin.server;

import dev.tocsin.events.WebSocketEvent;

/// Takes the events of one payload record within the process, called as an [EventFollower] is.
@FunctionalInterface
public interface PayloadFollower<R extends Record> {

  /// One event.
  ///
  /// @param event the envelope around the payload
  void onEvent(R payload, WebSocketEvent event);
}
