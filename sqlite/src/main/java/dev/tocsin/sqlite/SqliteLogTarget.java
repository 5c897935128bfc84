package dev.tocsin.sqlite;

import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedPage;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogExtent;
import dev.tocsin.hub.LogTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// A log on disk that becomes the copy of another one. Until it is finished its table `log` says so, and no server opens it. Of
/// one thread.
public final class SqliteLogTarget implements LogTarget {

  private final Path directory;
  private final LogFiles files;
  private final Connection connection;
  private final InstantSource clock;

  private @Nullable CopyWriter writer;
  private @Nullable CopyReader reader;
  private long newest;

  private SqliteLogTarget(Path directory, LogFiles files, InstantSource clock) {
    this.directory = directory;
    this.files = files;
    this.connection = files.connection();
    this.clock = clock;
  }

  /// Opens a directory, making it when it is not there.
  ///
  /// @param clock the log's time begins with what it says
  public static SqliteLogTarget open(Path directory, InstantSource clock) throws LogOpenException {
    return new SqliteLogTarget(directory, LogFiles.openForCopy(directory), clock);
  }

  /// A step with the file.
  private interface Step<T> {
    T take() throws SQLException, LogOpenException, LogCopyException, IOException;
  }

  private <T> T step(Step<T> step) throws LogCopyException {
    try {
      return step.take();
    } catch (SQLException e) {
      LogFile.rollBack(connection);
      throw CopyReader.failure(directory, e);
    } catch (LogOpenException e) {
      throw new LogCopyException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new LogCopyException(
          String.valueOf(LogLock.cannotWrite(directory, LogLock.reason(e), e).getMessage()), e);
    }
  }

  @Override
  public long begin(LogExtent source) throws LogCopyException {
    return step(() -> {
      String mark = source.newest() + " " + source.identity();
      String known = LogFile.value(connection, LogFile.COPY);
      long there = LogBounds.find(connection, files.mark()).newest();
      if (known == null) {
        if (there > 0) {
          throw new LogCopyException(
              directory
                  + " holds another log already, up to sequence "
                  + there
                  + ": choose an empty directory");
        }
        LogFile.begin(connection);
        LogFile.setValue(connection, LogFile.COPY, mark);
        LogFile.setValue(connection, LogFile.OLDEST, Long.toString(source.oldest()));
        // Which is what its lived time begins with.
        LogFile.setValue(
            connection, "clock", new LogClock.Moment(clock.millis(), clock.millis()).toString());
        LogFile.commit(connection);
      } else if (!known.equals(mark)) {
        throw new LogCopyException(
            directory
                + " holds the unfinished copy of another log, or of this one before it went on:"
                + " delete it, or choose another directory");
      }
      String lived = LogFile.value(connection, "clock");
      writer = new CopyWriter(connection, lived == null ? 0 : LogClock.Moment.parse(lived).lived());
      newest = source.newest();
      return Math.max(
          LogFile.oldest(connection) - 1,
          LogFile.number(connection, "SELECT max(sequence) FROM events"));
    });
  }

  @Override
  public void write(CopiedPage page) throws LogCopyException {
    CopyWriter writing = writer;
    if (writing == null) {
      throw new IllegalStateException("it has not begun");
    }
    step(() -> {
      LogFile.begin(connection);
      for (CopiedEvent event : page.events()) {
        writing.write(event);
      }
      writing.flush();
      LogFile.commit(connection);
      return page;
    });
  }

  /// From here on nothing is written but the end: what was committed can be read.
  @Override
  public void settle() throws LogCopyException {
    step(() -> {
      LogFile.execute(connection, LogFile.FOLD_BACK);
      reader = new CopyReader(directory, connection);
      return newest;
    });
  }

  @Override
  public CopiedPage read(long after, long upTo) throws LogCopyException {
    CopyReader reading = reader;
    if (reading == null) {
      throw new IllegalStateException("it is not settled");
    }
    return step(() -> reading.read(after, upTo));
  }

  @Override
  public String finish() throws LogCopyException {
    closeReader();
    return step(() -> {
      // The end, and with it all that was copied, is on the disk when it is told.
      LogFile.setDurability(connection, Durability.POWER);
      LogFile.begin(connection);
      LogFile.setValue(connection, LogFile.NEWEST, Long.toString(newest));
      LogFile.commit(connection);
      String epoch = LogIdentity.begin(connection, files.mark(), newest);
      LogFile.begin(connection);
      LogFile.execute(connection, "DELETE FROM log WHERE name = '" + LogFile.COPY + "'");
      LogFile.commit(connection);
      return epoch;
    });
  }

  private void closeReader() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  @Override
  public void close() {
    closeReader();
    if (writer != null) {
      writer.close();
    }
    files.close();
  }
}
