package dev.tocsin.mqtt;

import java.util.List;

/// The packets that a client sends (MQTT 5 and 3.1.1, chapter 3).
final class Packets {

  static final byte[] PINGREQ = new PacketOutput().packet(0xC0);

  private static final int RETAIN = 1;
  private static final int QOS_1 = 1 << 1;

  private Packets() {}

  static byte[] connect(MqttOptions options) {
    boolean isNew = options.version() == MqttVersion.V5;
    MqttMessage will = options.will();
    String username = options.username();
    String password = options.password();
    int flags =
        (options.isClean() ? 0x02 : 0)
            | (will == null ? 0 : 0x04 | 1 << 3 | (will.isRetained() ? 0x20 : 0))
            | (password == null ? 0 : 0x40)
            | (username == null ? 0 : 0x80);
    PacketOutput packet =
        new PacketOutput()
            .text("MQTT")
            .u8(options.version().level())
            .u8(flags)
            .u16(options.keepAliveSeconds());
    if (isNew) {
      packet.measured(
          new PacketOutput()
              .u8(PropertiesInput.SESSION_EXPIRY)
              .u32(options.sessionExpirySeconds())
              .u8(PropertiesInput.RECEIVE_MAXIMUM)
              .u16(options.receiveMaximum()));
    }
    packet.text(options.clientId());
    if (will != null) {
      if (isNew) {
        packet.measured(user(will.properties()));
      }
      packet.text(will.topic()).binary(will.payload());
    }
    if (username != null) {
      packet.text(username);
    }
    if (password != null) {
      packet.text(password);
    }
    return packet.packet(0x10);
  }

  private static PacketOutput user(List<MqttProperty> properties) {
    PacketOutput out = new PacketOutput();
    for (MqttProperty property : properties) {
      out.u8(PropertiesInput.USER).text(property.name()).text(property.value());
    }
    return out;
  }

  static byte[] subscribe(MqttVersion version, int id, List<String> filters) {
    PacketOutput packet = new PacketOutput().u16(id);
    if (version == MqttVersion.V5) {
      packet.measured(new PacketOutput());
    }
    for (String filter : filters) {
      packet.text(filter).u8(1);
    }
    return packet.packet(0x82);
  }

  static byte[] unsubscribe(MqttVersion version, int id, List<String> filters) {
    PacketOutput packet = new PacketOutput().u16(id);
    if (version == MqttVersion.V5) {
      packet.measured(new PacketOutput());
    }
    filters.forEach(packet::text);
    return packet.packet(0xA2);
  }

  static byte[] publish(MqttVersion version, int id, MqttMessage message) {
    PacketOutput packet = new PacketOutput().text(message.topic()).u16(id);
    if (version == MqttVersion.V5) {
      packet.measured(user(message.properties()));
    }
    return packet.raw(message.payload()).packet(0x30 | QOS_1 | (message.isRetained() ? RETAIN : 0));
  }

  static byte[] puback(int id) {
    return new PacketOutput().u16(id).packet(0x40);
  }

  static byte[] disconnect() {
    return new PacketOutput().packet(0xE0);
  }

  /// In MQTT 5 alone: what is over is over, but the will is to be published.
  static byte[] disconnectWithWill() {
    return new PacketOutput().u8(0x04).packet(0xE0);
  }
}
