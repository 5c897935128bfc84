package dev.tocsin.bridges;

import java.util.List;

/// What a bridge makes of the messages of a broker. Immutable, safe for any thread; whatever a message says, nothing is thrown.
interface MessageHandler {

  /// Which topics it wants to hear.
  List<TopicFilter> filters();

  /// What becomes of a message, in this order; empty when nothing is for it.
  ///
  /// @param message with a topic
  List<Mapped> handle(BridgeMessage message);
}
