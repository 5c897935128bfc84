package dev.tocsin.sqlite;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a restart will look for the log, and whether that is still the log that is open: a file that
/// was deleted, moved or replaced goes on taking events, and nobody finds them again. Belongs to the
/// log's thread.
///
/// Looks at the entries of the files, never into them: to open and close the database would give up the lock
/// that this process has on it. The write-ahead file has no lock, and is held open for its length: asking by
/// its name takes three times as long, which a single event would notice.
final class LogPlace implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogPlace.class);

  /// How long a look is good for. An event is acknowledged only when one this young found all in place.
  static final long GOOD_FOR_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path database;
  private final Path journal;
  private final File journalFile;
  private final FileChannel openJournal;
  private final @Nullable Object databaseKey;
  private final @Nullable Object journalKey;

  /// The least that the write-ahead file has, as long as only the log writes to it.
  private long journalBytes;

  /// The least that the database has, as long as only the log writes to it.
  private long databaseBytes;

  /// Whether a checkpoint may make the database shorter than it is, down to `databaseBytes`.
  private boolean databaseShrinks;

  private boolean databaseIsCut;
  private boolean journalIsCut;
  private @Nullable String fault;
  private long lookedAtNanos;

  private LogPlace(Path directory, long bytes) throws IOException {
    this.database = directory.resolve(LogFile.NAME);
    this.journal = directory.resolve(LogFile.JOURNAL);
    this.journalFile = journal.toFile();
    this.openJournal = FileChannel.open(journal, StandardOpenOption.READ);
    BasicFileAttributes found = attributes(database);
    this.databaseKey = found.fileKey();
    this.databaseShrinks = bytes < found.size();
    this.databaseBytes = Math.min(bytes, found.size());
    BasicFileAttributes attributes = attributes(journal);
    this.journalKey = attributes.fileKey();
    this.journalBytes = attributes.size();
    this.lookedAtNanos = System.nanoTime();
  }

  /// That the log is not where a restart will look for it. The message is a sentence for a person.
  static final class LostException extends SQLException {
    private static final long serialVersionUID = 1;

    LostException(String message) {
      super(message);
    }
  }

  /// The place of a log that was opened just now and has been written to.
  ///
  /// @param bytes what the database takes as a file once everything is folded back
  static LogPlace of(Path directory, long bytes) throws LogOpenException {
    try {
      // As it is now: the working directory may become another.
      return new LogPlace(directory.toAbsolutePath(), bytes);
    } catch (IOException e) {
      throw new LogOpenException(
          "the log in " + directory + " was taken away while it was opened: start again", e);
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class);
  }

  /// Looks, unless it did a moment ago; at the length of the write-ahead file every time, because the
  /// next write would make one that was cut short look whole.
  ///
  /// @throws LostException when something is not as it was
  void require() throws LostException {
    long now = System.nanoTime();
    if (isShort(openJournalBytes()) || fault != null || now - lookedAtNanos >= GOOD_FOR_NANOS) {
      look();
      lookedAtNanos = now;
    }
    if (fault != null) {
      throw new LostException(fault);
    }
  }

  /// What a look finds wrong; `null` for nothing. A file that was moved back is in place again.
  @Nullable String look() {
    fault = faultOf(database, databaseKey);
    if (fault == null && !databaseIsCut) {
      noteDatabase();
    }
    if (fault == null && databaseIsCut) {
      // Before the write-ahead file: SQLite cuts that short itself when the database is empty.
      fault =
          "The log's file "
              + database.getFileName()
              + " was cut short by another program, so events are lost; restart the server";
    }
    if (fault == null) {
      fault = faultOf(journal, journalKey);
    }
    if (fault == null && !journalIsCut) {
      noteJournal();
    }
    if (fault == null && journalIsCut) {
      fault =
          "The log's write-ahead file was cut short by another program, so its newest events may be"
              + " lost; restart the server";
    }
    return fault;
  }

  private static @Nullable String faultOf(Path file, @Nullable Object key) {
    String name = "The log's file " + file.getFileName();
    String advice = "; put it back, or restart the server";
    try {
      return key == null || key.equals(attributes(file).fileKey())
          ? null
          : name + " was replaced by another" + advice;
    } catch (NoSuchFileException e) {
      return name + " was deleted or moved away" + advice;
    } catch (IOException e) {
      return name + " cannot be looked at (" + LogLock.reason(e) + ")";
    }
  }

  private void noteDatabase() {
    long length = database.toFile().length();
    databaseIsCut = length < databaseBytes;
    if (!databaseIsCut && !databaseShrinks) {
      databaseBytes = length;
    }
  }

  /// The log is about to give room back: some checkpoint will make the database as short as that.
  ///
  /// @param bytes what it will take
  void noteShrinking(long bytes) {
    databaseShrinks = true;
    databaseBytes = Math.min(databaseBytes, bytes);
  }

  /// The log has written: the file has become as long as it is now.
  void noteWrite() {
    journalBytes = openJournalBytes();
  }

  private void noteJournal() {
    long length = journalFile.length();
    journalIsCut = isShort(length);
    journalBytes = length;
  }

  /// Whatever its name means by now: that is looked at with the others.
  private long openJournalBytes() {
    try {
      return openJournal.size();
    } catch (IOException e) {
      return journalFile.length();
    }
  }

  private boolean isShort(long journalLength) {
    return journalLength < Math.min(journalBytes, LogFile.JOURNAL_LIMIT_BYTES);
  }

  /// Whether the write-ahead file was cut short. Its index then points to what is not there, and folding
  /// it back would spoil the database: it must not even be closed.
  boolean journalIsCut() {
    return journalIsCut;
  }

  /// What is asked after this is found by name.
  @Override
  public void close() {
    try {
      openJournal.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("the write-ahead file was not closed");
    }
  }
}
