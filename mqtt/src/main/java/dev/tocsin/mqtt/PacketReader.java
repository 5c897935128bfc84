package dev.tocsin.mqtt;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes of packets what they say. A message that is too large or breaks the rules is passed over and told; after anything else
/// that is no MQTT nobody knows where the next packet begins, and the connection is of no more use. Immutable.
///
/// @param maxPayloadBytes a larger message is passed over
record PacketReader(MqttVersion version, int maxPayloadBytes) {

  /// How many bytes the properties of a packet may take, and all of a packet that is no message.
  static final int MAX_PROPERTY_BYTES = 64 * 1024;

  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int SUBACK = 9;
  static final int UNSUBACK = 11;
  static final int PINGRESP = 13;
  static final int DISCONNECT = 14;

  /// What a packet says; `null` for one that concerns the connection alone.
  ///
  /// @throws MqttRefusedException when the broker ends the connection
  @Nullable MqttIncoming read(PacketInput packet) throws IOException {
    if (packet.kind() == PUBLISH) {
      MqttIncoming message = message(packet);
      packet.skip();
      return message;
    }
    if (packet.left() > MAX_PROPERTY_BYTES) {
      throw new MqttProtocolException("a packet of " + packet.left() + " bytes is no message");
    }
    MqttIncoming said =
        switch (packet.kind()) {
          case PUBACK -> {
            int id = packet.u16();
            int code = packet.left() == 0 ? 0 : packet.u8();
            String reason = packet.left() == 0 ? "" : properties(packet).reason();
            yield new MqttIncoming.Acknowledged(id, code, reason);
          }
          case SUBACK -> {
            int id = packet.u16();
            properties(packet);
            List<Integer> codes = new ArrayList<>();
            while (packet.left() > 0) {
              codes.add(packet.u8());
            }
            yield new MqttIncoming.Subscribed(id, codes);
          }
          case UNSUBACK -> new MqttIncoming.Unsubscribed(packet.u16());
          case PINGRESP -> null;
          case DISCONNECT -> {
            int code = packet.left() == 0 ? 0 : packet.u8();
            String reason = packet.left() == 0 ? "" : properties(packet).reason();
            throw new MqttRefusedException(code, reason);
          }
          default ->
              throw new MqttProtocolException("a broker sends no packet of kind " + packet.kind());
        };
    packet.skip();
    return said;
  }

  private PropertiesInput properties(PacketInput packet) throws IOException {
    return version == MqttVersion.V5
        ? PropertiesInput.of(packet.bytes(packet.variable()))
        : PropertiesInput.NONE;
  }

  private MqttIncoming message(PacketInput packet) throws IOException {
    int qos = packet.flags() >>> 1 & 3;
    if (qos > 1) {
      throw new MqttProtocolException("a message of QoS " + qos + " where QoS 1 was asked for");
    }
    String topic = PacketInput.text(packet.bytes(packet.u16()));
    int id = qos == 0 ? 0 : packet.u16();
    if (qos == 1 && id == 0) {
      throw new MqttProtocolException("a message without a packet identifier");
    }
    PropertiesInput properties = PropertiesInput.NONE;
    if (version == MqttVersion.V5) {
      int length = packet.variable();
      if (length > MAX_PROPERTY_BYTES) {
        return new MqttIncoming.Unreadable(
            id,
            topic == null ? "" : topic,
            true,
            "its properties take " + length + " bytes; " + MAX_PROPERTY_BYTES + " are read");
      }
      properties = PropertiesInput.of(packet.bytes(length));
    }
    String fault =
        topic == null
            ? "is no UTF-8"
            : properties.numbers().containsKey(PropertiesInput.TOPIC_ALIAS)
                ? "is an alias, which was not agreed on"
                : MqttTopics.fault(topic);
    if (topic == null || fault != null) {
      return new MqttIncoming.Unreadable(
          id, topic == null ? "" : topic, false, "its topic " + fault);
    }
    if (packet.left() > maxPayloadBytes) {
      return new MqttIncoming.Unreadable(
          id,
          topic,
          true,
          "it has " + packet.left() + " bytes; " + maxPayloadBytes + " are read at the most");
    }
    return new MqttIncoming.Message(
        id,
        (packet.flags() & 8) != 0,
        (packet.flags() & 1) != 0,
        topic,
        packet.bytes(packet.left()),
        properties.user());
  }
}
