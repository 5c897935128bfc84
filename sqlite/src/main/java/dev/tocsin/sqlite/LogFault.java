package dev.tocsin.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/// What SQLite's errors mean for an operator: sentences that say what to do.
final class LogFault {

  /// The log's thread has ended by a fault of the program.
  static final String DIED = "The log's writer has died; restart the server";

  /// A write has been under way for longer than anything may wait for it.
  static final String HANGS = "The disk with the log does not answer";

  /// The log was closed in order.
  static final String CLOSED = "The log is closed";

  /// The index could not be made anew when the log was opened.
  static final String WITHOUT_INDEX =
      "The index of the event types is missing, so reading some types takes longer; mend what is"
          + " damaged, or make room, and restart the server";

  private LogFault() {}

  /// Several sentences as one; empty when there are none.
  static Optional<String> joined(@Nullable String... sentences) {
    return Arrays.stream(sentences)
        .filter(Objects::nonNull)
        .reduce((first, second) -> first + ". " + second);
  }

  /// The file is not what it should be.
  static String noDatabase(Path file) {
    return file
        + " is damaged or not a database: restore a backup (docs/log-format.md), or move it"
        + " away to start with an empty log";
  }

  /// Why the file cannot be opened.
  static String whenOpening(Path file, SQLException e) {
    return switch (code(e)) {
      case SQLITE_NOTADB, SQLITE_CORRUPT -> noDatabase(file);
      case SQLITE_FULL -> "the disk with " + file + " is full: make room and start again";
      case SQLITE_BUSY, SQLITE_LOCKED ->
          "another program holds " + file + " locked: end it and start again";
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_IOERR ->
          "cannot write to "
              + file
              + " ("
              + e.getMessage()
              + "): check its permissions and the room on its disk, or choose another folder";
      default -> "cannot open " + file + ": " + e.getMessage();
    };
  }

  /// What a value of the table `log` says is not what it could say.
  static LogOpenException corrupt(String name, @Nullable String value, Exception cause) {
    return new LogOpenException(
        "the log is damaged: its table log says "
            + name
            + " = '"
            + value
            + "'. Restore a backup (docs/log-format.md), or move the log away to start with an"
            + " empty one",
        cause);
  }

  /// Why the log cannot take events.
  static String whenWriting(Exception e) {
    if (e instanceof LogPlace.LostException lost) {
      return String.valueOf(lost.getMessage());
    }
    return switch (code(e)) {
      case SQLITE_FULL -> "The disk with the log is full; it goes on when there is room";
      case SQLITE_BUSY, SQLITE_LOCKED ->
          "Another program holds the log's file locked; it goes on when that lets go";
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
          "The log cannot be written to; check its permissions";
      case SQLITE_NOTADB, SQLITE_CORRUPT ->
          "The log is damaged; restore a backup (docs/log-format.md)";
      case SQLITE_IOERR -> "The disk with the log reports an error; it goes on when that is mended";
      default -> "The log cannot be written to: " + e.getMessage();
    };
  }

  /// Why the log cannot be read, or not all of it.
  static String whenReading(SQLException e) {
    return switch (code(e)) {
      case SQLITE_IOERR -> "The disk with the log reports an error when it is read";
      case SQLITE_BUSY, SQLITE_LOCKED -> "Another program holds the log's file locked";
      default -> "The log cannot be read: " + e.getMessage();
    };
  }

  /// Why nothing old is thrown away.
  static String whenThrowingAway(SQLException e) {
    return isDamage(e)
        ? "The log is damaged, so old events cannot be thrown away; restore a backup before the"
            + " disk is full (docs/log-format.md)"
        : "The disk with the log reports an error, so old events cannot be thrown away; mend it"
            + " before it is full";
  }

  /// Whether another program holds the file, so that waiting may help.
  static boolean isBusy(Exception e) {
    return code(e) == SQLiteErrorCode.SQLITE_BUSY;
  }

  /// Whether there is no room on the disk.
  static boolean isFull(Exception e) {
    return code(e) == SQLiteErrorCode.SQLITE_FULL;
  }

  /// Whether the disk reports an error that may pass.
  static boolean isDiskError(Exception e) {
    return code(e) == SQLiteErrorCode.SQLITE_IOERR && !isDamage(e);
  }

  /// The error of a full disk, before SQLite notices.
  static SQLException full() {
    return new SQLException("no room to fold back", null, SQLiteErrorCode.SQLITE_FULL.code);
  }

  /// Whether what is stored is damaged, so that trying again is of no use.
  static boolean isDamage(Exception e) {
    if (!(e instanceof SQLException sql)) {
      return false;
    }
    return switch (SQLiteErrorCode.getErrorCode(sql.getErrorCode())) {
      case SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_CORRUPTFS -> true;
      default ->
          code(e) == SQLiteErrorCode.SQLITE_CORRUPT || code(e) == SQLiteErrorCode.SQLITE_NOTADB;
    };
  }

  /// Whether there is no index of the types, so that the events themselves have to be looked at.
  static boolean isWithoutIndex(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_ERROR
        && String.valueOf(e.getMessage()).contains("no such index");
  }

  /// The error of reading what is damaged, although SQLite has not noticed.
  static SQLException damage(String what) {
    return new SQLException(what, null, SQLiteErrorCode.SQLITE_CORRUPT.code);
  }

  /// The primary code: SQLite keeps its extensions in the upper bytes.
  private static SQLiteErrorCode code(Exception e) {
    return SQLiteErrorCode.getErrorCode(
        e instanceof SQLException sql ? sql.getErrorCode() & 0xFF : -1);
  }
}
