package dev.tocsin.mqtt;

import java.io.IOException;

/// The broker's yes to a connection (CONNACK).
///
/// @param isSessionPresent whether it still knows the session of this client id
/// @param receiveMaximum how many messages it takes before it has acknowledged them
/// @param maximumQos 0 where it knows nothing better
/// @param isRetaining whether it retains messages
/// @param maximumPacketBytes the largest packet it takes
/// @param keepAliveSeconds how often it wants to hear of the client; 0 where it leaves that to the client
public record ConnectAnswer(
    boolean isSessionPresent,
    int receiveMaximum,
    int maximumQos,
    boolean isRetaining,
    long maximumPacketBytes,
    int keepAliveSeconds) {

  private static final int CONNACK = 2;

  /// Reads it.
  ///
  /// @throws MqttRefusedException when it is a no
  static ConnectAnswer read(PacketInput packet, MqttVersion version) throws IOException {
    if (packet.kind() != CONNACK) {
      throw new MqttProtocolException("a connection is answered with a packet of another kind");
    }
    if (packet.left() > PacketReader.MAX_PROPERTY_BYTES) {
      throw new MqttProtocolException("the answer to a connection is too long");
    }
    int flags = packet.u8();
    int code = packet.u8();
    // A broker that does not know MQTT 5 says so in the words of 3.1.1.
    PropertiesInput properties =
        version == MqttVersion.V5 && packet.left() > 0
            ? PropertiesInput.of(packet.bytes(packet.variable()))
            : PropertiesInput.NONE;
    if (code != 0) {
      throw new MqttRefusedException(
          code < MqttReason.FIRST_ERROR ? MqttReason.ofReturnCode(code) : code,
          properties.reason());
    }
    return new ConnectAnswer(
        (flags & 1) != 0,
        (int) properties.number(PropertiesInput.RECEIVE_MAXIMUM, 0xFFFF),
        (int) properties.number(PropertiesInput.MAXIMUM_QOS, 2),
        properties.number(PropertiesInput.RETAIN_AVAILABLE, 1) != 0,
        properties.number(PropertiesInput.MAXIMUM_PACKET_SIZE, 0xFFFF_FFFFL),
        (int) properties.number(PropertiesInput.SERVER_KEEP_ALIVE, 0));
  }
}
