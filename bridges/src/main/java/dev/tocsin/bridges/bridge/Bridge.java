package dev.tocsin.bridges.bridge;

import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.events.BridgeStanding;
import java.util.OptionalInt;

/// A bridge of a process: made, started once, closed. Safe for any thread.
public interface Bridge extends AutoCloseable {

  /// Begins. Does not wait for the other system.
  ///
  /// @param hub with the rights of the bridge itself
  void start(FollowableHub hub);

  /// How it fares.
  BridgeStanding standing();

  /// Sends again what its other side has refused for good.
  ///
  /// @return how many events; empty for a bridge that sets nothing aside
  default OptionalInt sendAgain() {
    return OptionalInt.empty();
  }

  /// Ends it in order; whatever it waits for ends at once.
  @Override
  void close();
}
