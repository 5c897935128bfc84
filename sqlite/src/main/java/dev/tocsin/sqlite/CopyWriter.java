package dev.tocsin.sqlite;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// Writes events of another log under the sequences that they have there, in a transaction of its owner's. Of one thread.
final class CopyWriter implements AutoCloseable {

  private final PreparedStatement insert;
  private final PreparedStatement insertKey;
  private final long livedMillis;

  /// @param livedMillis what the log has lived through, see [LogClock]
  CopyWriter(Connection connection, long livedMillis) throws SQLException {
    this.insert = connection.prepareStatement(LogWriter.INSERT);
    this.insertKey = connection.prepareStatement(LogWriter.INSERT_KEY);
    this.livedMillis = livedMillis;
  }

  void write(CopiedEvent copied) throws SQLException {
    EncodedEvent event = copied.event();
    insert.setLong(1, copied.sequence());
    insert.setString(2, event.type());
    insert.setString(3, event.channel().orElse(null));
    insert.setString(4, event.timestamp());
    insert.setString(5, event.correlationId().orElse(null));
    insert.setLong(6, copied.acceptedMillis());
    insert.setBytes(7, event.payload());
    insert.addBatch();
    CopiedKey key = copied.key();
    if (key != null) {
      insertKey.setString(1, CopiedKeys.name(key.digest()));
      insertKey.setBytes(2, key.bodyDigest());
      insertKey.setLong(3, copied.sequence());
      insertKey.setString(4, event.timestamp());
      insertKey.setLong(5, livedMillis + key.leftMillis());
      insertKey.addBatch();
    }
  }

  /// Hands over what was written.
  void flush() throws SQLException {
    insert.executeBatch();
    insertKey.executeBatch();
  }

  @Override
  public void close() {
    try {
      insert.close();
      insertKey.close();
    } catch (SQLException e) {
      // They go with their connection.
    }
  }
}
