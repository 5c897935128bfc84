package dev.tocsin.sqlite;

import dev.tocsin.hub.CopiedPage;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogExtent;
import dev.tocsin.hub.LogSource;
import java.nio.file.Path;
import java.sql.SQLException;

/// A log on disk that is to be copied: no server can open it meanwhile, and nothing of it changes. Of one thread.
public final class SqliteLogSource implements LogSource {

  private final Path directory;
  private final LogFiles files;
  private final CopyReader reader;

  private SqliteLogSource(Path directory, LogFiles files, CopyReader reader) {
    this.directory = directory;
    this.files = files;
    this.reader = reader;
  }

  /// Opens the log of a directory.
  public static SqliteLogSource open(Path directory) throws LogOpenException {
    if (!LogFile.isIn(directory)) {
      throw new LogOpenException("there is no log in " + directory);
    }
    LogFiles.lockForCopy(directory).close();
    LogFiles files = LogFiles.open(directory, Durability.PROCESS);
    SqliteLogSource source = null;
    try {
      source = new SqliteLogSource(directory, files, new CopyReader(directory, files.connection()));
      return source;
    } catch (SQLException e) {
      throw new LogOpenException(LogFault.whenOpening(directory.resolve(LogFile.NAME), e), e);
    } finally {
      if (source == null) {
        files.close();
      }
    }
  }

  @Override
  public LogExtent extent() throws LogCopyException {
    try {
      LogBounds bounds = LogBounds.find(files.connection(), files.mark());
      String epoch = LogFile.value(files.connection(), "epoch");
      return new LogExtent(
          epoch == null ? "new" : epoch,
          Math.min(bounds.oldest(), bounds.newest() + 1),
          bounds.newest());
    } catch (SQLException e) {
      throw CopyReader.failure(directory, e);
    } catch (LogOpenException e) {
      throw new LogCopyException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public CopiedPage read(long after, long upTo) throws LogCopyException {
    try {
      return reader.read(after, upTo);
    } catch (SQLException e) {
      throw CopyReader.failure(directory, e);
    }
  }

  @Override
  public void close() {
    reader.close();
    files.close();
  }
}
