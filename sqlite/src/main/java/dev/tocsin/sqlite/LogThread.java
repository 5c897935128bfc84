package dev.tocsin.sqlite;

import dev.tocsin.hub.LoggedEvent;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
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
/// next group, or a trial once a second.
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
  private final long idempotencyMillis;
  private final InstantSource clock;
  private final Consumer<List<LoggedEvent>> deliver;

  // owned by the thread
  private @Nullable LogWriter writer;
  private long newest;
  private int eventsSinceMaintenance;
  private long bytesSinceMaintenance;
  private boolean maintenancePending = true;
  private long lastMaintenanceNanos;

  // written by the thread, read by any
  private volatile long oldest;
  private volatile @Nullable String fault;
  private volatile long atDiskSinceNanos = NOT_AT_DISK;

  /// @param connection for the thread alone from now on
  /// @param deliver is given every group once it is safe, before it is answered
  LogThread(
      Connection connection,
      AppendQueue queue,
      LogReader reader,
      SqliteSettings settings,
      InstantSource clock,
      Consumer<List<LoggedEvent>> deliver)
      throws SQLException {
    this.connection = connection;
    this.queue = queue;
    this.reader = reader;
    this.directory = settings.directory();
    this.retention = new Retention(connection, settings);
    this.idempotencyMillis = settings.idempotencyWindow().toMillis();
    this.clock = clock;
    this.deliver = deliver;
    this.newest = LogFile.newest(connection);
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
      end = LogFault.CLOSED;
    } catch (InterruptedException | RuntimeException | Error e) {
      LOG.atError().setCause(e).log("the log's writer died");
    } finally {
      fault = end;
      queue.abandon(end);
      LogFile.rollBack(connection);
      checkpoints.close();
    }
  }

  private void writeGroup() {
    LogWriter writing;
    try {
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
      group = writing.write(requests, newest, clock.millis());
      writing.commit();
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
      LogFile.begin(connection);
      boolean more = retention.step(newest, eventsSinceMaintenance, clock.millis());
      LogFile.commit(connection);
      oldest = LogFile.oldest(connection, newest);
      eventsSinceMaintenance = 0;
      bytesSinceMaintenance = 0;
      if (LogFile.hasLargeJournal(directory)) {
        reader.foldBack(connection);
      }
      if (fault != null) {
        LogFile.tryToWrite(connection);
      }
      recovered();
      maintenancePending = more;
    } catch (SQLException | RuntimeException e) {
      failed(e);
    }
  }

  /// Takes the transaction back and tells of the fault, in a sentence.
  private String failed(Exception e) {
    LogFile.rollBack(connection);
    closeWriter();
    String reason = LogFault.whenWriting(e);
    if (!reason.equals(fault)) {
      LOG.atError().addKeyValue("reason", reason).setCause(e).log("log unavailable");
      fault = reason;
    }
    return reason;
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
