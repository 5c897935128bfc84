package dev.tocsin.jetstream;

import java.util.concurrent.ExecutionException;

/// Whether this gateway may read the stream and follow it: found out at the start, in words, and not when the first client reads.
/// Blocks, [Link#PATIENCE] and some more at most.
final class ReadingCheck {

  private static final long PAUSE_MILLIS = 100;

  private final Link link;
  private final JetStreamApi api;
  private final DirectGet direct;
  private final String stream;

  ReadingCheck(Link link, JetStreamApi api, DirectGet direct, String stream) {
    this.link = link;
    this.api = api;
    this.direct = direct;
    this.stream = stream;
  }

  /// Refuses what NATS does not permit, or does not answer.
  ///
  /// @param newest the newest sequence of the stream
  void check(long newest)
      throws JetStreamOpenException, EpochKeeper.UndecidedException, InterruptedException {
    long end = System.nanoTime() + Link.PATIENCE.toNanos();
    link.forgetViolation();
    while (true) {
      try {
        tryOnce(newest);
        return;
      } catch (EpochKeeper.UndecidedException e) {
        String violation = link.violation();
        if (violation != null) {
          throw StreamSetup.forbidden(violation);
        }
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private void tryOnce(long newest) throws EpochKeeper.UndecidedException, InterruptedException {
    try {
      direct.get(JetStreamApi.request().put("seq", Math.max(1, newest))).get();
    } catch (ExecutionException e) {
      throw new EpochKeeper.UndecidedException("the stream cannot be read: " + e.getMessage());
    }
    StreamConsumer.open(link.connection(), api, stream, newest).close();
  }
}
