package dev.tocsin.mqtt;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a topic may be.
final class MqttTopics {

  private MqttTopics() {}

  /// What is wrong with the topic of a message, as the end of a sentence; `null` when nothing is.
  static @Nullable String fault(String topic) {
    if (topic.isEmpty()) {
      return "is empty";
    }
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      return "has a wildcard in it";
    }
    if (topic.indexOf('\0') >= 0) {
      return "holds a NUL character";
    }
    if (topic.getBytes(StandardCharsets.UTF_8).length > MqttMessage.MAX_TOPIC_BYTES) {
      return "is longer than " + MqttMessage.MAX_TOPIC_BYTES + " bytes";
    }
    return null;
  }
}
