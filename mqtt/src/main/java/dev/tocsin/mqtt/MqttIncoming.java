package dev.tocsin.mqtt;

import java.util.List;

/// What has come from a broker and concerns the owner of the connection.
public sealed interface MqttIncoming {

  /// A message.
  ///
  /// @param packetId by which it is acknowledged; 0 at QoS 0, where nothing is
  /// @param isRepeated whether the broker has sent it before without seeing it acknowledged
  /// @param isRetained whether it was there before the subscription
  /// @param payload not to be changed
  /// @param properties its user properties; none in 3.1.1
  @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
  record Message(
      int packetId,
      boolean isRepeated,
      boolean isRetained,
      String topic,
      byte[] payload,
      List<MqttProperty> properties)
      implements MqttIncoming {
    public Message {
      properties = List.copyOf(properties);
    }
  }

  /// A message that cannot be had, of which nothing is in memory. It has to be acknowledged like any other.
  ///
  /// @param packetId by which it is acknowledged; 0 at QoS 0, where nothing is
  /// @param topic empty where it is not known
  /// @param isTooLarge whether that is what is wrong; otherwise it breaks the rules of MQTT
  /// @param sentence what is wrong
  record Unreadable(int packetId, String topic, boolean isTooLarge, String sentence)
      implements MqttIncoming {}

  /// The broker has taken a message, or refused it.
  ///
  /// @param code of MQTT; 0x80 and above mean that it was refused
  /// @param reason in the broker's words; empty where it has not said, and always in 3.1.1
  record Acknowledged(int packetId, int code, String reason) implements MqttIncoming {

    /// Whether the broker will not have the message.
    public boolean isRefused() {
      return code >= MqttReason.FIRST_ERROR;
    }

    /// Why it was refused, in words.
    public String words() {
      return MqttReason.words(code) + (reason.isEmpty() ? "" : " (" + reason + ")");
    }
  }

  /// The broker has answered a SUBSCRIBE.
  ///
  /// @param codes of each filter in the order of the request; 0x80 and above mean that it was refused
  record Subscribed(int packetId, List<Integer> codes) implements MqttIncoming {
    public Subscribed {
      codes = List.copyOf(codes);
    }
  }

  /// The broker has answered an UNSUBSCRIBE.
  record Unsubscribed(int packetId) implements MqttIncoming {}
}
