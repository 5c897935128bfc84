package dev.tocsin.sqlite;

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
  private final LogPlace place;
  private final LogCopies copies;
  private final long retainBytes;

  // owned by the log's thread
  private final Backoff throwingAway = new Backoff();
  private int events;
  private long bytes;
  private boolean pending = true;
  private boolean keepsRoom;
  private long lastNanos;

  // written by the log's thread, read by any
  private volatile long oldest;
  private volatile long size;
  private volatile @Nullable String trouble;
  private volatile @Nullable String misplaced;

  /// @param newest the newest sequence
  Upkeep(
      Connection connection,
      SqliteSettings settings,
      LogClock clock,
      LogMark mark,
      LogReader reader,
      LogPlace place,
      long newest)
      throws SQLException {
    this.connection = connection;
    this.directory = settings.directory();
    this.retainBytes = settings.retainBytes();
    this.retention = new Retention(connection, settings, clock, newest);
    this.reader = reader;
    this.mark = mark;
    this.place = place;
    this.copies = new LogCopies(directory);
    this.oldest = LogFile.oldest(connection);
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
    return LogFault.joined(trouble, misplaced).orElse(null);
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
  void step(long newest, long nowNanos) throws SQLException {
    lastNanos = nowNanos;
    boolean wasPending = pending;
    pending = false;
    lookAtFiles(newest);
    copies.look();
    reader.unreadable().tell();
    if (throwingAway.isDue(nowNanos)) {
      throwAway(newest, nowNanos);
    }
    if (LogFile.hasLargeJournal(directory)
        || (wasPending && !pending && isLargerThan(retainBytes + Checkpoints.DUE_BYTES))) {
      // The file only shrinks when it is folded back.
      reader.foldBack(connection);
    }
    size = LogFile.size(directory);
  }

  /// Whether a restart will find the files beside the database as it needs them.
  private void lookAtFiles(long newest) {
    String wrong = mark.restore(newest);
    if (wrong == null) {
      wrong = LogLock.wrong(directory);
    }
    if (wrong != null && !wrong.equals(misplaced)) {
      LOG.atWarn().addKeyValue("reason", wrong).log("a restart may be refused");
    }
    misplaced = wrong;
  }

  private boolean isLargerThan(long size) {
    return directory.resolve(LogFile.NAME).toFile().length() > size;
  }

  /// A step of retention. When the oldest events cannot be read they stay, which harms nobody else.
  private void throwAway(long newest, long nowNanos) throws SQLException {
    try {
      LogFile.begin(connection);
      boolean more = retention.step(newest, events);
      LogFile.commit(connection);
      oldest = LogFile.oldest(connection);
      reader.unreadable().forgetBefore(oldest);
      pending = giveBack() || more;
    } catch (SQLException e) {
      if (LogFault.isFull(e) && retention.isMakingRoom()) {
        LogReserve.release(directory);
      }
      if (!LogFault.isDamage(e) && !LogFault.isDiskError(e)) {
        throw e;
      }
      LogFile.rollBack(connection);
      throwingAway.failed(nowNanos);
      hold(LogFault.whenThrowingAway(e), e);
      return;
    }
    events = 0;
    bytes = 0;
    if (trouble != null) {
      LOG.info("old events are thrown away again");
      trouble = null;
    }
  }

  /// Gives room back to the file system. Where pages cannot be moved, because they are damaged, it stays in
  /// the file, and is used again.
  ///
  /// @return whether there is more to do at once
  private boolean giveBack() throws SQLException {
    long tooMany = keepsRoom ? 0 : retention.tooManyPages();
    if (tooMany <= 0) {
      return false;
    }
    LogFile.begin(connection);
    try {
      boolean more = retention.giveBack(tooMany);
      place.noteShrinking(LogFile.bytes(connection));
      LogFile.commit(connection);
      return more;
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      LogFile.rollBack(connection);
      keepsRoom = true;
      LOG.atWarn()
          .setCause(e)
          .log("a part of the log's file is damaged: room that becomes free stays in it");
      return false;
    }
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
