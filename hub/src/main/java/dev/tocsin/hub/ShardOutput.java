package dev.tocsin.hub;

import java.util.List;

/// Where a shard sends what its audiences want. Called by the shard's owner only, in the middle of the
/// shard's work: an output must not call the shard back. A connection may leave the shard only after the call.
///
/// @param <C> what a connection is to the owner
public interface ShardOutput<C> {

  /// Sends a batch to each member of an audience, once. It should not throw: when it does, who has the batch is
  /// unknown, all members are sent to the log ([#lag]), and those who had taken the batch get it twice.
  ///
  /// @param members at least one, valid for the call; whoever does not take the batch goes on after
  ///     [Batch#after], see [Shard#replay]
  /// @return how many have taken it
  int send(Batch batch, List<C> members);

  /// What the batches of all audiences that a turn gathers, or sends, may cost together, in bytes; the event, or the
  /// batch, that crosses it is with them.
  long maxTurnBytes();

  /// Sends members to the log, each at its own pace ([Shard#replay]): memory no longer holds what follows, or a
  /// batch could not be sent.
  ///
  /// @param after the position after which each reads on
  /// @param previous what the next event's `previous` is
  void lag(List<C> members, long after, long previous);
}
