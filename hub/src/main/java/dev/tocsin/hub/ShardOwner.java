package dev.tocsin.hub;

import java.util.concurrent.Executor;

/// The thread that owns a [Shard]: runs tasks one after another, always on the same thread. Any thread
/// may hand it one.
public interface ShardOwner extends Executor {

  /// Runs a task after a pause of a few milliseconds at the most, in which the thread does something else or
  /// nothing. Only called on the thread itself. An owner that cannot wait runs it after the tasks that it
  /// has.
  ///
  /// @param nanos the pause, in nanoseconds
  default void executeAfter(Runnable task, long nanos) {
    execute(task);
  }

  /// Tells of a failure in the shard's work, which goes on: no task of a shard ever throws. Only called on the
  /// thread itself; must not throw.
  void failed(Throwable failure);

  /// The log has begun a new epoch: the connections that the shard had stand in the earlier one, get nothing
  /// any more and have to be ended. Only called on the thread itself, in the middle of the shard's work, so
  /// that the shard must not be called back.
  default void restarted() {}
}
