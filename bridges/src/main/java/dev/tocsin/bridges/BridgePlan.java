package dev.tocsin.bridges;

import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.description.MissingSecretException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The bridges that a file without faults describes, not yet running. Immutable.
public final class BridgePlan {

  private final List<BridgeSettings> bridges;

  BridgePlan(List<BridgeSettings> bridges) {
    this.bridges = List.copyOf(bridges);
  }

  List<BridgeSettings> bridges() {
    return bridges;
  }

  /// Each bridge in words: its name, its kind and where it is.
  public List<String> descriptions() {
    return bridges.stream()
        .map(bridge -> bridge.name() + " (" + bridge.kind() + ", " + bridge.place() + ")")
        .toList();
  }

  /// Which secrets are not to be had at the moment, and why; empty when all are.
  ///
  /// @param environment of the process
  public List<String> missingSecrets(Map<String, String> environment) {
    List<String> missing = new ArrayList<>();
    for (BridgeSettings bridge : bridges) {
      try {
        bridge.requireSecrets(environment);
      } catch (MissingSecretException e) {
        missing.add(bridge.name() + ": " + e.getMessage());
      }
    }
    return missing;
  }
}
