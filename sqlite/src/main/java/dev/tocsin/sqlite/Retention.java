package dev.tocsin.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Throws away what is too old or too much, a small step at a time between two groups of events, and
/// gives room back to the file system. Belongs to the log's thread.
///
/// How old an event is goes by what the log has lived through since, see [LogClock]. The table `moments`
/// knows it: once a minute, as long as events come, it remembers which sequence is the next, so that all
/// before it are at least that old.
///
/// Events only go from the oldest on, so that the log has no holes.
///
/// A little free room stays in the file, for the next events; only what is beyond it is given back.
final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  /// The most idempotency keys that are remembered; the oldest are forgotten early.
  static final long MAX_KEYS = 1_000_000;

  /// The keys' part of the room: as many as this many bytes of it.
  private static final int RETAINED_BYTES_PER_KEY = 4_096;

  private static final int STEP_EVENTS = 500;
  private static final int STEP_PAGES = 256;
  private static final long MAX_SPARE_BYTES = 8 << 20;

  /// What an event takes beside its payload, roughly.
  private static final int EVENT_BYTES = 120;

  /// The most time between two moments. Events are kept longer by it.
  private static final long MAX_MOMENT_MILLIS = 60_000;

  /// How often the clock is stored while nothing comes. As much is forgotten when the process is killed.
  private static final long IDLE_MILLIS = 600_000;

  private static final int MOMENTS_OF_RETAIN = 64;

  private final Connection connection;
  private final LogClock clock;

  /// Of the events that were there when the log was opened, the newest one.
  private final long newestBefore;

  private long storedAt;
  private boolean isMakingRoom;

  private final long retainMillis;
  private final long momentMillis;
  private final long maxUsedBytes;
  private final long maxKeys;
  private final long pageBytes;
  private final long sparePages;

  Retention(Connection connection, SqliteSettings settings, LogClock clock, long newest)
      throws SQLException {
    this.connection = connection;
    this.clock = clock;
    this.newestBefore = newest;
    this.retainMillis = settings.retain().toMillis();
    this.momentMillis = Math.min(MAX_MOMENT_MILLIS, retainMillis / MOMENTS_OF_RETAIN);
    noteMoment(newest, 0, clock.lived());
    storeClock();
    warnOfAbsence();
    this.maxKeys = Math.min(MAX_KEYS, settings.retainBytes() / RETAINED_BYTES_PER_KEY);
    this.pageBytes = LogFile.number(connection, "PRAGMA page_size");
    long spareBytes = Math.min(MAX_SPARE_BYTES, settings.retainBytes() / 8);
    this.sparePages = spareBytes / pageBytes;
    this.maxUsedBytes = settings.retainBytes() - spareBytes;
  }

  private void warnOfAbsence() throws SQLException {
    if (clock.absence() > retainMillis && tooOldBefore(clock.lived() + clock.absence()) > 0) {
      LOG.atWarn()
          .addKeyValue("clock", Instant.ofEpochMilli(clock.wall()))
          .addKeyValue("closed_for", Duration.ofMillis(clock.absence()))
          .addKeyValue("believed_after", LogClock.BELIEVED_AFTER)
          .log(
              "all events are too old if the clock is right; they go later, unless it is set back");
    }
  }

  /// Does one step, in the transaction that is open, which the caller commits.
  ///
  /// @param newest the newest sequence, remembered so that it is never given again
  /// @param lately how many events came since the last step: a step keeps up with them
  /// @return whether there is more to do at once
  boolean step(long newest, int lately) throws SQLException {
    int limit = STEP_EVENTS + lately;
    clock.look();
    // One time for the whole step: a moment that it notes is not old within it.
    long lived = clock.lived();
    noteMoment(newest, momentMillis, lived);
    countAbsence();
    storeClock(lately > 0 ? MAX_MOMENT_MILLIS : IDLE_MILLIS);
    isMakingRoom = false;
    boolean moreKeys = forgetKeys(limit, lived);
    boolean moreEvents = deleteOldest(limit, newest, lived);
    return moreKeys || moreEvents;
  }

  /// Whether the last step, done or failed, was to throw events away.
  boolean isMakingRoom() {
    return isMakingRoom;
  }

  /// Remembers that all events up to the newest were accepted by now, unless that is known already or
  /// the last moment is not `sinceMillis` ago.
  private void noteMoment(long newest, long sinceMillis, long livedMillis) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO moments SELECT ?1, ?2
            WHERE NOT EXISTS (SELECT 1 FROM moments WHERE sequence >= ?1 OR lived_at > ?2 - ?3)
            """)) {
      insert.setLong(1, newest + 1);
      insert.setLong(2, livedMillis);
      insert.setLong(3, sinceMillis);
      insert.executeUpdate();
    }
  }

  private void storeClock(long sinceMillis) throws SQLException {
    if (clock.lived() - storedAt >= sinceMillis) {
      storeClock();
    }
  }

  /// Stores what the log has lived through, for its next run.
  void storeClock() throws SQLException {
    LogFile.setValue(connection, "clock", clock.moment().toString());
    storedAt = clock.lived();
  }

  /// Lets what was there before grow older by the time for which the log was closed.
  private void countAbsence() throws SQLException {
    long absence = clock.takeAbsence();
    if (absence > 0) {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE moments SET lived_at = lived_at - ? WHERE sequence <= ?")) {
        update.setLong(1, absence);
        update.setLong(2, newestBefore + 1);
        update.executeUpdate();
      }
    }
  }

  /// The sequence before which everything is too old; 0 when nothing is.
  private long tooOldBefore(long livedMillis) throws SQLException {
    return LogFile.number(
        connection,
        "SELECT max(sequence) FROM moments WHERE lived_at <= " + (livedMillis - retainMillis));
  }

  private boolean deleteOldest(int limit, long newest, long livedMillis) throws SQLException {
    long pages =
        LogFile.number(connection, "PRAGMA page_count")
            - LogFile.number(connection, "PRAGMA freelist_count");
    long tooMuch = pages * pageBytes - maxUsedBytes;
    long tooOld = tooOldBefore(livedMillis);
    long last = 0;
    int count = 0;
    try (PreparedStatement oldest =
        connection.prepareStatement(
            "SELECT sequence, octet_length(payload) FROM events ORDER BY sequence LIMIT ?")) {
      oldest.setInt(1, limit);
      try (ResultSet row = oldest.executeQuery()) {
        while (row.next() && (tooMuch > 0 || row.getLong(1) < tooOld)) {
          last = row.getLong(1);
          tooMuch -= row.getLong(2) + EVENT_BYTES;
          count++;
        }
      }
    }
    if (count > 0) {
      isMakingRoom = true;
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM events WHERE sequence <= ?")) {
        delete.setLong(1, last);
        delete.executeUpdate();
      }
      LogFile.execute(
          connection,
          "DELETE FROM moments WHERE sequence <= " + last + " AND sequence < " + tooOld);
      LogFile.setValue(connection, LogFile.NEWEST, Long.toString(newest));
      LogFile.setValue(connection, LogFile.OLDEST, Long.toString(last + 1));
    }
    return count == limit;
  }

  private boolean forgetKeys(int limit, long livedMillis) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM idempotency_keys WHERE id IN
              (SELECT id FROM (SELECT id, expires_at FROM idempotency_keys ORDER BY id LIMIT ?)
               WHERE expires_at <= ? OR id <= (SELECT max(id) FROM idempotency_keys) - ?)
            """)) {
      delete.setInt(1, limit);
      delete.setLong(2, livedMillis);
      delete.setLong(3, maxKeys);
      return delete.executeUpdate() == limit;
    }
  }

  /// How many free pages are to be given back to the file system.
  long tooManyPages() throws SQLException {
    return LogFile.number(connection, "PRAGMA freelist_count") - sparePages;
  }

  /// Gives some pages back, in the transaction that is open, which the caller commits: one of its own, because
  /// it moves pages that have nothing to do with what was thrown away, and these may be damaged.
  ///
  /// @param tooMany how many there are to give back
  /// @return whether there is more to do at once
  boolean giveBack(long tooMany) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Not execute: that ends after the first page.
      statement.executeUpdate("PRAGMA incremental_vacuum(" + Math.min(tooMany, STEP_PAGES) + ")");
    }
    return tooMany > STEP_PAGES;
  }
}
