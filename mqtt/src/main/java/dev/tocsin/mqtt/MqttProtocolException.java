package dev.tocsin.mqtt;

import java.io.IOException;

/// The broker does not keep to MQTT, so that nothing more can be understood of what it sends.
final class MqttProtocolException extends IOException {

  private static final long serialVersionUID = 1;

  MqttProtocolException(String message) {
    super("this is no MQTT: " + message);
  }
}
