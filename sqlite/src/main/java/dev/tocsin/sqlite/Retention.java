package dev.tocsin.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Throws away what is too old or too much, a small step at a time between two groups of events, and
/// gives room back to the file system. Belongs to the log's thread.
///
/// Events only go from the oldest on, so that the log has no holes: one that was accepted while the
/// clock was ahead keeps those behind it until its own time, or the bound in bytes, has come.
///
/// A little free room stays in the file, for the next events; only what is beyond it is given back.
final class Retention {

  /// The most idempotency keys that are remembered; the oldest are forgotten early.
  static final long MAX_KEYS = 1_000_000;

  /// The keys' part of the room: as many as this many bytes of it.
  private static final int RETAINED_BYTES_PER_KEY = 4_096;

  private static final int STEP_EVENTS = 500;
  private static final int STEP_PAGES = 256;
  private static final long MAX_SPARE_BYTES = 8 << 20;

  /// What an event takes beside its payload, roughly.
  private static final int EVENT_BYTES = 120;

  private final Connection connection;
  private final long retainMillis;
  private final long maxUsedBytes;
  private final long maxKeys;
  private final long pageBytes;
  private final long sparePages;

  Retention(Connection connection, SqliteSettings settings) throws SQLException {
    this.connection = connection;
    this.retainMillis = settings.retain().toMillis();
    this.maxKeys = Math.min(MAX_KEYS, settings.retainBytes() / RETAINED_BYTES_PER_KEY);
    this.pageBytes = LogFile.number(connection, "PRAGMA page_size");
    long spareBytes = Math.min(MAX_SPARE_BYTES, settings.retainBytes() / 8);
    this.sparePages = spareBytes / pageBytes;
    this.maxUsedBytes = settings.retainBytes() - spareBytes;
  }

  /// Does one step, in the transaction that is open, which the caller commits.
  ///
  /// @param newest the newest sequence, remembered so that it is never given again
  /// @param lately how many events came since the last step: a step keeps up with them
  /// @return whether there is more to do at once
  boolean step(long newest, int lately, long nowMillis) throws SQLException {
    int limit = STEP_EVENTS + lately;
    boolean moreKeys = forgetKeys(limit, nowMillis);
    boolean moreEvents = deleteOldest(limit, newest, nowMillis);
    boolean morePages = giveBack();
    return moreKeys || moreEvents || morePages;
  }

  private boolean deleteOldest(int limit, long newest, long nowMillis) throws SQLException {
    long pages =
        LogFile.number(connection, "PRAGMA page_count")
            - LogFile.number(connection, "PRAGMA freelist_count");
    long tooMuch = pages * pageBytes - maxUsedBytes;
    long last = 0;
    int count = 0;
    try (PreparedStatement oldest =
        connection.prepareStatement(
            """
            SELECT sequence, accepted_at, octet_length(payload) FROM events
            ORDER BY sequence LIMIT ?
            """)) {
      oldest.setInt(1, limit);
      try (ResultSet row = oldest.executeQuery()) {
        while (row.next() && (tooMuch > 0 || row.getLong(2) < nowMillis - retainMillis)) {
          last = row.getLong(1);
          tooMuch -= row.getLong(3) + EVENT_BYTES;
          count++;
        }
      }
    }
    if (count > 0) {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM events WHERE sequence <= ?")) {
        delete.setLong(1, last);
        delete.executeUpdate();
      }
      LogFile.setValue(connection, "newest", Long.toString(newest));
    }
    return count == limit;
  }

  private boolean forgetKeys(int limit, long nowMillis) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM idempotency_keys WHERE id IN
              (SELECT id FROM (SELECT id, expires_at FROM idempotency_keys ORDER BY id LIMIT ?)
               WHERE expires_at <= ? OR id <= (SELECT max(id) FROM idempotency_keys) - ?)
            """)) {
      delete.setInt(1, limit);
      delete.setLong(2, nowMillis);
      delete.setLong(3, maxKeys);
      return delete.executeUpdate() == limit;
    }
  }

  private boolean giveBack() throws SQLException {
    long tooMany = LogFile.number(connection, "PRAGMA freelist_count") - sparePages;
    if (tooMany <= 0) {
      return false;
    }
    try (Statement statement = connection.createStatement()) {
      // Not execute: that ends after the first page.
      statement.executeUpdate("PRAGMA incremental_vacuum(" + Math.min(tooMany, STEP_PAGES) + ")");
    }
    return tooMany > STEP_PAGES;
  }
}
