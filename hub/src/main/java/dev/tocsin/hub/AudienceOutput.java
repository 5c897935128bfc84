package dev.tocsin.hub;

import java.util.List;

/// Where a shard puts the events of one audience. Called by the shard's owner only, in the middle of
/// its work: an output must not call the shard back, and should not throw. When it does in the middle of a flush, all
/// members are sent to the log ([#fallBehind]), and those who had taken the batch get it twice.
public interface AudienceOutput<C> {

  /// Takes one more event of this turn.
  ///
  /// @param previous the sequence of the last earlier event that this audience wanted; 0 when there
  ///     is none
  void add(LoggedEvent event, long previous);

  /// The turn ends: what was added goes to each member, once.
  ///
  /// @param members the connections of the audience, at least one, valid for the call; one of them
  ///     may leave the shard only after it
  /// @param before the position of the shard before this turn: who does not take the batch goes on
  ///     from there, see [Shard#replay]
  /// @return how many have taken it
  int flush(List<C> members, long before);

  /// Forgets what was added in this turn, which cannot be finished.
  void discard();

  /// The shard goes on from the head, because memory no longer holds what follows or a turn could not be
  /// finished: each member has to read the log for himself, see [Shard#replay]. Nothing that was added
  /// is waiting to be flushed.
  ///
  /// @param after the position from which on
  /// @param previous what the next event's `previous` is
  void fallBehind(List<C> members, long after, long previous);

  /// Makes the output of an audience that has just come into being.
  interface Factory<C> {
    AudienceOutput<C> create();
  }
}
