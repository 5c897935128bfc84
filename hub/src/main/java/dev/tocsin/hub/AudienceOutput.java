package dev.tocsin.hub;

import java.util.List;

/// Where a shard puts the events of one audience. Called by the shard's owner only, in the middle of
/// its work: an output must not call the shard back, and must not throw.
public interface AudienceOutput<C> {

  /// Takes one more event of this turn.
  ///
  /// @param previous the sequence of the last earlier event that this audience wanted, or of the
  ///     last one that was lost, see [#gap]; 0 when there is none
  void add(LoggedEvent event, long previous);

  /// The turn ends: what was added goes to each member, once.
  ///
  /// @param members the connections of the audience, at least one, valid for the call; one of them
  ///     may leave the shard only after it
  /// @param before the position of the shard before this turn: who does not take the batch goes on
  ///     from there, see [Shard#replay]
  void flush(List<C> members, long before);

  /// Tells each connection that events are gone from the log before they could be delivered. What was
  /// added before has been flushed.
  ///
  /// @param from the first lost sequence
  /// @param to the last lost sequence
  void gap(List<C> members, long from, long to);

  /// Makes the output of an audience that has just come into being.
  interface Factory<C> {
    AudienceOutput<C> create();
  }
}
