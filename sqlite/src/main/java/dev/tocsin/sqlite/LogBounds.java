package dev.tocsin.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// From where to where a log goes by what it has noted, so that a row that is missing at either end is known
/// to be lost.
///
/// @param oldest the oldest sequence that retention has left; one more than `newest` when it has left none
/// @param newest the newest sequence that was ever given
/// @param surelyNewest whether the database itself knows the newest one; else its place is damaged, and the
///     [LogMark] vouches for it
record LogBounds(long oldest, long newest, boolean surelyNewest) {

  /// The bounds of a log that is being opened. Notes the oldest sequence where that is not noted yet.
  ///
  /// @throws SQLException also when the place of the newest event is damaged and nothing vouches for it
  static LogBounds find(Connection connection, LogMark mark) throws SQLException, LogOpenException {
    long noted = noted(connection, LogFile.NEWEST);
    long newest;
    boolean sure = true;
    try {
      newest = LogFile.number(connection, "SELECT max(sequence) FROM events");
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      long indexed = newestIndexed(connection);
      LogMark.Note note = credible(mark.read(), connection);
      if (indexed == 0 && note == null) {
        throw e;
      }
      sure = indexed > 0;
      newest = Math.max(indexed, note == null ? 0 : note.newest());
    }
    newest = Math.max(newest, noted);
    return new LogBounds(oldest(connection, newest), newest, sure);
  }

  /// The newest sequence in the index of the types; 0 when that tells nothing.
  private static long newestIndexed(Connection connection) throws SQLException {
    Map<String, Long> last = TypeIndex.lookUp(connection);
    return last == null ? 0 : last.values().stream().mapToLong(n -> n).max().orElse(0);
  }

  private static LogMark.@Nullable Note credible(LogMark.@Nullable Note note, Connection connection)
      throws SQLException {
    return note != null && note.epoch().equals(LogFile.value(connection, "epoch")) ? note : null;
  }

  private static long oldest(Connection connection, long newest)
      throws SQLException, LogOpenException {
    long noted = noted(connection, LogFile.OLDEST);
    if (noted > 0) {
      return noted;
    }
    long oldest = oldestUnnoted(connection, newest);
    LogFile.setValue(connection, LogFile.OLDEST, Long.toString(oldest));
    return oldest;
  }

  /// The oldest sequence of a log that was made before this was noted.
  private static long oldestUnnoted(Connection connection, long newest) throws SQLException {
    if (LogFile.value(connection, LogFile.NEWEST) == null) {
      // Noted whenever something is thrown away: nothing ever was.
      return 1;
    }
    try {
      long oldest = LogFile.number(connection, "SELECT min(sequence) FROM events");
      return oldest == 0 ? newest + 1 : oldest;
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      // Rather too much is told than too little.
      return 1;
    }
  }

  private static long noted(Connection connection, String name)
      throws SQLException, LogOpenException {
    String value = LogFile.value(connection, name);
    try {
      return value == null ? 0 : Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw LogFault.corrupt(name, value, e);
    }
  }
}
