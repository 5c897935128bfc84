package dev.tocsin.mqtt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The properties of a packet of MQTT 5 (section 2.2.2).
///
/// @param numbers those that are numbers, by what they are
/// @param reason why, in the broker's words; empty where it has not said
/// @param user the user properties
record PropertiesInput(Map<Integer, Long> numbers, String reason, List<MqttProperty> user) {

  static final int SESSION_EXPIRY = 0x11;
  static final int SERVER_KEEP_ALIVE = 0x13;
  static final int RECEIVE_MAXIMUM = 0x21;
  static final int TOPIC_ALIAS = 0x23;
  static final int MAXIMUM_QOS = 0x24;
  static final int RETAIN_AVAILABLE = 0x25;
  static final int USER = 0x26;
  static final int MAXIMUM_PACKET_SIZE = 0x27;
  private static final int REASON = 0x1F;

  static final PropertiesInput NONE = new PropertiesInput(Map.of(), "", List.of());

  PropertiesInput {
    numbers = Map.copyOf(numbers);
    user = List.copyOf(user);
  }

  long number(int property, long other) {
    return numbers.getOrDefault(property, other);
  }

  /// Reads them.
  ///
  /// @param bytes all of them, without their length
  static PropertiesInput of(byte[] bytes) throws IOException {
    // As a packet of which the first two bytes are not there.
    PacketInput in = whole(bytes);
    Map<Integer, Long> numbers = new HashMap<>();
    List<MqttProperty> user = new ArrayList<>();
    String reason = "";
    while (in.left() > 0) {
      int property = in.variable();
      switch (property) {
        case 0x01, 0x17, 0x19, MAXIMUM_QOS, RETAIN_AVAILABLE, 0x28, 0x29, 0x2A ->
            numbers.put(property, (long) in.u8());
        case SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM, 0x22, TOPIC_ALIAS ->
            numbers.put(property, (long) in.u16());
        case 0x02, SESSION_EXPIRY, 0x18, MAXIMUM_PACKET_SIZE -> numbers.put(property, in.u32());
        case 0x0B -> numbers.put(property, (long) in.variable());
        case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x09, 0x16 -> in.bytes(in.u16());
        case REASON -> reason = text(in);
        case USER -> user.add(new MqttProperty(text(in), text(in)));
        default ->
            throw new MqttProtocolException(
                "there is no property 0x" + Integer.toHexString(property));
      }
    }
    return new PropertiesInput(numbers, reason, user);
  }

  private static PacketInput whole(byte[] bytes) throws IOException {
    return PacketInput.next(new ByteArrayInputStream(new PacketOutput().raw(bytes).packet(0)));
  }

  private static String text(PacketInput in) throws IOException {
    String text = PacketInput.text(in.bytes(in.u16()));
    return text == null ? "" : text;
  }
}
