package dev.tocsin.bridges.mapping;

import java.util.Set;

/// From where messages come, and so what there is in them to refer to.
public enum MessageSource {
  /// From a broker: there is a topic, and no header.
  MQTT,

  /// From a hook: there are headers, and no topic.
  HOOK;

  private static final Set<String> OF_MQTT = Set.of("topic", "payload", "received", "bridge");
  private static final Set<String> OF_HOOKS = Set.of("payload", "header", "received", "bridge");

  /// What a reference may begin with.
  Set<String> roots() {
    return switch (this) {
      case MQTT -> OF_MQTT;
      case HOOK -> OF_HOOKS;
    };
  }
}
