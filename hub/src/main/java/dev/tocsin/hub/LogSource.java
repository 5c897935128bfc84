package dev.tocsin.hub;

/// A log that can be copied. Nobody appends to it meanwhile: where that cannot be made sure of, [#extent] tells. Of one thread,
/// which may be blocked.
public interface LogSource extends LogReading, AutoCloseable {

  /// How the log stands now.
  LogExtent extent() throws LogCopyException, InterruptedException;

  @Override
  void close();
}
