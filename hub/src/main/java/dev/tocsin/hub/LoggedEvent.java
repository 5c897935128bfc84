package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;

/// An event and its place in the log.
///
/// @param sequence from 1, without holes
public record LoggedEvent(long sequence, EncodedEvent event) {

  /// What the event is taken to cost in memory, in bytes: its JSON and the objects around it.
  int weight() {
    return event.json().length + 200;
  }
}
