package dev.tocsin.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a log on disk stands, seen from outside: nothing of it is opened for writing, made or changed, whoever looks, and a
/// server that uses it does not notice. Immutable.
///
/// @param isInUse whether a server has it open
/// @param wasClosed whether nothing of it is left in the write-ahead file, from which the next start takes it
/// @param bytes what its files take
/// @param newest the newest sequence that was acknowledged; 0 for none, or where the note of it says nothing
/// @param written when that was, by the clock of the machine then; `null` where it is not known
public record LogLook(
    boolean isInUse, boolean wasClosed, long bytes, long newest, @Nullable Instant written) {

  /// What every database begins with.
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  private static final int HEADER_BYTES = 100;
  private static final int VERSION_AT = 60;
  private static final int APPLICATION_AT = 68;

  /// Looks at the log of a directory; empty when it has none.
  ///
  /// @throws LogOpenException with a sentence, when a server could not start with what is there
  public static Optional<LogLook> at(Path directory) throws LogOpenException {
    Path journal = directory.resolve(LogFile.JOURNAL);
    LogLock.requireFile(directory.resolve(LogLock.NAME));
    LogLock.requireFile(directory.resolve(LogFile.NAME));
    LogLock.requireFile(journal);
    if (!LogFile.isIn(directory)) {
      return Optional.empty();
    }
    Path mark = directory.resolve(LogMark.NAME);
    try {
      boolean isInUse = LogLock.isTaken(directory);
      boolean wasClosed = !isInUse && journal.toFile().length() == 0;
      if (!isInUse) {
        // Within one process, to open and close the file would give up the lock that a server has
        // on it.
        requireLog(directory.resolve(LogFile.NAME), wasClosed);
      }
      LogMark.Note note = LogMark.read(mark);
      return Optional.of(
          new LogLook(
              isInUse,
              wasClosed,
              LogFile.size(directory),
              note == null ? 0 : note.newest(),
              note == null || note.newest() == 0
                  ? null
                  : Files.getLastModifiedTime(mark).toInstant()));
    } catch (AccessDeniedException e) {
      throw new LogOpenException(
          e.getFile() + " is not for this user: run this as the user that the server runs as", e);
    } catch (IOException e) {
      throw new LogOpenException(
          "the log in " + directory + " cannot be looked at: " + LogLock.reason(e), e);
    }
  }

  /// Refuses what a start would refuse by the first bytes of the file.
  ///
  /// @param isWhole whether the file holds all there is: what is new may be in the write-ahead file alone
  private static void requireLog(Path file, boolean isWhole) throws IOException, LogOpenException {
    byte[] header;
    try (InputStream in = Files.newInputStream(file)) {
      header = in.readNBytes(HEADER_BYTES);
    }
    if (header.length == 0) {
      return; // a start that did not get far
    }
    if (header.length < HEADER_BYTES
        || !Arrays.equals(MAGIC, 0, MAGIC.length, header, 0, MAGIC.length)) {
      throw new LogOpenException(LogFault.noDatabase(file));
    }
    ByteBuffer numbers = ByteBuffer.wrap(header);
    long version = numbers.getInt(VERSION_AT);
    long application = numbers.getInt(APPLICATION_AT);
    if (!LogSchema.isLog(application, version, file) && isWhole && application != 0) {
      throw LogSchema.foreign(file);
    }
  }

  /// The version of SQLite, whose native library is loaded for it.
  ///
  /// @throws LogOpenException when it cannot be loaded
  public static String engine() throws LogOpenException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = connection.createStatement();
        var version = statement.executeQuery("SELECT sqlite_version()")) {
      return version.getString(1);
    } catch (SQLException | LinkageError e) {
      throw new LogOpenException(
          "SQLite's native library cannot be loaded ("
              + e.getMessage()
              + "): its file has to be one that may be executed, which a /tmp that is mounted"
              + " noexec does not allow",
          e);
    }
  }
}
