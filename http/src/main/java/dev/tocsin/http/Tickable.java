package dev.tocsin.http;

/// A connection that is looked after once a second, on its event loop.
public interface Tickable {

  /// Closes what has been silent for too long, sends what is due.
  void tick(long nowMillis);

  /// The server is stopping: finish what was accepted, say goodbye.
  void goAway();

  /// How many bytes wait for the socket to take them.
  long unreadBytes();

  /// Closes the connection at once, whatever it is doing.
  void cutOff();
}
