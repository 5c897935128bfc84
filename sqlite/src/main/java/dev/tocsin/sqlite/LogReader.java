package dev.tocsin.sqlite;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Stretch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Reads pages of the log, beside the log's thread. One page at a time; no read holds a transaction
/// longer than its page, so that the write-ahead file can be folded back.
///
/// What is damaged is not an error: a page names it and goes on after it, and what is around it is
/// served. Only a fault that may pass is thrown.
final class LogReader {

  private static final String PAGE =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence >= ? AND sequence <= ? ORDER BY sequence LIMIT ?
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

  /// How far the end of a damaged stretch is looked for one by one. Beyond it the steps grow, and some
  /// events between two damaged places may be given up.
  private static final int SINGLE_PROBES = 256;

  // Fair, so that one who reads on and on lets the log's thread in.
  private final ReentrantLock lock = new ReentrantLock(true);

  private final UnreadableStretches unreadable = new UnreadableStretches();

  // guarded by lock
  private final Connection connection;

  LogReader(Path directory) throws SQLException {
    this.connection = LogFile.openForReading(directory);
  }

  /// What can be read of the log and what cannot, as far as it was looked at.
  UnreadableStretches unreadable() {
    return unreadable;
  }

  /// Reads on after a position.
  ///
  /// @param newest what comes after it is not told
  LogPage read(long after, long newest, int maxEvents, int maxBytes) throws SQLException {
    return read(after, newest, null, maxEvents, maxBytes);
  }

  /// Reads on after a position, events of some types only. The index says where the events of each type
  /// are; only what is told is read.
  ///
  /// @param newest what comes after it is not told
  LogPage readOfTypes(
      long after, long newest, Collection<String> types, int maxEvents, int maxBytes)
      throws SQLException {
    lock.lock();
    try {
      long[] sequences = sequences(after, newest, types, maxEvents);
      PageInMaking page = new PageInMaking(after, maxEvents, maxBytes);
      for (long sequence : sequences) {
        if (!readOne(page, sequence, newest)) {
          return page.done();
        }
      }
      if (sequences.length < maxEvents) {
        page.skip(newest, unreadable.all());
      }
      return page.done();
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      // The index is damaged. The events themselves tell their type.
      return read(after, newest, Set.copyOf(types), maxEvents, maxBytes);
    } finally {
      lock.unlock();
    }
  }

  private LogPage read(
      long after, long newest, @Nullable Set<String> types, int maxEvents, int maxBytes)
      throws SQLException {
    lock.lock();
    try {
      PageInMaking page = new PageInMaking(after, maxEvents, maxBytes);
      while (page.position < newest && !page.full) {
        Optional<Stretch> known = unreadable.at(page.position + 1);
        if (known.isPresent()) {
          page.lose(Math.min(known.get().to(), newest));
          continue;
        }
        try {
          scan(page, newest, types);
        } catch (SQLException e) {
          if (!LogFault.isDamage(e)) {
            throw e;
          }
          long from = page.position + 1;
          page.lose(endOfDamage(from, newest));
          unreadable.add(from, page.position);
        }
      }
      return page.done();
    } finally {
      lock.unlock();
    }
  }

  private void scan(PageInMaking page, long newest, @Nullable Set<String> types)
      throws SQLException {
    // Prepared for each page, because a statement that has failed is of no use any more.
    try (PreparedStatement statement = connection.prepareStatement(PAGE)) {
      statement.setLong(1, page.position + 1);
      statement.setLong(2, newest);
      statement.setInt(3, page.room());
      try (ResultSet rows = statement.executeQuery()) {
        int count = 0;
        for (; rows.next(); count++) {
          long sequence = rows.getLong(1);
          if (sequence > page.position + 1) {
            missing(page, sequence - 1);
          }
          LoggedEvent event = event(rows);
          if (types != null && !types.contains(event.event().type())) {
            page.position = sequence;
          } else if (!page.add(event)) {
            return;
          }
        }
        if (count == 0) {
          missing(page, newest);
        }
      }
    }
  }

  /// Between the position and `last` there are no rows: what retention has not thrown away was lost.
  private void missing(PageInMaking page, long last) throws SQLException {
    long from = Math.max(page.position + 1, oldest());
    page.lose(last);
    if (from <= last) {
      unreadable.add(from, last);
    }
  }

  /// The oldest sequence that can be found; greater than any when there is none.
  private long oldest() throws SQLException {
    try {
      long oldest = LogFile.number(connection, "SELECT min(sequence) FROM events");
      return oldest == 0 ? Long.MAX_VALUE : oldest;
    } catch (SQLException e) {
      if (LogFault.isDamage(e)) {
        return Long.MAX_VALUE;
      }
      throw e;
    }
  }

  /// Adds one event that the index knows of.
  ///
  /// @return whether the page has room for more
  private boolean readOne(PageInMaking page, long sequence, long newest) throws SQLException {
    if (unreadable.at(sequence).isPresent()) {
      page.skip(sequence, unreadable.all());
      return true;
    }
    try (PreparedStatement one = connection.prepareStatement(ONE)) {
      one.setLong(1, sequence);
      try (ResultSet row = one.executeQuery()) {
        if (row.next()) {
          LoggedEvent event = event(row);
          page.skip(sequence - 1, unreadable.all());
          return page.add(event);
        }
      }
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      unreadable.add(sequence, endOfDamage(sequence, newest));
    }
    // Damaged, or thrown away since the index was asked.
    page.skip(sequence, unreadable.all());
    return true;
  }

  /// The last sequence of a stretch that is damaged from `from` on.
  private long endOfDamage(long from, long newest) throws SQLException {
    long last = from;
    while (last < newest && last - from < SINGLE_PROBES) {
      if (!isDamaged(last + 1)) {
        return last;
      }
      last++;
    }
    long step = SINGLE_PROBES;
    while (last + step <= newest && isDamaged(last + step)) {
      last += step;
      step *= 2;
    }
    long readable = Math.min(last + step, newest + 1);
    while (readable - last > 1) {
      long middle = last + (readable - last) / 2;
      if (isDamaged(middle)) {
        last = middle;
      } else {
        readable = middle;
      }
    }
    return last;
  }

  private boolean isDamaged(long sequence) throws SQLException {
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

  /// The event in a row.
  ///
  /// @throws SQLException as for a damaged page when the row is not what was stored: SQLite takes what
  ///     lies beyond the end of a file that was cut short for zeros
  private static LoggedEvent event(ResultSet row) throws SQLException {
    String type = row.getString(2);
    String timestamp = row.getString(4);
    byte[] payload = row.getBytes(6);
    if (type == null || timestamp == null || payload == null || !isObject(payload)) {
      throw LogFault.damage("the row of event " + row.getLong(1) + " is not whole");
    }
    return new LoggedEvent(
        row.getLong(1),
        EncodedEvent.of(type, payload, timestamp, row.getString(5), row.getString(3)));
  }

  /// Whether bytes may be a payload: a JSON object. No text of JSON has a zero in it.
  private static boolean isObject(byte[] payload) {
    for (byte b : payload) {
      if (b == 0) {
        return false;
      }
    }
    return payload.length > 1 && payload[0] == '{' && payload[payload.length - 1] == '}';
  }

  /// Folds the write-ahead file back while nobody reads. SQLite does that by itself, but no further
  /// than the oldest read that is under way; with readers who are never idle that may be never.
  ///
  /// @param writer the connection to do it with
  void foldBack(Connection writer) throws SQLException {
    lock.lock();
    try {
      LogFile.execute(writer, LogFile.FOLD_BACK);
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

  /// A page that is being read.
  private static final class PageInMaking {

    private final List<LoggedEvent> events = new ArrayList<>();
    private final List<Stretch> lost = new ArrayList<>();
    private final int maxEvents;
    private final int maxBytes;
    private long bytes;
    private long position;
    private boolean full;

    PageInMaking(long after, int maxEvents, int maxBytes) {
      this.position = after;
      this.maxEvents = maxEvents;
      this.maxBytes = maxBytes;
    }

    int room() {
      return maxEvents - events.size();
    }

    /// Adds the next event, if there is room.
    ///
    /// @return whether there may be more room
    boolean add(LoggedEvent event) {
      bytes += event.event().json().length;
      if (bytes > maxBytes && !events.isEmpty()) {
        full = true;
        return false;
      }
      events.add(event);
      position = event.sequence();
      full = room() == 0;
      return !full;
    }

    /// Everything from the position to `last` is lost.
    void lose(long last) {
      Stretch before = lost.isEmpty() ? null : lost.getLast();
      if (before != null && before.to() == position) {
        lost.set(lost.size() - 1, new Stretch(before.from(), last));
      } else {
        lost.add(new Stretch(position + 1, last));
      }
      position = last;
    }

    /// From the position to `last` nothing is wanted, but some of it may be lost.
    void skip(long last, List<Stretch> stretches) {
      for (Stretch stretch : stretches) {
        if (stretch.to() > position && stretch.from() <= last) {
          position = Math.max(position, stretch.from() - 1);
          lose(Math.min(stretch.to(), last));
        }
      }
      position = Math.max(position, last);
    }

    LogPage done() {
      return new LogPage(events, lost, position);
    }
  }
}
