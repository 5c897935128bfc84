package dev.tocsin.sqlite;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.IdempotencyKey;
import dev.tocsin.hub.LoggedEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes groups of events, each in a transaction. Belongs to the log's thread, which throws the writer
/// away when it has failed: its statements are of no use then.
final class LogWriter implements AutoCloseable {

  // The payload comes as bytes of UTF-8, and they are kept as they are.
  static final String INSERT =
      """
      INSERT INTO events (sequence, type, channel, timestamp, correlation_id, accepted_at, payload)
      VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT))
      """;
  private static final String FIND_KEY =
      """
      SELECT body_digest, sequence, timestamp FROM idempotency_keys
      WHERE key IN (?, ?) AND expires_at > ?
      """;
  static final String INSERT_KEY =
      """
      INSERT OR REPLACE INTO idempotency_keys (key, body_digest, sequence, timestamp, expires_at)
      VALUES (?, ?, ?, ?, ?)
      """;

  private final PreparedStatement begin;
  private final PreparedStatement commit;
  private final PreparedStatement insert;
  private final PreparedStatement findKey;
  private final PreparedStatement insertKey;
  private final long idempotencyMillis;

  /// Whether there were keys of which only the digest is known: they are in this log for the length of one window.
  private final boolean hasCopiedKeys;

  /// What has become of a group.
  ///
  /// @param results one list for each request
  /// @param events those that are new in the log, in order
  record Group(List<List<AppendResult>> results, List<LoggedEvent> events) {}

  LogWriter(Connection connection, long idempotencyMillis) throws SQLException {
    this.begin = connection.prepareStatement(LogFile.BEGIN);
    this.commit = connection.prepareStatement(LogFile.COMMIT);
    this.insert = connection.prepareStatement(INSERT);
    this.findKey = connection.prepareStatement(FIND_KEY);
    this.insertKey = connection.prepareStatement(INSERT_KEY);
    this.idempotencyMillis = idempotencyMillis;
    this.hasCopiedKeys = CopiedKeys.areIn(connection);
  }

  /// Begins a transaction; whoever waits for another program waits here.
  void begin() throws SQLException {
    begin.execute();
  }

  void commit() throws SQLException {
    commit.execute();
  }

  /// Writes a group after `newest`.
  Group write(List<AppendQueue.Request> requests, long newest, LogClock clock) throws SQLException {
    long livedMillis = clock.lived();
    long wallMillis = clock.wall();
    List<List<AppendResult>> results = new ArrayList<>(requests.size());
    List<LoggedEvent> events = new ArrayList<>();
    for (AppendQueue.Request request : requests) {
      List<AppendResult> answers = new ArrayList<>(request.appends().size());
      for (Append append : request.appends()) {
        AppendResult earlier = find(append.idempotencyKey(), livedMillis);
        if (earlier == null) {
          AppendResult.Stored stored = add(append, newest, wallMillis, events);
          remember(append.idempotencyKey(), stored, livedMillis);
          answers.add(stored);
        } else {
          answers.add(earlier);
        }
      }
      results.add(answers);
    }
    if (!events.isEmpty()) {
      insert.executeBatch();
    }
    return new Group(results, events);
  }

  private AppendResult.Stored add(
      Append append, long newest, long wallMillis, List<LoggedEvent> events) throws SQLException {
    long sequence = newest + events.size() + 1;
    EncodedEvent event = append.event();
    insert.setLong(1, sequence);
    insert.setString(2, event.type());
    insert.setString(3, event.channel().orElse(null));
    insert.setString(4, event.timestamp());
    insert.setString(5, event.correlationId().orElse(null));
    insert.setLong(6, wallMillis);
    insert.setBytes(7, event.payload());
    insert.addBatch();
    events.add(new LoggedEvent(sequence, event));
    return new AppendResult.Stored(sequence, event.timestamp());
  }

  private @Nullable AppendResult find(@Nullable IdempotencyKey key, long livedMillis)
      throws SQLException {
    if (key == null) {
      return null;
    }
    findKey.setString(1, key.key());
    findKey.setString(
        2, hasCopiedKeys ? CopiedKeys.name(IdempotencyKey.digest(key.key())) : key.key());
    findKey.setLong(3, livedMillis);
    try (ResultSet row = findKey.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      return key.isOfSameBody(row.getBytes(1))
          ? new AppendResult.Stored(row.getLong(2), row.getString(3))
          : new AppendResult.Conflict();
    }
  }

  private void remember(@Nullable IdempotencyKey key, AppendResult.Stored stored, long livedMillis)
      throws SQLException {
    if (key == null) {
      return;
    }
    insertKey.setString(1, key.key());
    insertKey.setBytes(2, key.bodyDigest());
    insertKey.setLong(3, stored.sequence());
    insertKey.setString(4, stored.timestamp());
    insertKey.setLong(5, livedMillis + idempotencyMillis);
    insertKey.executeUpdate();
  }

  @Override
  public void close() throws SQLException {
    begin.close();
    commit.close();
    insert.close();
    findKey.close();
    insertKey.close();
  }
}
