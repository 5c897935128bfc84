package dev.tocsin.mqtt;

/// The codes with which brokers refuse and end, in words (MQTT 5, section 2.4; 3.1.1, section 3.2.2.3).
public final class MqttReason {

  /// From here on a code means "no".
  static final int FIRST_ERROR = 0x80;

  /// The broker does not know this version of MQTT.
  public static final int UNSUPPORTED_VERSION = 0x84;

  /// Another client has come with the same client id.
  public static final int SESSION_TAKEN_OVER = 0x8E;

  /// A message is larger than the broker takes.
  public static final int PACKET_TOO_LARGE = 0x95;

  /// The broker takes no more for now.
  public static final int QUOTA_EXCEEDED = 0x97;

  private MqttReason() {}

  /// A code in words.
  public static String words(int code) {
    return switch (code) {
      case 0x81 -> "malformed packet";
      case 0x82 -> "protocol error";
      case 0x83 -> "the broker's own reason";
      case UNSUPPORTED_VERSION -> "the broker does not know this version of MQTT";
      case 0x85 -> "the client id is not accepted";
      case 0x86 -> "wrong user name or password";
      case 0x87 -> "not authorized";
      case 0x88 -> "the broker is not available";
      case 0x89 -> "the broker is busy";
      case 0x8A -> "this client is banned";
      case 0x8B -> "the broker is shutting down";
      case 0x8D -> "the broker has not heard of the client for too long";
      case SESSION_TAKEN_OVER ->
          "another client with the same client id has taken the session over";
      case 0x8F -> "the topic filter is not accepted";
      case 0x90 -> "the topic is not accepted";
      case 0x93 -> "more messages than the broker takes at a time";
      case PACKET_TOO_LARGE -> "the packet is too large for the broker";
      case 0x96 -> "more messages than the broker takes";
      case QUOTA_EXCEEDED -> "a quota is used up";
      case 0x98 -> "an administrator has ended the connection";
      case 0x99 -> "the payload is not in the form that it says";
      case 0x9A -> "the broker does not retain messages";
      case 0x9B -> "the broker does not know this QoS";
      case 0x9C, 0x9D -> "the client has to use another broker";
      case 0x9F -> "connections come too fast";
      case 0xA0 -> "the broker allows no connection of this length";
      case 0xA2 -> "the broker has no wildcard subscriptions";
      default -> "code 0x" + Integer.toHexString(code);
    };
  }

  /// The code of MQTT 5 for a return code of CONNACK in 3.1.1.
  static int ofReturnCode(int code) {
    return switch (code) {
      case 1 -> UNSUPPORTED_VERSION;
      case 2 -> 0x85;
      case 3 -> 0x88;
      case 4 -> 0x86;
      case 5 -> 0x87;
      default -> code < FIRST_ERROR ? 0x80 : code;
    };
  }
}
