package dev.tocsin.sqlite;

import dev.tocsin.hub.CopiedKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The idempotency keys of a closed log that are still remembered, beside its events: both ascend. Of one thread.
final class KeyCursor implements AutoCloseable {

  private static final String KEYS =
      """
      SELECT key, body_digest, sequence, expires_at FROM idempotency_keys
      WHERE expires_at > ? ORDER BY id
      """;

  private final long livedMillis;
  private final PreparedStatement statement;
  private final ResultSet rows;

  /// The sequence of the row; [Long#MAX_VALUE] after the last.
  private long sequence;

  /// The last sequence that was asked for.
  private long asked;

  KeyCursor(Connection connection) throws SQLException, LogOpenException {
    String clock = LogFile.value(connection, "clock");
    this.livedMillis = clock == null ? 0 : LogClock.Moment.parse(clock).lived();
    this.statement = connection.prepareStatement(KEYS);
    statement.setLong(1, livedMillis);
    this.rows = statement.executeQuery();
    advance();
  }

  private void advance() throws SQLException {
    sequence = rows.next() ? rows.getLong(3) : Long.MAX_VALUE;
  }

  /// Whether what follows a position can be asked for.
  boolean isBehind(long position) {
    return asked <= position;
  }

  /// The key of an event; `null` when it has none. Asked for in ascending order.
  @Nullable CopiedKey of(long event) throws SQLException {
    asked = event;
    while (sequence < event) {
      advance();
    }
    return sequence == event
        ? new CopiedKey(
            CopiedKeys.digest(rows.getString(1)), rows.getBytes(2), rows.getLong(4) - livedMillis)
        : null;
  }

  @Override
  public void close() {
    try {
      statement.close();
    } catch (SQLException e) {
      // It goes with its connection.
    }
  }
}
