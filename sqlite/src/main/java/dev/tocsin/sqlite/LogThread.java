package dev.tocsin.sqlite;

import dev.tocsin.hub.LoggedEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one that writes. It takes what waits in the [AppendQueue], commits it as one transaction, hands
/// it on and answers it; between two groups it throws away what is too old or too much.
///
/// It begins the transaction before it takes the group: whatever comes while another program holds the
/// file waits in the queue, where it is answered when that takes too long.
///
/// When a write fails, the group is refused and the log has a fault until a write succeeds: that of the
/// next group, or a trial once a second. Nothing is written where a restart would not find it, see
/// [LogPlace].
final class LogThread implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(LogThread.class);

  private static final long MAINTENANCE_MILLIS = 1_000;
  private static final int MAINTENANCE_EVENTS = 2_000;
  private static final int MAINTENANCE_BYTES = 4 << 20;
  private static final long NOT_AT_DISK = -1;

  // immutable
  private final Connection connection;
  private final AppendQueue queue;
  private final LogReader reader;
  private final Path directory;
  private final Retention retention;
  private final Checkpoints checkpoints;
  private final LogPlace place;
  private final LogMark mark;
  private final LogCopies copies;
  private final long idempotencyMillis;
  private final LogClock clock;
  private final Consumer<List<LoggedEvent>> deliver;

  // owned by the thread
  private @Nullable LogWriter writer;
  private long newest;
  private int eventsSinceMaintenance;
  private long bytesSinceMaintenance;
  private boolean maintenancePending = true;
  private long lastMaintenanceNanos;
  private boolean markFails;
  private boolean isRetentionHeld;
  private boolean isDamaged;

  // written by the thread, read by any
  private volatile long oldest;
  private volatile @Nullable String fault;
  private volatile long atDiskSinceNanos = NOT_AT_DISK;

  /// @param connection for the thread alone from now on; the log's identity has been noted already
  /// @param newest the newest sequence
  /// @param deliver is given every group once it is safe, before it is answered
  LogThread(
      Connection connection,
      AppendQueue queue,
      LogReader reader,
      SqliteSettings settings,
      LogClock clock,
      LogMark mark,
      long newest,
      Consumer<List<LoggedEvent>> deliver)
      throws SQLException, LogOpenException {
    this.connection = connection;
    this.queue = queue;
    this.reader = reader;
    this.directory = settings.directory();
    this.retention = new Retention(connection, settings, clock, newest);
    this.place = LogPlace.of(directory);
    this.mark = mark;
    this.copies = new LogCopies(directory);
    this.idempotencyMillis = settings.idempotencyWindow().toMillis();
    this.clock = clock;
    this.deliver = deliver;
    this.newest = newest;
    this.oldest = LogFile.oldest(connection, newest);
    this.checkpoints = new Checkpoints(directory, connection);
  }

  /// The oldest sequence, see [dev.tocsin.hub.LogState#oldest].
  long oldest() {
    return oldest;
  }

  /// Why nothing can be written at the moment; `null` when it can.
  @Nullable String fault() {
    long since = atDiskSinceNanos;
    boolean hangs =
        since != NOT_AT_DISK
            && System.nanoTime() - since
                > TimeUnit.MILLISECONDS.toNanos(AppendQueue.MAX_WAIT_MILLIS);
    return fault == null && hangs ? LogFault.HANGS : fault;
  }

  /// Works until the queue is closed and empty.
  @Override
  public void run() {
    String end = LogFault.DIED;
    try {
      while (!queue.isFinished()) {
        if (queue.await(maintenancePending ? 0 : MAINTENANCE_MILLIS)) {
          writeGroup();
        }
        atDiskSinceNanos = System.nanoTime();
        checkpoints.step();
        maintain();
        atDiskSinceNanos = NOT_AT_DISK;
      }
      place.require();
      retention.storeClock();
      end = LogFault.CLOSED;
    } catch (SQLException e) {
      // Of the last step: everything is written.
      LOG.atDebug().setCause(e).log("the log's clock was not stored");
      end = LogFault.CLOSED;
    } catch (InterruptedException | RuntimeException | Error e) {
      LOG.atError().setCause(e).log("the log's writer died");
    } finally {
      fault = end;
      queue.abandon(end);
      LogFile.rollBack(connection);
      copies.close();
      place.close();
      if (!place.journalIsCut()) {
        checkpoints.close();
      }
    }
  }

  private void writeGroup() {
    LogWriter writing;
    try {
      place.require();
      writing = writer();
      writing.begin();
    } catch (SQLException | RuntimeException e) {
      String reason = failed(e);
      if (!LogFault.isBusy(e)) {
        refuse(queue.take(), reason);
      }
      return;
    }
    List<AppendQueue.Request> requests = queue.take();
    LogWriter.Group group;
    atDiskSinceNanos = System.nanoTime();
    try {
      group = writing.write(requests, newest, clock);
      place.require();
      writing.commit();
      place.noteWrite();
    } catch (SQLException | RuntimeException e) {
      refuse(requests, failed(e));
      return;
    } catch (Error e) {
      refuse(requests, LogFault.DIED);
      throw e;
    } finally {
      atDiskSinceNanos = NOT_AT_DISK;
    }
    newest += group.events().size();
    isDamaged = false;
    noteNewest();
    eventsSinceMaintenance += group.events().size();
    long bytes = requests.stream().mapToLong(AppendQueue.Request::bytes).sum();
    bytesSinceMaintenance += bytes;
    checkpoints.noteGroup(bytes);
    recovered();
    try {
      if (!group.events().isEmpty()) {
        deliver.accept(group.events());
      }
    } finally {
      // Also when the follower has failed: they are in the log.
      for (int i = 0; i < requests.size(); i++) {
        requests.get(i).done().complete(group.results().get(i));
      }
    }
  }

  private void noteNewest() {
    try {
      mark.write(newest);
      markFails = false;
    } catch (IOException e) {
      if (!markFails) {
        LOG.atWarn()
            .setCause(e)
            .log(
                "the newest sequence cannot be noted beside the log: should its write-ahead file be"
                    + " lost, nobody would notice");
      }
      markFails = true;
    }
  }

  private static void refuse(List<AppendQueue.Request> requests, String reason) {
    requests.forEach(request -> request.refuse(reason));
  }

  private LogWriter writer() throws SQLException {
    if (writer == null) {
      writer = new LogWriter(connection, idempotencyMillis);
    }
    return writer;
  }

  /// Throws away what is too old or too much, and tries whether a log with a fault has recovered: once
  /// a second, and more often when there is more to do.
  private void maintain() {
    long now = System.nanoTime();
    if (!maintenancePending
        && eventsSinceMaintenance < MAINTENANCE_EVENTS
        && bytesSinceMaintenance < MAINTENANCE_BYTES
        && now - lastMaintenanceNanos < TimeUnit.MILLISECONDS.toNanos(MAINTENANCE_MILLIS)) {
      return;
    }
    lastMaintenanceNanos = now;
    maintenancePending = false;
    try {
      place.require();
      mark.restore(newest);
      copies.look();
      if (throwAway()) {
        oldest = LogFile.oldest(connection, newest);
        reader.unreadable().forgetBefore(oldest);
      }
      if (LogFile.hasLargeJournal(directory)) {
        reader.foldBack(connection);
      }
      if (fault != null && !isDamaged) {
        LogFile.tryToWrite(connection);
        recovered();
      }
    } catch (SQLException | IOException | RuntimeException e) {
      failed(e);
    }
  }

  /// A step of retention.
  ///
  /// @return whether it could be done: not while the oldest events are damaged, which harms nobody else
  private boolean throwAway() throws SQLException {
    LogFile.begin(connection);
    try {
      maintenancePending = retention.step(newest, eventsSinceMaintenance);
      LogFile.commit(connection);
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      LogFile.rollBack(connection);
      if (!isRetentionHeld) {
        LOG.atError()
            .setCause(e)
            .log(
                "the log is damaged, so old events cannot be thrown away: restore a backup before"
                    + " the disk is full (docs/log-format.md)");
      }
      isRetentionHeld = true;
      return false;
    }
    isRetentionHeld = false;
    eventsSinceMaintenance = 0;
    bytesSinceMaintenance = 0;
    return true;
  }

  /// Takes the transaction back and tells of the fault, in a sentence.
  private String failed(Exception e) {
    LogFile.rollBack(connection);
    closeWriter();
    // Then only a group that can be written shows that others can be, too.
    isDamaged = LogFault.isDamage(e);
    String reason = LogFault.whenWriting(e);
    if (!reason.equals(fault)) {
      LOG.atError().addKeyValue("reason", reason).setCause(e).log("log unavailable");
      fault = reason;
      save();
    }
    return reason;
  }

  /// Brings into the database what is only in a write-ahead file that others took away: this process
  /// still has it open.
  private void save() {
    if (place.look() != null && !place.journalIsCut()) {
      try {
        reader.foldBack(connection);
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).log("the write-ahead file was not folded back");
      }
    }
  }

  /// What is wrong with the log's files at its end: nothing that was written to them will be found by a
  /// restart. After the thread has ended.
  @Nullable String misplaced() {
    return place.look();
  }

  /// Whether to close the log's connections would spoil the database, see [LogPlace#journalIsCut].
  boolean mustStayOpen() {
    return place.journalIsCut();
  }

  private void closeWriter() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (SQLException e) {
      LOG.atDebug().setCause(e).log("statements could not be closed");
    }
    writer = null;
  }

  private void recovered() {
    if (fault != null) {
      LOG.atInfo().addKeyValue("newest", newest).log("log available again");
      fault = null;
    }
  }
}
