package dev.tocsin.load;

import java.io.IOException;

/// The way by which one producer gets events to the server. Belongs to the producer's thread.
sealed interface Outlet extends AutoCloseable permits PublisherSocket, PublisherPosts {

  /// Sends one step's events, all with the same intended time.
  ///
  /// @throws IOException when the connection is gone
  /// @throws LoadException when the server refuses an event
  void send(long intended) throws IOException, LoadException;

  /// How many events a step has.
  int eventsPerStep();

  /// How many events the server has acknowledged; -1 where it never does.
  long acknowledged();

  /// Ends the connection; from another thread, it also ends a [#send] that waits.
  @Override
  void close();
}
