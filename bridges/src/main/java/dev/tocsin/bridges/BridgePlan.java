package dev.tocsin.bridges;

import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.OtherSide;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.bridges.description.MissingSecretException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The bridges that a file without faults describes, not yet running. Immutable.
public final class BridgePlan {

  private final List<BridgeSettings> bridges;
  private final List<BridgeFault> notes;

  /// @param notes what is not wrong, and hardly meant
  BridgePlan(List<BridgeSettings> bridges, List<BridgeFault> notes) {
    this.bridges = List.copyOf(bridges);
    this.notes = List.copyOf(notes);
  }

  List<BridgeSettings> bridges() {
    return bridges;
  }

  /// What is not wrong with the file, and hardly meant.
  public List<BridgeFault> notes() {
    return notes;
  }

  /// Each bridge in words: its name, its kind and where it is.
  public List<String> descriptions() {
    return bridges.stream()
        .map(bridge -> bridge.name() + " (" + bridge.kind() + ", " + bridge.place() + ")")
        .toList();
  }

  /// Where bridges connect to, in the order of the file.
  public List<OtherSide> otherSides() {
    return bridges.stream().flatMap(bridge -> bridge.otherSide().stream()).toList();
  }

  /// Which bridges could not write their files at the moment, and why.
  public List<String> obstacles() {
    return bridges.stream()
        .flatMap(bridge -> bridge.obstacle().stream().map(why -> bridge.name() + ": " + why))
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
