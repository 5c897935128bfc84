package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.TopicFilter;
import java.util.List;

/// What a bridge makes of the messages of a broker. It is that bridge's own, and used by its thread alone; whatever a message says,
/// nothing is thrown.
public interface MessageHandler {

  /// Which topics it wants to hear.
  List<TopicFilter> filters();

  /// Whether what a topic says holds until it says something else, so that the same once more is nothing new. What a broker has
  /// retained is such a state whatever its topic.
  ///
  /// @param topic its levels
  default boolean isState(List<String> topic) {
    return false;
  }

  /// What becomes of a message, in this order; empty when nothing is for it.
  ///
  /// @param message with a topic
  List<Mapped> handle(BridgeMessage message);
}
