package dev.tocsin.sqlite;

import dev.tocsin.hub.Stretch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds where in the log a moment is. Halves what is left some twenty times. What is damaged at the place
/// counts as after it. Used by one thread.
final class TimeSearch {

  private static final String ACCEPTED_AT =
      "SELECT sequence, accepted_at FROM events WHERE sequence >= ? ORDER BY sequence LIMIT 1";

  /// How many damaged stretches one step passes.
  private static final int MAX_PASSED = 8;

  private final Connection connection;
  private final UnreadableStretches unreadable;

  TimeSearch(Connection connection, UnreadableStretches unreadable) {
    this.connection = connection;
    this.unreadable = unreadable;
  }

  /// See [dev.tocsin.hub.EventLog#positionAt].
  ///
  /// @param oldest the oldest sequence
  /// @param newest the newest position
  long positionAt(long millis, long oldest, long newest) throws SQLException {
    long low = Math.min(oldest, newest + 1);
    long high = newest + 1;
    while (low < high) {
      long middle = (low + high) >>> 1;
      Accepted accepted = acceptedFrom(middle, high);
      if (accepted == null || accepted.at >= millis) {
        high = middle;
      } else {
        low = accepted.sequence + 1;
      }
    }
    return low - 1;
  }

  /// When an event was accepted, in milliseconds since 1970.
  private record Accepted(long sequence, long at) {}

  /// The first event that can be read from a sequence on and below another one.
  private @Nullable Accepted acceptedFrom(long from, long below) throws SQLException {
    long sequence = from;
    for (int passed = 0; sequence < below && passed <= MAX_PASSED; passed++) {
      Optional<Stretch> known = unreadable.at(sequence);
      if (known.isPresent()) {
        sequence = known.get().to() + 1;
        continue;
      }
      try (PreparedStatement statement = connection.prepareStatement(ACCEPTED_AT)) {
        statement.setLong(1, sequence);
        try (ResultSet row = statement.executeQuery()) {
          return row.next() && row.getLong(1) < below
              ? new Accepted(row.getLong(1), accepted(row))
              : null;
        }
      } catch (SQLException e) {
        if (!LogFault.isDamage(e)) {
          throw e;
        }
        long to = LogRows.endOfDamage(connection, sequence, below - 1);
        unreadable.add(sequence, to);
        sequence = to + 1;
      }
    }
    return null;
  }

  private static long accepted(ResultSet row) throws SQLException {
    long at = row.getLong(2);
    if (row.wasNull()) {
      throw LogFault.damage("the row of event " + row.getLong(1) + " is not whole");
    }
    return at;
  }
}
