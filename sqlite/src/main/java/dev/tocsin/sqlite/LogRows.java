package dev.tocsin.sqlite;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// The rows of the log: the event in each, and which of them are damaged.
final class LogRows {

  static final String ONE =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence = ?
      """;

  private static final String TYPES =
      "SELECT sequence, type FROM events NOT INDEXED WHERE sequence >= ? ORDER BY sequence";

  /// How far the end of a damaged stretch is looked for one by one. Beyond it the steps grow, and some
  /// events between two damaged places may be given up.
  private static final int SINGLE_PROBES = 256;

  private LogRows() {}

  /// The event in a row.
  ///
  /// @throws SQLException as for a damaged page when the row is not what was stored: SQLite takes what
  ///     lies beyond the end of a file that was cut short for zeros, and a text for a text whatever its bytes
  static LoggedEvent event(ResultSet row) throws SQLException {
    long sequence = row.getLong(1);
    String type = row.getString(2);
    String timestamp = row.getString(4);
    byte[] payload = row.getBytes(6);
    if (type == null || timestamp == null || payload == null) {
      throw damaged(sequence);
    }
    return new LoggedEvent(
        sequence,
        EncodedEvent.ofStored(type, payload, timestamp, row.getString(5), row.getString(3))
            .orElseThrow(() -> damaged(sequence)));
  }

  private static SQLException damaged(long sequence) {
    return LogFault.damage("the row of event " + sequence + " is not what was stored");
  }

  /// The last sequence of a stretch that is damaged from `from` on, in the direction of `last`.
  static long endOfDamage(Connection connection, long from, long last) throws SQLException {
    long count = Math.abs(last - from);
    int sign = last < from ? -1 : 1;
    long damaged = 0;
    while (damaged < count && damaged < SINGLE_PROBES) {
      if (!isDamaged(connection, from + sign * (damaged + 1))) {
        return from + sign * damaged;
      }
      damaged++;
    }
    long step = SINGLE_PROBES;
    while (damaged + step <= count && isDamaged(connection, from + sign * (damaged + step))) {
      damaged += step;
      step *= 2;
    }
    long readable = Math.min(damaged + step, count + 1);
    while (readable - damaged > 1) {
      long middle = damaged + (readable - damaged) / 2;
      if (isDamaged(connection, from + sign * middle)) {
        damaged = middle;
      } else {
        readable = middle;
      }
    }
    return from + sign * damaged;
  }

  /// The last sequence of each type, found by a look at every event: for a log without the index.
  ///
  /// @param unreadable is told of what cannot be looked at
  static Map<String, Long> lastByType(
      Connection connection, LogBounds bounds, UnreadableStretches unreadable) throws SQLException {
    Map<String, Long> last = new HashMap<>();
    for (long next = bounds.oldest(); next <= bounds.newest(); ) {
      try (PreparedStatement all = connection.prepareStatement(TYPES)) {
        all.setLong(1, next);
        try (ResultSet rows = all.executeQuery()) {
          while (rows.next()) {
            long sequence = rows.getLong(1);
            String type = rows.getString(2);
            if (sequence < next || type == null) {
              throw damaged(sequence);
            }
            last.put(type, sequence);
            next = sequence + 1;
          }
        }
        return last;
      } catch (SQLException e) {
        if (!LogFault.isDamage(e)) {
          throw e;
        }
        long to = endOfDamage(connection, next, bounds.newest());
        unreadable.add(next, to);
        next = to + 1;
      }
    }
    return last;
  }

  private static boolean isDamaged(Connection connection, long sequence) throws SQLException {
    try (PreparedStatement one = connection.prepareStatement(ONE)) {
      one.setLong(1, sequence);
      try (ResultSet row = one.executeQuery()) {
        if (row.next()) {
          event(row);
        }
        return false;
      }
    } catch (SQLException e) {
      if (LogFault.isDamage(e)) {
        return true;
      }
      throw e;
    }
  }
}
