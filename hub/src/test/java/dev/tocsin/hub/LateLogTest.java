package dev.tocsin.hub;

import java.util.UUID;

/// The contract with a reader that is really asynchronous.
class LateLogTest extends SoleWriterContract {

  @Override
  protected EventLog open(long keptBytes) {
    return new LateLog(
        new InMemoryEventLog(
            UUID.randomUUID().toString(),
            keptBytes * 4,
            InMemoryEventLog.FOR_EVER,
            WINDOW,
            clock,
            clock::nanoTime));
  }
}
