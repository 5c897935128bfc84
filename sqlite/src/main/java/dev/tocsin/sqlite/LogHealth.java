package dev.tocsin.sqlite;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the log can be written to, and if not, why, and what may show that it can again. The server's log
/// is told once of each fault, and once of its end. Belongs to the log's thread; any may ask for the fault.
final class LogHealth {

  private static final Logger LOG = LoggerFactory.getLogger(LogHealth.class);

  private static final long NOT_AT_DISK = -1;

  // owned by the log's thread
  private final Backoff trials = new Backoff();
  private boolean onlyGroupsTell;
  private boolean waitsForTrial;

  // written by the log's thread, read by any
  private volatile @Nullable String fault;
  private volatile long atDiskSinceNanos = NOT_AT_DISK;

  /// Why nothing can be written at the moment, a sentence; `null` when it can.
  @Nullable String fault() {
    long since = atDiskSinceNanos;
    boolean hangs =
        since != NOT_AT_DISK
            && System.nanoTime() - since
                > TimeUnit.MILLISECONDS.toNanos(AppendQueue.MAX_WAIT_MILLIS);
    return fault == null && hangs ? LogFault.HANGS : fault;
  }

  /// The thread waits for the disk from now on.
  void atDisk() {
    atDiskSinceNanos = System.nanoTime();
  }

  void backFromDisk() {
    atDiskSinceNanos = NOT_AT_DISK;
  }

  /// A write has failed.
  ///
  /// @return whether this is another fault than until now
  boolean failed(Exception e, long nowNanos) {
    // Then only a group that can be written shows that others can be, too.
    onlyGroupsTell = LogFault.isDamage(e);
    waitsForTrial = LogFault.isDiskError(e);
    if (waitsForTrial) {
      trials.failed(nowNanos);
    }
    String reason = LogFault.whenWriting(e);
    if (reason.equals(fault)) {
      return false;
    }
    LOG.atError().addKeyValue("reason", reason).setCause(e).log("log unavailable");
    fault = reason;
    return true;
  }

  /// Whether to find out by a trial that the fault is over. At once and again and again, except on a disk
  /// that reports errors: there a trial may succeed although groups fail.
  boolean wantsTrial(long nowNanos) {
    return fault != null && !onlyGroupsTell && (!waitsForTrial || trials.isDue(nowNanos));
  }

  /// A write has succeeded.
  void recovered(long newest) {
    onlyGroupsTell = false;
    if (fault != null) {
      LOG.atInfo().addKeyValue("newest", newest).log("log available again");
      fault = null;
    }
  }

  /// Nothing is written any more.
  void end(String reason) {
    fault = reason;
  }
}
