package dev.tocsin.bridges.out;

import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.StateFile;
import dev.tocsin.bridges.description.MissingSecretException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// A bridge that sends events out. Each kind brings its own [Receiver].
public interface OutSettings extends BridgeSettings {

  /// Which events, and of which bridge.
  Outgoing outgoing();

  @Override
  default String name() {
    return outgoing().bridge();
  }

  /// What tells where it sends to from any other place, as it is kept in the state: when it is another one, a bridge that has
  /// ended begins again.
  String target();

  /// How many events go out together.
  Bundling bundling();

  /// What a receiver is made with.
  ///
  /// @param environment of the process, for secrets
  /// @param figures of the bridge, for what the receiver alone knows
  record Parts(Map<String, String> environment, BridgeFigures figures, InstantSource clock) {}

  @Override
  default Bridge make(Equipment equipment) throws MissingSecretException {
    Path state = equipment.file(name(), ".json");
    BridgeFigures figures = new BridgeFigures(equipment.clock());
    return new OutLoop(
        this,
        receiver(new Parts(equipment.environment(), figures, equipment.clock())),
        new OutState(
            state == null ? null : new StateFile(state, true).tellingOf(figures::noteError),
            target()),
        new SetAside(equipment.file(name(), ".aside.ndjson")),
        equipment.backoff(),
        figures,
        equipment.clock());
  }

  /// Makes the other side of it, which does nothing yet.
  Receiver receiver(Parts parts) throws MissingSecretException;
}
