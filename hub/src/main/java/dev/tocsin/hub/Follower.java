package dev.tocsin.hub;

import java.util.List;

/// Takes what a log hands on. Called by one thread at a time, in the order of the sequences; must not
/// block and must not throw.
public interface Follower {

  /// Takes the next events, at least one, each above the one before.
  void events(List<LoggedEvent> events);

  /// Takes the news that events can never be handed on: the log has lost them, or they are none.
  ///
  /// @param from the first sequence that is lost, one more than the last one that was told
  /// @param to the last one
  void lost(long from, long to);

  /// Takes the news that the log has begun a new epoch, because it went back or has become another. What
  /// is handed on next follows `newest`; what the log tells of itself is of the new epoch already, and no
  /// reading is answered with events of the new epoch before this was called.
  ///
  /// @param epoch the name of the new epoch
  /// @param newest its newest sequence
  void restarted(String epoch, long newest);
}
