package dev.tocsin.bridges;

import java.util.Map;

/// A bridge as an operator has described it.
sealed interface BridgeSettings permits HookSettings, MqttSettings, OutSettings {

  /// Its name.
  String name();

  /// Its kind, as the file has it.
  String kind();

  /// Where the other side is, in words.
  String place();

  /// Makes sure that its secrets are to be had.
  ///
  /// @param environment of the process
  void requireSecrets(Map<String, String> environment) throws MissingSecretException;
}
