package dev.tocsin.sqlite;

import dev.tocsin.hub.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files of a log that is open for writing, and nobody else's meanwhile: the lock on its directory, the
/// database, the mark.
final class LogFiles implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

  private final Path directory;
  private final LogLock lock;
  private final Connection connection;
  private final LogMark mark;

  private LogFiles(Path directory, LogLock lock, Connection connection, LogMark mark) {
    this.directory = directory;
    this.lock = lock;
    this.connection = connection;
    this.mark = mark;
  }

  /// Opens them, making what is not there. Refuses the unfinished copy of another log.
  static LogFiles open(Path directory, Durability durability) throws LogOpenException {
    LogFiles files = open(directory, LogLock.take(directory), durability);
    boolean fit = false;
    try {
      if (LogFile.value(files.connection, LogFile.COPY) != null) {
        throw new LogOpenException(
            directory
                + " holds the unfinished copy of a log: finish it with the same 'tocsin log copy',"
                + " or delete it");
      }
      fit = true;
      return files;
    } catch (SQLException e) {
      throw new LogOpenException(LogFault.whenOpening(directory.resolve(LogFile.NAME), e), e);
    } finally {
      if (!fit) {
        files.close();
      }
    }
  }

  /// Opens them for a copy, which may be unfinished.
  static LogFiles openForCopy(Path directory) throws LogOpenException {
    return open(directory, lockForCopy(directory), Durability.PROCESS);
  }

  /// The lock of a directory that no server may be using.
  static LogLock lockForCopy(Path directory) throws LogOpenException {
    LogLock lock = LogLock.tryToTake(directory);
    if (lock == null) {
      throw new LogOpenException("a server uses the log in " + directory + ": stop it first");
    }
    return lock;
  }

  private static LogFiles open(Path directory, LogLock lock, Durability durability)
      throws LogOpenException {
    Connection connection = null;
    LogFiles files = null;
    try {
      connection = LogFile.openForWriting(directory, durability);
      files = new LogFiles(directory, lock, connection, LogMark.open(directory));
      return files;
    } finally {
      if (files == null) {
        closeQuietly(connection);
        lock.close();
      }
    }
  }

  Connection connection() {
    return connection;
  }

  LogMark mark() {
    return mark;
  }

  /// Notes that the log was closed in order, and closes its files. The other connections to the database are
  /// closed by now.
  void closeInOrder() {
    try {
      foldBack();
      LogIdentity.close(connection);
    } catch (SQLException e) {
      LOG.atWarn().setCause(e).log("the log could not be closed in order");
    } finally {
      close();
    }
    // SQLite deletes it when it has folded it back.
    if (Files.exists(directory.resolve(LogFile.JOURNAL))) {
      LOG.atWarn()
          .addKeyValue("file", directory.resolve(LogFile.JOURNAL))
          .log(
              "the newest events could not be folded into events.db (is the disk full?): keep this"
                  + " file with it, events.db alone is no backup; the next start goes on from"
                  + " both");
    }
  }

  /// Folds the write-ahead file back, with the room reserved for that on a full disk.
  private void foldBack() {
    try {
      LogFile.execute(connection, LogFile.FOLD_BACK);
    } catch (SQLException e) {
      if (LogFault.isFull(e)) {
        LogReserve.release(directory);
      }
    }
  }

  /// Closes them as they are.
  @Override
  public void close() {
    try {
      mark.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the log's mark could not be closed");
    }
    closeQuietly(connection);
    lock.close();
  }

  private static void closeQuietly(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      LOG.atWarn().setCause(e).log("the log's file could not be closed");
    }
  }
}
