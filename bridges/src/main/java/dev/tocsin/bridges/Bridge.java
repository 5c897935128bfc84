package dev.tocsin.bridges;

/// A bridge of a process: made, started once, closed. Safe for any thread.
interface Bridge extends AutoCloseable {

  /// Begins. Does not wait for the other system.
  ///
  /// @param hub with the rights of the bridge itself
  void start(FollowableHub hub);

  BridgeStanding standing();

  /// Ends it in order; whatever it waits for ends at once.
  @Override
  void close();
}
