package dev.tocsin.bridges;

import java.time.InstantSource;
import java.util.Map;

/// A bridge that sends events out. Each kind brings its own [Receiver]; nothing else asks of which kind it is.
non-sealed interface OutSettings extends BridgeSettings {

  /// Which events.
  Wanted wanted();

  /// Whether a bridge that has never run begins with the oldest event of the log, and not with what comes from then on.
  boolean fromOldest();

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

  /// Makes the other side of it, which does nothing yet.
  Receiver receiver(Parts parts) throws MissingSecretException;
}
