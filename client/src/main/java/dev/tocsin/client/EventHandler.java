package dev.tocsin.client;

import dev.tocsin.events.WebSocketEvent;

/// Takes the events of one payload class, see [TocsinClient#on].
@FunctionalInterface
public interface EventHandler<R extends Record> {

  /// One event, called under the rules of [ClientListener].
  ///
  /// @param event the envelope around the payload
  void onEvent(R payload, WebSocketEvent event);
}
