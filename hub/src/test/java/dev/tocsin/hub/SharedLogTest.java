package dev.tocsin.hub;

import java.util.UUID;

/// The contract with a log that others append to, and that hands on later than it answers.
class SharedLogTest extends OwnClockContract {

  @Override
  protected EventLog open(long keptBytes) {
    return new SharedLog(
        new InMemoryEventLog(
            UUID.randomUUID().toString(),
            keptBytes * 4,
            InMemoryEventLog.FOR_EVER,
            WINDOW,
            clock,
            clock::nanoTime));
  }
}
