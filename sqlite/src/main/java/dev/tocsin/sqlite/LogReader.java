package dev.tocsin.sqlite;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;

/// Reads pages of the log, beside the log's thread. One page at a time; no read holds a transaction
/// longer than its page, so that the write-ahead file can be folded back.
final class LogReader {

  private static final String PAGE =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
      """;

  private static final String SEQUENCES_OF_TYPE =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
      """;

  private static final String ONE =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence = ?
      """;

  // Fair, so that one who reads on and on lets the log's thread in.
  private final ReentrantLock lock = new ReentrantLock(true);

  // guarded by lock
  private final Connection connection;

  LogReader(Path directory) throws SQLException {
    this.connection = LogFile.openForReading(directory);
  }

  /// See [dev.tocsin.hub.EventLog#read].
  ///
  /// @param newest what is behind it is not told
  List<LoggedEvent> read(long after, long newest, int maxEvents, int maxBytes) throws SQLException {
    lock.lock();
    // Prepared for each page, because a statement that has failed is of no use any more.
    try (PreparedStatement page = connection.prepareStatement(PAGE)) {
      page.setLong(1, after);
      page.setLong(2, newest);
      page.setInt(3, maxEvents);
      List<LoggedEvent> events = new ArrayList<>();
      long bytes = 0;
      try (ResultSet rows = page.executeQuery()) {
        while (rows.next()) {
          LoggedEvent event = event(rows);
          bytes += event.event().json().length;
          if (bytes > maxBytes && !events.isEmpty()) {
            break;
          }
          events.add(event);
        }
      }
      return events;
    } finally {
      lock.unlock();
    }
  }

  /// See [dev.tocsin.hub.EventLog#readOfTypes]. The index says where the events of each type are; only
  /// what is told is read.
  ///
  /// @param newest what is behind it is not told
  List<LoggedEvent> readOfTypes(
      long after, long newest, Collection<String> types, int maxEvents, int maxBytes)
      throws SQLException {
    lock.lock();
    try {
      List<LoggedEvent> events;
      long[] sequences;
      do {
        sequences = sequences(after, newest, types, maxEvents);
        events = events(sequences, maxBytes);
        // When all of them were thrown away in between, there may be others.
      } while (events.isEmpty() && sequences.length > 0);
      return events;
    } finally {
      lock.unlock();
    }
  }

  private List<LoggedEvent> events(long[] sequences, int maxBytes) throws SQLException {
    try (PreparedStatement one = connection.prepareStatement(ONE)) {
      List<LoggedEvent> events = new ArrayList<>();
      long bytes = 0;
      for (long sequence : sequences) {
        one.setLong(1, sequence);
        try (ResultSet row = one.executeQuery()) {
          if (!row.next()) {
            continue;
          }
          LoggedEvent event = event(row);
          bytes += event.event().json().length;
          if (bytes > maxBytes && !events.isEmpty()) {
            break;
          }
          events.add(event);
        }
      }
      return events;
    }
  }

  private long[] sequences(long after, long newest, Collection<String> types, int maxEvents)
      throws SQLException {
    LongStream.Builder found = LongStream.builder();
    try (PreparedStatement ofType = connection.prepareStatement(SEQUENCES_OF_TYPE)) {
      for (String type : types) {
        ofType.setString(1, type);
        ofType.setLong(2, after);
        ofType.setLong(3, newest);
        ofType.setInt(4, maxEvents);
        try (ResultSet rows = ofType.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getLong(1));
          }
        }
      }
    }
    return found.build().sorted().limit(maxEvents).toArray();
  }

  private static LoggedEvent event(ResultSet row) throws SQLException {
    return new LoggedEvent(
        row.getLong(1),
        EncodedEvent.of(
            row.getString(2),
            row.getBytes(6),
            row.getString(4),
            row.getString(5),
            row.getString(3)));
  }

  /// Folds the write-ahead file back while nobody reads. SQLite does that by itself, but no further
  /// than the oldest read that is under way; with readers who are never idle that may be never.
  ///
  /// @param writer the connection to do it with
  void foldBack(Connection writer) throws SQLException {
    lock.lock();
    try {
      LogFile.execute(writer, "PRAGMA wal_checkpoint(PASSIVE)");
    } finally {
      lock.unlock();
    }
  }

  void close() throws SQLException {
    lock.lock();
    try {
      connection.close();
    } finally {
      lock.unlock();
    }
  }
}
