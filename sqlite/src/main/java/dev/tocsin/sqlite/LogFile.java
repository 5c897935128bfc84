package dev.tocsin.sqlite;

import dev.tocsin.hub.Durability;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/// The file's format, and what every use of it needs: `docs/log-format.md` describes it for operators.
///
/// While a log is open no other process can use its file. SQLite then keeps the index of the write-ahead
/// file on the heap, where all connections of this process share it (its file system `unix-excl`), and
/// not in a mapped file that anybody can cut short under the process: that would end it with SIGBUS.
final class LogFile {

  static final String NAME = "events.db";

  /// The write-ahead file.
  static final String JOURNAL = NAME + "-wal";

  /// Where SQLite looks for what another mode has left behind.
  private static final String ROLLBACK_JOURNAL = NAME + "-journal";

  /// How long a transaction waits for another program that holds the file. Meanwhile appends wait in
  /// the queue.
  private static final int BUSY_TIMEOUT_MILLIS = 1_000;

  /// Keeps other processes out and the index on the heap. Windows has no such file system.
  private static final String EXCLUSIVE = File.separatorChar == '/' ? "?vfs=unix-excl" : "";

  /// After how many pages a commit folds the write-ahead file back, if [Checkpoints] has not kept up.
  private static final int CHECKPOINT_PAGES = 16_000;

  /// What the write-ahead file shrinks to after it had to grow. Without readers it does not.
  static final int JOURNAL_LIMIT_BYTES = 32 << 20;

  /// The size from which on the write-ahead file is folded back whoever reads.
  private static final int MAX_JOURNAL_BYTES = 48 << 20;

  /// So that a large group does not have to go through the write-ahead file twice.
  private static final int CACHE_KIB = 16_384;

  /// In the table `log`: the newest sequence when retention last threw something away.
  static final String NEWEST = "newest";

  /// In the table `log`: the oldest sequence that retention has left. What is missing from there on is lost.
  static final String OLDEST = "oldest";

  /// In the table `log`, as long as the log is the unfinished copy of another: which one that is.
  static final String COPY = "copy";

  /// Begins a transaction that may write.
  static final String BEGIN = "BEGIN IMMEDIATE";

  static final String COMMIT = "COMMIT";

  /// Folds the write-ahead file back into the database, as far as nobody reads.
  static final String FOLD_BACK = "PRAGMA wal_checkpoint(PASSIVE)";

  private LogFile() {}

  /// Whether a directory has a log.
  static boolean isIn(Path directory) {
    return Files.isRegularFile(directory.resolve(NAME));
  }

  /// Opens the file for writing, making it when there is none.
  ///
  /// @param directory one that is there
  static Connection openForWriting(Path directory, Durability durability) throws LogOpenException {
    Path file = directory.resolve(NAME);
    LogLock.requireFile(file);
    LogLock.requireFile(directory.resolve(JOURNAL));
    LogLock.requireFile(directory.resolve(ROLLBACK_JOURNAL));
    if (!Files.exists(file)) {
      make(file);
    } else if (!Files.isWritable(file)) {
      throw LogLock.cannotWrite(file, "access denied", null);
    }
    try {
      return connect(
          file,
          connection -> {
            boolean isNew = LogSchema.isMissing(connection, file);
            configure(connection, durability);
            LogSchema.make(connection, isNew);
          });
    } catch (SQLException e) {
      throw new LogOpenException(LogFault.whenOpening(file, e), e);
    }
  }

  /// Makes the file, empty, before SQLite would: it holds every event, so nobody but its owner is to read it, whatever the
  /// umask. SQLite gives the write-ahead file the same mode.
  private static void make(Path file) throws LogOpenException {
    try {
      makeForOwner(file);
    } catch (FileAlreadyExistsException e) {
      // Somebody was faster; the mode is his.
    } catch (IOException e) {
      throw LogLock.cannotWrite(file, LogLock.reason(e), e);
    }
  }

  /// Makes an empty file of mode 0600, where there are modes.
  static void makeForOwner(Path file) throws IOException {
    if (hasModes(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
  }

  /// Whether files have owners and modes where this one is.
  static boolean hasModes(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /// Opens the file, which is there, for reading beside the writer.
  static Connection openForReading(Path directory) throws SQLException {
    return connect(
        directory.resolve(NAME),
        connection -> {
          // Not read-only for the file system as well: only those who may write share one lock and
          // one
          // index.
          execute(connection, "PRAGMA query_only = ON");
          // Else nothing at all is read of a file that was cut short. The schema cannot be written
          // either.
          execute(connection, "PRAGMA writable_schema = ON");
          openJournal(connection);
        });
  }

  /// Opens the file, which is there, for checkpoints beside the writer.
  static Connection openForFoldingBack(Path directory) throws SQLException {
    return connect(directory.resolve(NAME), LogFile::openJournal);
  }

  /// Opens the write-ahead file now. SQLite does it with the first read, by its name: if the file was deleted
  /// by then, it would make another one, and read that.
  private static void openJournal(Connection connection) throws SQLException {
    try {
      number(connection, "SELECT count(*) FROM sqlite_schema");
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      // It was open before anything was read.
    }
  }

  /// What has to be done before a connection can be used.
  private interface Preparation<E extends Exception> {
    void prepare(Connection connection) throws SQLException, E;
  }

  /// Connects. Nothing stays open where that fails.
  private static <E extends Exception> Connection connect(Path file, Preparation<E> preparation)
      throws SQLException, E {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    // JDBC lets one thread in at a time already.
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    // As an address, in which nothing in the file's name can be taken for an option.
    String address = "file:" + file.toUri().getRawPath() + EXCLUSIVE;
    Connection connection = config.createConnection("jdbc:sqlite:" + address);
    try {
      // The database is never mapped either.
      execute(connection, "PRAGMA mmap_size = 0");
      preparation.prepare(connection);
      return connection;
    } catch (Throwable e) {
      connection.close();
      throw e;
    }
  }

  private static void configure(Connection connection, Durability durability) throws SQLException {
    // Counts only before the file has its first page.
    execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
    execute(connection, "PRAGMA journal_mode = WAL");
    execute(connection, "PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
    execute(connection, "PRAGMA journal_size_limit = " + JOURNAL_LIMIT_BYTES);
    execute(connection, "PRAGMA cache_size = -" + CACHE_KIB);
    execute(connection, "PRAGMA temp_store = MEMORY");
    setDurability(connection, durability);
  }

  static void setDurability(Connection connection, Durability durability) throws SQLException {
    String synchronous =
        switch (durability) {
          // A commit is a write to the operating system's cache.
          case PROCESS -> "NORMAL";
          case POWER -> "FULL";
        };
    execute(connection, "PRAGMA synchronous = " + synchronous);
  }

  // Transactions are begun and ended with these words and not by JDBC's auto-commit: that would
  // leave one open that SQLite has rolled back on its own, and a read one when nobody writes.

  /// Begins a transaction that may write; whoever waits for another program waits here.
  static void begin(Connection connection) throws SQLException {
    execute(connection, BEGIN);
  }

  static void commit(Connection connection) throws SQLException {
    execute(connection, COMMIT);
  }

  /// Takes back the transaction that is open, if there is one.
  static void rollBack(Connection connection) {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      // SQLite has done it already; if not, the next transaction cannot begin, and says so.
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// The number that a query answers with; 0 for null.
  static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// What the database takes as a file once everything is folded back, as the transaction sees it.
  static long bytes(Connection connection) throws SQLException {
    return number(connection, "PRAGMA page_count") * number(connection, "PRAGMA page_size");
  }

  /// A value of the table `log`; `null` when it has none of this name.
  static @Nullable String value(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT value FROM log WHERE name = ?")) {
      statement.setString(1, name);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  static void setValue(Connection connection, String name, String value) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT OR REPLACE INTO log VALUES (?, ?)")) {
      statement.setString(1, name);
      statement.setString(2, value);
      statement.executeUpdate();
    }
  }

  /// The oldest sequence that retention has left, as it is noted; 0 when it is not.
  static long oldest(Connection connection) throws SQLException {
    return number(connection, "SELECT value FROM log WHERE name = '" + OLDEST + "'");
  }

  /// What the log's files take, with the reserve.
  static long size(Path directory) {
    // Looks at the entries only, see [#hasLargeJournal].
    return Stream.of(NAME, JOURNAL, LogReserve.NAME)
        .mapToLong(name -> directory.resolve(name).toFile().length())
        .sum();
  }

  /// Whether the write-ahead file has grown beyond its measure, because somebody always read.
  static boolean hasLargeJournal(Path directory) {
    // A look at the file's entry, not at the file: that must not be opened here, see [LogLock].
    return directory.resolve(JOURNAL).toFile().length() > MAX_JOURNAL_BYTES;
  }

  /// Finds out whether the file takes more than a few bytes, by writing some and taking them back.
  static void tryToWrite(Connection connection) throws SQLException {
    execute(connection, "INSERT OR REPLACE INTO log VALUES ('trial', hex(zeroblob(500000)))");
    execute(connection, "DELETE FROM log WHERE name = 'trial'");
  }

  /// Finds out whether an event can be added after the newest one, by adding one and taking it back.
  static void tryToAdd(Connection connection, long newest) throws SQLException {
    begin(connection);
    try {
      execute(
          connection,
          "INSERT INTO events (sequence, type, timestamp, accepted_at, payload) VALUES ("
              + (newest + 1)
              + ", 'trial', '', 0, '{}')");
    } finally {
      rollBack(connection);
    }
  }
}
