package dev.tocsin.bridges.bridge;

import dev.tocsin.bridges.description.MissingSecretException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A bridge as an operator has described it. Each kind has its own; nobody else asks of which kind it is.
public interface BridgeSettings {

  /// Its name.
  String name();

  /// Its kind, as the file has it.
  String kind();

  /// Where the other side is, in words.
  String place();

  /// What it has for itself.
  default List<Claim> claims() {
    return List.of();
  }

  /// Where it connects to; empty for a bridge that connects nowhere.
  default Optional<OtherSide> otherSide() {
    return Optional.empty();
  }

  /// Why it could not write where it writes now, in words; empty when it could, and for a bridge that writes no file.
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /// Makes sure that its secrets are to be had.
  ///
  /// @param environment of the process
  void requireSecrets(Map<String, String> environment) throws MissingSecretException;

  /// Makes the bridge, which does nothing yet.
  ///
  /// @throws MissingSecretException when a secret is not to be had
  Bridge make(Equipment equipment) throws MissingSecretException;
}
