package dev.tocsin.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/// The tables of the log, and whether a file has them: `docs/log-format.md` describes them for operators.
final class LogSchema {

  /// Of the format; a file with a greater one is of a newer program.
  static final int VERSION = 1;

  /// "Tocs" in ASCII, so that `file` and other tools can tell the log from other databases.
  private static final int APPLICATION_ID = 0x546F6373;

  private static final String[] TABLES = {
    """
    CREATE TABLE events (
      sequence INTEGER PRIMARY KEY,
      type TEXT NOT NULL,
      channel TEXT,
      timestamp TEXT NOT NULL,
      correlation_id TEXT,
      accepted_at INTEGER NOT NULL,
      payload TEXT NOT NULL
    ) STRICT
    """,
    TypeIndex.CREATE,
    """
    CREATE TABLE idempotency_keys (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      body_digest BLOB NOT NULL,
      sequence INTEGER NOT NULL,
      timestamp TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE log (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  };

  /// Came later than the others: a log that was made without it is given one.
  private static final String MOMENTS =
      """
      CREATE TABLE IF NOT EXISTS moments (
        sequence INTEGER PRIMARY KEY,
        lived_at INTEGER NOT NULL
      ) STRICT
      """;

  private LogSchema() {}

  /// Whether the file has nothing in it yet. Changes nothing: the file may be somebody else's.
  static boolean isMissing(Connection connection, Path file) throws SQLException, LogOpenException {
    long application = LogFile.number(connection, "PRAGMA application_id");
    long version = LogFile.number(connection, "PRAGMA user_version");
    if (isLog(application, version, file)) {
      return false;
    }
    if (application != 0
        || version != 0
        || LogFile.number(connection, "SELECT count(*) FROM sqlite_schema") > 0) {
      throw foreign(file);
    }
    return true;
  }

  /// What a file is told that is a database of somebody else's.
  static LogOpenException foreign(Path file) {
    return new LogOpenException(
        file + " is a database, but not a Tocsin log: choose another folder");
  }

  /// Whether a file that begins with these numbers is a log. Refuses that of a newer program.
  static boolean isLog(long application, long version, Path file) throws LogOpenException {
    if (application == APPLICATION_ID && version > VERSION) {
      throw new LogOpenException(
          file
              + " was written by a newer version of Tocsin (format "
              + version
              + ", this program reads "
              + VERSION
              + "): start that version, or choose another folder");
    }
    return application == APPLICATION_ID;
  }

  /// Makes what is missing.
  ///
  /// @param all whether the file has nothing in it yet
  static void make(Connection connection, boolean all) throws SQLException {
    if (all) {
      makeTables(connection);
    }
    LogFile.execute(connection, MOMENTS);
  }

  private static void makeTables(Connection connection) throws SQLException {
    LogFile.begin(connection);
    for (String table : TABLES) {
      LogFile.execute(connection, table);
    }
    LogFile.setValue(connection, LogFile.OLDEST, "1");
    LogFile.execute(connection, "PRAGMA application_id = " + APPLICATION_ID);
    LogFile.execute(connection, "PRAGMA user_version = " + VERSION);
    LogFile.commit(connection);
  }
}
