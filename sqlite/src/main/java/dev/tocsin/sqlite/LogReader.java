package dev.tocsin.sqlite;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.PageBuilder;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final String PAGE_BACK =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence <= ? ORDER BY sequence DESC LIMIT ?
      """;

  static final String SEQUENCES_OF_TYPE =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
      """;

  static final String SEQUENCES_OF_TYPE_BACK =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence DESC LIMIT ?
      """;

  private static final String ONE =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence = ?
      """;

  private static final String ACCEPTED_AT =
      "SELECT sequence, accepted_at FROM events WHERE sequence >= ? ORDER BY sequence LIMIT 1";

  // Fair, so that one who reads on and on lets the log's thread in.
  private final ReentrantLock lock = new ReentrantLock(true);

  // guarded by lock
  private final Connection connection;

  LogReader(Path directory) throws SQLException {
    this.connection = LogFile.openForReading(directory);
  }

  /// The stretches that were found to be damaged.
  List<Stretch> unreadable() {
    return List.of();
  }

  /// See [dev.tocsin.hub.EventLog#read].
  ///
  /// @param newest what comes after it is not told
  Page read(long after, long newest, int maxEvents, int maxBytes) throws SQLException {
    lock.lock();
    // Prepared for each page, because a statement that has failed is of no use any more.
    try (PreparedStatement page = connection.prepareStatement(PAGE)) {
      page.setLong(1, after);
      page.setLong(2, newest);
      page.setInt(3, maxEvents);
      try (ResultSet rows = page.executeQuery()) {
        return page(rows, new PageBuilder(TypeFilter.ALL, maxEvents, maxBytes), after, newest);
      }
    } finally {
      lock.unlock();
    }
  }

  /// The log has no holes: a sequence without its row is lost.
  private static Page page(ResultSet rows, PageBuilder page, long after, long newest)
      throws SQLException {
    List<Stretch> lost = new ArrayList<>(0);
    long position = after;
    while (rows.next()) {
      LoggedEvent event = event(rows);
      if (!page.add(event)) {
        return new Page(page.events(), lost, position);
      }
      if (event.sequence() > position + 1) {
        lost.add(new Stretch(position + 1, event.sequence() - 1));
      }
      position = event.sequence();
    }
    if (!page.isFull() && position < newest) {
      lost.add(new Stretch(position + 1, newest));
      position = newest;
    }
    return new Page(page.events(), lost, position);
  }

  /// See [dev.tocsin.hub.EventLog#readBack].
  ///
  /// @param first the first sequence to look at
  Page readBack(long first, int maxEvents, int maxBytes) throws SQLException {
    lock.lock();
    try (PreparedStatement page = connection.prepareStatement(PAGE_BACK)) {
      page.setLong(1, first);
      page.setInt(2, maxEvents);
      try (ResultSet rows = page.executeQuery()) {
        return pageBack(rows, new PageBuilder(TypeFilter.ALL, maxEvents, maxBytes), first);
      }
    } finally {
      lock.unlock();
    }
  }

  private static Page pageBack(ResultSet rows, PageBuilder page, long first) throws SQLException {
    List<Stretch> lost = new ArrayList<>(0);
    long position = first;
    while (rows.next()) {
      LoggedEvent event = event(rows);
      if (!page.add(event)) {
        return new Page(page.events(), lost, position);
      }
      if (event.sequence() < position) {
        lost.add(new Stretch(event.sequence() + 1, position));
      }
      position = event.sequence() - 1;
    }
    if (!page.isFull() && position > 0) {
      lost.add(new Stretch(1, position));
      position = 0;
    }
    return new Page(page.events(), lost, position);
  }

  /// See [dev.tocsin.hub.EventLog#read], of some types. The index says where the events of each type are;
  /// only what is told is read.
  ///
  /// @param newest what comes after it is not told
  Page read(long after, long newest, Collection<String> types, int maxEvents, int maxBytes)
      throws SQLException {
    lock.lock();
    try {
      long[] found = first(maxEvents, sequences(SEQUENCES_OF_TYPE, after, newest, types, maxEvents));
      List<Stretch> lost = new ArrayList<>(0);
      PageBuilder page = new PageBuilder(TypeFilter.ALL, maxEvents, maxBytes);
      int told = add(found, page, lost);
      // What was not looked at, because a bound was reached, stands after the last one that was.
      boolean ended = told < found.length || found.length == maxEvents;
      long position = ended ? found[told - 1] : newest;
      long oldest = Math.min(oldest(newest), position + 1);
      lost.removeIf(stretch -> stretch.from() < oldest);
      if (oldest > after + 1) {
        lost.addFirst(new Stretch(after + 1, oldest - 1));
      }
      return new Page(page.events(), lost, position);
    } finally {
      lock.unlock();
    }
  }

  /// See [dev.tocsin.hub.EventLog#readBack], of some types.
  ///
  /// @param first the first sequence to look at
  Page readBack(long first, Collection<String> types, int maxEvents, int maxBytes)
      throws SQLException {
    lock.lock();
    try {
      long[] found = last(maxEvents, sequences(SEQUENCES_OF_TYPE_BACK, 0, first, types, maxEvents));
      List<Stretch> lost = new ArrayList<>(0);
      PageBuilder page = new PageBuilder(TypeFilter.ALL, maxEvents, maxBytes);
      int told = add(found, page, lost);
      boolean ended = told < found.length || found.length == maxEvents;
      long position = ended ? found[told - 1] - 1 : 0;
      long oldest = oldest(first);
      lost.removeIf(stretch -> stretch.from() < oldest);
      if (position == 0 && oldest > 1) {
        lost.add(new Stretch(1, oldest - 1));
      }
      return new Page(page.events(), lost, position);
    } finally {
      lock.unlock();
    }
  }

  /// The lowest of some sequences, ascending. Of each type there are so many, unless it has no more.
  private static long[] first(int count, long[] sequences) {
    Arrays.sort(sequences);
    return Arrays.copyOf(sequences, Math.min(count, sequences.length));
  }

  /// The highest of some sequences, descending.
  private static long[] last(int count, long[] sequences) {
    Arrays.sort(sequences);
    long[] last = new long[Math.min(count, sequences.length)];
    for (int i = 0; i < last.length; i++) {
      last[i] = sequences[sequences.length - 1 - i];
    }
    return last;
  }

  /// The oldest sequence that is left; the one after `newest` when there is none up to it.
  private long oldest(long newest) throws SQLException {
    long oldest = LogFile.number(connection, "SELECT min(sequence) FROM events");
    return oldest == 0 ? newest + 1 : Math.min(oldest, newest + 1);
  }

  /// Adds the events of sequences to a page.
  ///
  /// @param lost takes those whose rows are gone
  /// @return how many sequences were looked at
  private int add(long[] sequences, PageBuilder page, List<Stretch> lost) throws SQLException {
    try (PreparedStatement one = connection.prepareStatement(ONE)) {
      for (int i = 0; i < sequences.length; i++) {
        one.setLong(1, sequences[i]);
        try (ResultSet row = one.executeQuery()) {
          if (!row.next()) {
            lost.add(new Stretch(sequences[i], sequences[i]));
          } else if (!page.add(event(row))) {
            return i;
          }
        }
      }
      return sequences.length;
    }
  }

  /// Sequences of each of the types, `maxEvents` of it at the most.
  private long[] sequences(
      String query, long after, long last, Collection<String> types, int maxEvents)
      throws SQLException {
    LongStream.Builder found = LongStream.builder();
    try (PreparedStatement ofType = connection.prepareStatement(query)) {
      for (String type : types) {
        ofType.setString(1, type);
        ofType.setLong(2, after);
        ofType.setLong(3, last);
        ofType.setInt(4, maxEvents);
        try (ResultSet rows = ofType.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getLong(1));
          }
        }
      }
    }
    return found.build().toArray();
  }

  /// See [dev.tocsin.hub.EventLog#positionAt]. Halves what is left some twenty times.
  ///
  /// @param newest the newest position
  long positionAt(long millis, long newest) throws SQLException {
    lock.lock();
    try (PreparedStatement accepted = connection.prepareStatement(ACCEPTED_AT)) {
      long low = oldest(newest);
      long high = newest + 1;
      while (low < high) {
        long middle = (low + high) >>> 1;
        accepted.setLong(1, middle);
        try (ResultSet row = accepted.executeQuery()) {
          if (!row.next() || row.getLong(1) > newest || row.getLong(2) >= millis) {
            high = middle;
          } else {
            low = row.getLong(1) + 1;
          }
        }
      }
      return low - 1;
    } finally {
      lock.unlock();
    }
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
