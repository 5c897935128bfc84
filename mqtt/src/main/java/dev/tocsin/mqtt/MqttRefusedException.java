package dev.tocsin.mqtt;

import java.io.IOException;

/// The broker has said no: to the connection, or later by ending it.
public final class MqttRefusedException extends IOException {

  private static final long serialVersionUID = 1;

  private final int code;

  MqttRefusedException(int code, String said) {
    super(MqttReason.words(code) + (said.isEmpty() ? "" : " (" + said + ")"));
    this.code = code;
  }

  /// The code of MQTT 5, also where the broker speaks 3.1.1.
  public int code() {
    return code;
  }
}
