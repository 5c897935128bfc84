package dev.tocsin.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the log's thread does beside writing: it throws away what is too old or too much, makes copies,
/// and looks after the files. Once a second, and more often when much has come or there is more to do.
final class Upkeep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  static final long PERIOD_MILLIS = 1_000;
  private static final int MAX_EVENTS = 2_000;
  private static final int MAX_BYTES = 4 << 20;

  // immutable
  private final Connection connection;
  private final Path directory;
  private final Retention retention;
  private final LogReader reader;
  private final LogMark mark;
  private final LogCopies copies;
  private final long retainBytes;

  // owned by the log's thread
  private final Backoff throwingAway = new Backoff();
  private int events;
  private long bytes;
  private boolean pending = true;
  private long lastNanos;

  // written by the log's thread, read by any
  private volatile long oldest;
  private volatile long size;
  private volatile @Nullable String trouble;

  /// @param newest the newest sequence
  Upkeep(
      Connection connection,
      SqliteSettings settings,
      LogClock clock,
      LogMark mark,
      LogReader reader,
      long newest)
      throws SQLException {
    this.connection = connection;
    this.directory = settings.directory();
    this.retainBytes = settings.retainBytes();
    this.retention = new Retention(connection, settings, clock, newest);
    this.reader = reader;
    this.mark = mark;
    this.copies = new LogCopies(directory);
    this.oldest = LogFile.oldest(connection, newest);
    this.size = LogFile.size(directory);
  }

  /// The oldest sequence, see [dev.tocsin.hub.LogState#oldest].
  long oldest() {
    return oldest;
  }

  /// What the log's files took at the last step.
  long size() {
    return size;
  }

  /// See [dev.tocsin.hub.LogState#trouble].
  @Nullable String trouble() {
    return trouble;
  }

  /// A group has been written.
  void noteGroup(int groupEvents, long groupBytes) {
    events += groupEvents;
    bytes += groupBytes;
  }

  /// Whether there is more to do at once.
  boolean isPending() {
    return pending;
  }

  boolean isDue(long nowNanos) {
    boolean much = trouble == null && (events >= MAX_EVENTS || bytes >= MAX_BYTES);
    return pending || much || nowNanos - lastNanos >= TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
  }

  /// Does a step.
  void step(long newest, long nowNanos) throws SQLException, IOException {
    lastNanos = nowNanos;
    boolean wasPending = pending;
    pending = false;
    mark.restore(newest);
    copies.look();
    if (throwingAway.isDue(nowNanos) && throwAway(newest, nowNanos)) {
      oldest = LogFile.oldest(connection, newest);
      reader.unreadable().forgetBefore(oldest);
    }
    if (LogFile.hasLargeJournal(directory)
        || (wasPending && !pending && isLargerThan(retainBytes + Checkpoints.DUE_BYTES))) {
      // The file only shrinks when it is folded back.
      reader.foldBack(connection);
    }
    size = LogFile.size(directory);
  }

  private boolean isLargerThan(long size) {
    return directory.resolve(LogFile.NAME).toFile().length() > size;
  }

  /// A step of retention.
  ///
  /// @return whether it could be done: not while the oldest events cannot be read, which harms nobody else
  private boolean throwAway(long newest, long nowNanos) throws SQLException {
    LogFile.begin(connection);
    try {
      pending = retention.step(newest, events);
      LogFile.commit(connection);
    } catch (SQLException e) {
      if (LogFault.isFull(e) && retention.isMakingRoom()) {
        LogReserve.release(directory);
      }
      if (!LogFault.isDamage(e) && !LogFault.isDiskError(e)) {
        throw e;
      }
      LogFile.rollBack(connection);
      pending = false;
      throwingAway.failed(nowNanos);
      hold(LogFault.whenThrowingAway(e), e);
      return false;
    }
    events = 0;
    bytes = 0;
    if (trouble != null) {
      LOG.info("old events are thrown away again");
      trouble = null;
    }
    return true;
  }

  private void hold(String reason, SQLException e) {
    if (!reason.equals(trouble)) {
      LOG.atError().addKeyValue("reason", reason).setCause(e).log("old events stay");
    }
    trouble = reason;
  }

  /// Stores what the log has lived through, in the end.
  void storeClock() throws SQLException {
    retention.storeClock();
  }

  /// Gives up the copy that is being made.
  @Override
  public void close() {
    copies.close();
  }
}
