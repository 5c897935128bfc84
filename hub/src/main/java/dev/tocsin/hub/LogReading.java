package dev.tocsin.hub;

/// Reads a log that is copied, one page after another. Of one thread, which may be blocked.
public interface LogReading {

  /// The most events of a page.
  int MAX_EVENTS = 1_024;

  /// What a page may have of JSON, in bytes, beyond which no further event is taken.
  int MAX_BYTES = 2 << 20;

  /// What follows a position.
  ///
  /// @param after a position
  /// @param upTo a sequence above it, which was given: nothing above that is read
  CopiedPage read(long after, long upTo) throws LogCopyException, InterruptedException;
}
