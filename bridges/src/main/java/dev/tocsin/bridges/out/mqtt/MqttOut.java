package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.BridgeKind;

/// Bridges that publish events to a broker of MQTT.
public final class MqttOut {

  /// Their kind.
  public static final BridgeKind KIND = new BridgeKind(MqttOutSettings.KIND, MqttOutSettings::read);

  private MqttOut() {}
}
