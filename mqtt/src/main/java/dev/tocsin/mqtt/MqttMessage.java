package dev.tocsin.mqtt;

import java.util.List;

/// A message on its way to a broker, at QoS 1.
///
/// @param payload not to be changed
/// @param isRetained whether the broker keeps it for whoever subscribes later
/// @param properties the user properties; left out in 3.1.1, which has none
@SuppressWarnings("ArrayRecordComponent") // made once, sent once, never compared
public record MqttMessage(
    String topic, byte[] payload, boolean isRetained, List<MqttProperty> properties) {

  /// The longest topic, in bytes.
  public static final int MAX_TOPIC_BYTES = 65_535;

  public MqttMessage {
    properties = List.copyOf(properties);
    String fault = MqttTopics.fault(topic);
    if (fault != null) {
      throw new IllegalArgumentException("the topic " + fault);
    }
  }
}
