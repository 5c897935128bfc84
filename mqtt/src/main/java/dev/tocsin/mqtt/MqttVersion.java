package dev.tocsin.mqtt;

/// A version of the protocol.
public enum MqttVersion {
  /// MQTT 3.1.1 (OASIS, 2014).
  V3_1_1(4, "3.1.1"),
  /// MQTT 5.0 (OASIS, 2019).
  V5(5, "5");

  private final int level;
  private final String text;

  MqttVersion(int level, String text) {
    this.level = level;
    this.text = text;
  }

  /// What stands for it in CONNECT.
  int level() {
    return level;
  }

  @Override
  public String toString() {
    return text;
  }
}
