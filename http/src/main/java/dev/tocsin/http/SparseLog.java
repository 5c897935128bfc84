package dev.tocsin.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/// One line of the log that many would write at a time: once in five seconds it is written, with how many
/// it stands for. Safe for any thread.
public final class SparseLog {

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Logger log;
  private final Level level;
  private final String message;
  private final AtomicInteger untold = new AtomicInteger();
  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

  /// A line that nobody has written yet.
  public SparseLog(Logger log, Level level, String message) {
    this.log = log;
    this.level = level;
    this.message = message;
  }

  /// It has happened once more.
  ///
  /// @param reason the newest, which stands for the others
  public void note(String reason) {
    untold.incrementAndGet();
    long now = System.nanoTime();
    long next = nextNanos.get();
    if (now - next >= 0 && nextNanos.compareAndSet(next, now + PAUSE_NANOS)) {
      log.atLevel(level)
          .addKeyValue("count", untold.getAndSet(0))
          .addKeyValue("reason", reason)
          .log(message);
    }
  }
}
