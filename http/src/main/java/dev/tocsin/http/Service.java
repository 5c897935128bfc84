package dev.tocsin.http;

/// What a server serves, as far as the connections of one event loop are concerned. Belongs to that loop.
public interface Service {

  /// What a server serves, whatever the loop.
  interface Factory {

    /// The service for the connections of one loop; called before the first of them.
    Service onLoop(Connections connections);
  }

  /// The table of what is served.
  Routes routes();

  /// The server is stopping, and the connections will be asked to go away.
  default void goAway() {}

  /// The connections are gone.
  default void end() {}
}
