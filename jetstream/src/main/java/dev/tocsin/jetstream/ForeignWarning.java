package dev.tocsin.jetstream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Warns of messages of the stream that are no event. Any thread.
final class ForeignWarning {

  private static final Logger LOG = LoggerFactory.getLogger(ForeignWarning.class);

  /// At most one line in so long.
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong count = new AtomicLong();
  private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_NANOS);

  /// One was met.
  void warn(String subject, long sequence) {
    long met = count.incrementAndGet();
    long now = System.nanoTime();
    long before = loggedNanos.get();
    if (now - before >= LOG_NANOS && loggedNanos.compareAndSet(before, now)) {
      LOG.atWarn()
          .addKeyValue("subject", subject)
          .addKeyValue("sequence", sequence)
          .addKeyValue("count", met)
          .log("a message of the stream is no event: somebody else publishes to its subjects");
    }
  }
}
