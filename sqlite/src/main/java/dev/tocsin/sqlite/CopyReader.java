package dev.tocsin.sqlite;

import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedPage;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogReading;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Reads a log with all that a copy takes along: events around what is damaged, when they were accepted, and their keys. Of one
/// thread.
final class CopyReader implements AutoCloseable {

  private static final String ACCEPTED_AT = "SELECT accepted_at FROM events WHERE sequence = ?";

  private final Connection connection;
  private final LogReader reader;
  private final PreparedStatement acceptedAt;
  private KeyCursor keys;

  /// @param connection the one for writing
  CopyReader(Path directory, Connection connection) throws SQLException, LogOpenException {
    this.connection = connection;
    this.acceptedAt = connection.prepareStatement(ACCEPTED_AT);
    this.keys = new KeyCursor(connection);
    this.reader = new LogReader(directory);
  }

  /// See [LogReading#read].
  CopiedPage read(long after, long upTo) throws SQLException, LogCopyException {
    Page page =
        reader.read(after, upTo, TypeFilter.ALL, LogReading.MAX_EVENTS, LogReading.MAX_BYTES);
    if (!keys.isBehind(after)) {
      keys.close();
      keys = keyCursor();
    }
    List<CopiedEvent> events = new ArrayList<>(page.events().size());
    for (LoggedEvent event : page.events()) {
      events.add(
          new CopiedEvent(
              event.sequence(),
              event.event(),
              acceptedAt(event.sequence()),
              keys.of(event.sequence())));
    }
    return new CopiedPage(events, page.position());
  }

  private KeyCursor keyCursor() throws SQLException, LogCopyException {
    try {
      return new KeyCursor(connection);
    } catch (LogOpenException e) {
      throw new LogCopyException(String.valueOf(e.getMessage()), e);
    }
  }

  private long acceptedAt(long sequence) throws SQLException {
    acceptedAt.setLong(1, sequence);
    try (ResultSet row = acceptedAt.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /// Why a log cannot be copied any further.
  static LogCopyException failure(Path directory, SQLException e) {
    return new LogCopyException(
        "The log in "
            + directory
            + " cannot be copied: "
            + LogFault.whenReading(e)
            + ". Once that is mended, the same command goes on",
        e);
  }

  @Override
  public void close() {
    keys.close();
    reader.close();
    try {
      acceptedAt.close();
    } catch (SQLException e) {
      // It goes with its connection.
    }
  }
}
