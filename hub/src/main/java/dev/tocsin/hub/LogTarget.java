package dev.tocsin.hub;

/// A log in the making, which no server can use before it is finished. What was written stays when the copy is given up, and
/// the next one goes on from there. Of one thread, which may be blocked.
public interface LogTarget extends LogReading, AutoCloseable {

  /// Begins with the copy of a log, or goes on with it.
  ///
  /// @param source its `oldest` is the sequence to begin with
  /// @return the position that it has come to
  /// @throws LogCopyException also when the target holds something else
  long begin(LogExtent source) throws LogCopyException, InterruptedException;

  /// Writes what follows the position that it has come to.
  void write(CopiedPage page) throws LogCopyException, InterruptedException;

  /// Waits until all is safe that was written. Afterwards it can be read, and the holes are where they are in the source.
  void settle() throws LogCopyException, InterruptedException;

  /// Begins a new epoch, and lets servers use the log.
  ///
  /// @return the epoch
  String finish() throws LogCopyException, InterruptedException;

  @Override
  void close();
}
