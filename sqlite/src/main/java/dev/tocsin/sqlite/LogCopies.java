package dev.tocsin.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes copies of a log for other programs, which cannot read it while a server has it open.
///
/// Whoever wants one and may write to the log's directory puts [#REQUEST] there. The server makes the
/// copy beside it, on a thread of its own, and takes the request away when it is there, or when
/// [#FAILED] says why not. Belongs to the log's thread; [#copy] is the other side.
final class LogCopies implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogCopies.class);

  static final String REQUEST = "copy.request";
  static final String PART = "copy.part";
  static final String COPY = "copy.db";
  static final String FAILED = "copy.failed";

  private static final long POLL_MILLIS = 50;

  /// How long a server may take to begin.
  private static final long BEGIN_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Path directory;
  private final Source source;
  private @Nullable Thread thread;
  private volatile @Nullable PreparedStatement copying;

  /// What a copy is made with.
  interface Source {
    Connection open(Path directory) throws SQLException;
  }

  LogCopies(Path directory) {
    this(directory, LogFile::openForFoldingBack);
  }

  LogCopies(Path directory, Source source) {
    this.directory = directory;
    this.source = source;
  }

  /// Begins with a copy when one is asked for. Once a second.
  void look() {
    if ((thread == null || !thread.isAlive()) && Files.isRegularFile(directory.resolve(REQUEST))) {
      thread = Thread.ofPlatform().name("tocsin-log-copy").daemon().start(this::copyAsAsked);
    }
  }

  private void copyAsAsked() {
    try {
      Files.deleteIfExists(directory.resolve(FAILED));
      Files.deleteIfExists(directory.resolve(COPY));
      Files.deleteIfExists(directory.resolve(PART));
      makePart();
      try (Connection connection = source.open(directory);
          PreparedStatement statement = connection.prepareStatement("VACUUM INTO ?")) {
        copying = statement;
        statement.setString(1, directory.resolve(PART).toString());
        statement.executeUpdate();
      }
      Files.move(directory.resolve(PART), directory.resolve(COPY));
    } catch (Throwable e) {
      LOG.atWarn().setCause(e).log("the log could not be copied");
      tell(e);
    } finally {
      copying = null;
      delete(REQUEST);
    }
  }

  /// Makes the file for SQLite to fill: whoever may not read the log may not read the copy.
  private void makePart() throws IOException {
    Path part = directory.resolve(PART);
    LogFile.makeForOwner(part);
    if (LogFile.hasModes(part)) {
      Files.setPosixFilePermissions(
          part, Files.getPosixFilePermissions(directory.resolve(LogFile.NAME)));
    }
  }

  private void tell(Throwable e) {
    delete(PART);
    try {
      Files.writeString(directory.resolve(FAILED), String.valueOf(e.getMessage()));
    } catch (IOException unwritten) {
      // Then whoever asked finds no copy, and no reason.
    }
  }

  private void delete(String name) {
    try {
      Files.deleteIfExists(directory.resolve(name));
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("a file of the copy is left");
    }
  }

  /// Gives up the copy that is being made.
  @Override
  public void close() {
    Thread running = thread;
    if (running == null) {
      return;
    }
    Ends.await(running, this::cancel);
  }

  private void cancel() {
    try {
      PreparedStatement statement = copying;
      if (statement != null) {
        statement.cancel();
      }
    } catch (SQLException e) {
      LOG.atDebug().setCause(e).log("the copy was not given up");
    }
  }

  /// Copies a log to a file, by means of the server if one has it open. Blocks until it is done.
  static void copy(Path directory, Path to) throws LogOpenException, InterruptedException {
    if (!LogFile.isIn(directory)) {
      throw new LogOpenException("there is no log in " + directory + ": check the folder");
    }
    if (Files.exists(to)) {
      throw new LogOpenException(to + " is there already: choose another name");
    }
    LogLock lock = LogLock.tryToTake(directory);
    try {
      LogCopies copies = new LogCopies(directory);
      Files.write(directory.resolve(REQUEST), new byte[0]);
      if (lock == null) {
        copies.await();
      } else {
        copies.copyAsAsked();
      }
      copies.handOver(to);
    } catch (IOException e) {
      throw LogLock.cannotWrite(e.getMessage() == null ? directory : to, LogLock.reason(e), e);
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }

  private void await() throws LogOpenException, InterruptedException {
    long begin = System.nanoTime();
    while (Files.exists(directory.resolve(REQUEST))) {
      if (System.nanoTime() - begin > BEGIN_NANOS && !Files.exists(directory.resolve(PART))) {
        delete(REQUEST);
        throw new LogOpenException(
            "the server that has the log in " + directory + " open does not make a copy of it");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private void handOver(Path to) throws IOException, LogOpenException {
    Path failed = directory.resolve(FAILED);
    if (Files.exists(directory.resolve(COPY))) {
      Files.move(directory.resolve(COPY), to);
      return;
    }
    String reason = Files.exists(failed) ? Files.readString(failed) : "no reason is known";
    delete(FAILED);
    throw new LogOpenException("the log in " + directory + " could not be copied: " + reason);
  }
}
