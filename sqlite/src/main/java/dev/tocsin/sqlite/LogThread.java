package dev.tocsin.sqlite;

import dev.tocsin.hub.LoggedEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one that writes. It takes what waits in the [AppendQueue], commits it as one transaction, hands
/// it on and answers it; between two groups there is [Upkeep].
///
/// It begins the transaction before it takes the group: whatever comes while another program holds the
/// file waits in the queue, where it is answered when that takes too long.
///
/// When a write fails, the group is refused and the log has a fault ([LogHealth]) until a write succeeds:
/// that of the next group, or a trial. Nothing is written where a restart would not find it, see
/// [LogPlace].
final class LogThread implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(LogThread.class);

  // immutable
  private final Connection connection;
  private final AppendQueue queue;
  private final LogReader reader;
  private final Upkeep upkeep;
  private final Checkpoints checkpoints;
  private final LogPlace place;
  private final LogMark mark;
  private final LogHealth health = new LogHealth();
  private final long idempotencyMillis;
  private final LogClock clock;
  private final Consumer<List<LoggedEvent>> deliver;

  /// What is being written; written by the thread, read by any.
  private volatile List<AppendQueue.Request> inHand = List.of();

  // owned by the thread
  private @Nullable LogWriter writer;
  private long newest;

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
    this.place = LogPlace.of(settings.directory(), LogFile.bytes(connection));
    this.mark = mark;
    this.idempotencyMillis = settings.idempotencyWindow().toMillis();
    this.clock = clock;
    this.deliver = deliver;
    this.newest = newest;
    try {
      this.upkeep = new Upkeep(connection, settings, clock, mark, reader, place, newest);
      this.checkpoints = new Checkpoints(settings.directory(), connection);
    } catch (Throwable e) {
      place.close();
      throw e;
    }
  }

  /// The oldest sequence, see [dev.tocsin.hub.LogState#oldest].
  long oldest() {
    return upkeep.oldest();
  }

  /// What the log's files take, see [dev.tocsin.hub.LogFigures#bytes].
  long bytes() {
    return upkeep.size();
  }

  /// Why nothing can be written at the moment; `null` when it can.
  @Nullable String fault() {
    return health.fault();
  }

  /// See [dev.tocsin.hub.LogState#trouble].
  @Nullable String trouble() {
    return upkeep.trouble();
  }

  /// Works until the queue is closed and empty.
  @Override
  public void run() {
    String end = LogFault.DIED;
    try {
      tryAfterDamage();
      while (!queue.isFinished()) {
        if (queue.await(upkeep.isPending() ? 0 : Upkeep.PERIOD_MILLIS)) {
          writeGroup();
        }
        health.atDisk();
        if (checkpoints.isDue()) {
          // What is folded back could make a database that was cut short look whole.
          place.look();
          checkpoints.step();
        }
        maintain();
        health.backFromDisk();
      }
      place.require();
      upkeep.storeClock();
      end = LogFault.CLOSED;
    } catch (SQLException e) {
      // Of the last step: everything is written.
      LOG.atDebug().setCause(e).log("the log's clock was not stored");
      end = LogFault.CLOSED;
    } catch (InterruptedException | RuntimeException | Error e) {
      LOG.atError().setCause(e).log("the log's writer died");
    } finally {
      health.end(end);
      queue.abandon(end);
      LogFile.rollBack(connection);
      upkeep.close();
      place.close();
      if (!place.journalIsCut()) {
        checkpoints.close();
      }
    }
  }

  /// Where the newest event is damaged there may be no place for the next one: that is told at once, not only
  /// to the first who publishes.
  private void tryAfterDamage() {
    if (newest == 0 || reader.unreadable().at(newest).isEmpty()) {
      return;
    }
    try {
      LogFile.tryToAdd(connection, newest);
    } catch (SQLException e) {
      failed(e);
    }
  }

  private void writeGroup() {
    LogWriter writing;
    try {
      // Before anything is written: it could make a file that was cut short look whole.
      place.require();
      if (checkpoints.isFull()) {
        throw LogFault.full();
      }
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
    inHand = requests;
    try {
      write(writing, requests);
    } finally {
      inHand = List.of();
    }
  }

  private void write(LogWriter writing, List<AppendQueue.Request> requests) {
    LogWriter.Group group;
    boolean mayBeStored = false;
    health.atDisk();
    try {
      group = writing.write(requests, newest, clock);
      place.require();
      mayBeStored = true;
      writing.commit();
    } catch (SQLException | RuntimeException e) {
      refuse(requests, failed(e));
      return;
    } catch (Error e) {
      if (mayBeStored) {
        requests.forEach(request -> request.leaveOpen(LogFault.DIED));
      } else {
        refuse(requests, LogFault.DIED);
      }
      throw e;
    } finally {
      health.backFromDisk();
    }
    written(requests, group);
  }

  /// Answers everything that was put, see [dev.tocsin.hub.EventLog#giveUp]. Any thread.
  void giveUp() {
    queue.abandon(LogFault.CLOSED);
    inHand.forEach(request -> request.leaveOpen(LogFault.HANGS));
  }

  private void written(List<AppendQueue.Request> requests, LogWriter.Group group) {
    newest += group.events().size();
    try {
      place.noteWrite();
      mark.note(newest);
      long bytes = requests.stream().mapToLong(AppendQueue.Request::bytes).sum();
      upkeep.noteGroup(group.events().size(), bytes);
      checkpoints.noteGroup(bytes);
      health.recovered(newest);
      if (!group.events().isEmpty()) {
        deliver.accept(group.events());
      }
    } finally {
      // Also when something of this has failed: they are in the log.
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

  /// Upkeep that is due, and a trial whether a log with a fault has recovered.
  private void maintain() {
    long now = System.nanoTime();
    if (!upkeep.isDue(now)) {
      return;
    }
    try {
      place.require();
      upkeep.step(newest, now);
      if (checkpoints.isFull()) {
        checkpoints.retry();
      }
      if (health.wantsTrial(now) && !checkpoints.isFull()) {
        LogFile.tryToWrite(connection);
        health.recovered(newest);
      }
    } catch (SQLException | RuntimeException e) {
      failed(e);
      if (LogFault.isFull(e)) {
        // What was thrown away already may let the write-ahead file begin anew, in the room it has.
        checkpoints.retry();
      }
    }
  }

  /// Takes the transaction back and tells of the fault, in a sentence.
  private String failed(Exception e) {
    LogFile.rollBack(connection);
    closeWriter();
    if (health.failed(e, System.nanoTime())) {
      save();
    }
    return LogFault.whenWriting(e);
  }

  /// Brings into the database what is only in a write-ahead file that others took away: this process
  /// still has it open.
  private void save() {
    if (place.look() == null || place.journalIsCut()) {
      return;
    }
    try {
      reader.foldBack(connection);
    } catch (SQLException e) {
      LOG.atDebug().setCause(e).log("the write-ahead file was not folded back");
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
}
