package dev.tocsin.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.ProgressHandler;

/// The index of the events by their types: where those are that a page may want. It holds nothing that the
/// events do not tell, so it can be made again from them.
final class TypeIndex {

  private static final Logger LOG = LoggerFactory.getLogger(TypeIndex.class);

  static final String CREATE = "CREATE INDEX events_by_type ON events (type)";

  /// How often its making is told of.
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// After how many steps of SQLite's the time is looked at.
  private static final int PROGRESS_STEPS = 1_000_000;

  static final String SEQUENCES =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
      """;

  static final String SEQUENCES_BACK =
      """
      SELECT sequence FROM events INDEXED BY events_by_type
      WHERE type = ? AND sequence > ? AND sequence <= ? ORDER BY sequence DESC LIMIT ?
      """;

  private TypeIndex() {}

  /// The sequences that a page is to look at, in its order, `max` at the most.
  static long[] sequences(
      Connection connection, PageInMaking page, Collection<String> types, int max)
      throws SQLException {
    LongStream.Builder found = LongStream.builder();
    try (PreparedStatement ofType =
        connection.prepareStatement(page.isBack() ? SEQUENCES_BACK : SEQUENCES)) {
      for (String type : types) {
        ofType.setString(1, type);
        ofType.setLong(2, page.lowest() - 1);
        ofType.setLong(3, page.highest());
        ofType.setInt(4, max);
        try (ResultSet rows = ofType.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getLong(1));
          }
        }
      }
    }
    // Of each type there are so many, unless it has no more.
    long[] sequences = found.build().sorted().toArray();
    return IntStream.range(0, Math.min(max, sequences.length))
        .mapToLong(i -> sequences[page.isBack() ? sequences.length - 1 - i : i])
        .toArray();
  }

  private static boolean isThere(Connection connection) throws SQLException {
    return LogFile.number(
            connection,
            "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'events_by_type'")
        > 0;
  }

  /// The last sequence of each type, found by one look for each type there is.
  private static Map<String, Long> lastByType(Connection connection) throws SQLException {
    Map<String, Long> last = new HashMap<>();
    try (PreparedStatement next =
        connection.prepareStatement(
            """
            SELECT type, max(sequence) FROM events INDEXED BY events_by_type
            WHERE type = (SELECT min(type) FROM events INDEXED BY events_by_type WHERE type > ?)
            """)) {
      for (String type = ""; type != null; ) {
        next.setString(1, type);
        try (ResultSet row = next.executeQuery()) {
          type = row.next() ? row.getString(1) : null;
          if (type != null) {
            last.put(type, row.getLong(2));
          }
        }
      }
    }
    return last;
  }

  /// The last sequence of each type; `null` where there is no index, or its ends are damaged.
  static @Nullable Map<String, Long> lookUp(Connection connection) throws SQLException {
    if (!isThere(connection)) {
      return null;
    }
    try {
      return lastByType(connection);
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      return null;
    }
  }

  /// Makes the index anew where it is missing or damaged, which reads the whole log: before anybody else
  /// uses it. Without one the log works as well, but looks at every event to find those of a type; a
  /// damaged one would refuse every event.
  ///
  /// @return the last sequence of each type; `null` when there is no index now, because the events themselves
  ///     are damaged or there is no room
  static @Nullable Map<String, Long> open(Connection connection) throws SQLException {
    Map<String, Long> last = lookUp(connection);
    return last == null && make(connection) ? lastByType(connection) : last;
  }

  private static boolean make(Connection connection) throws SQLException {
    LOG.warn(
        "the index of the event types is missing or damaged: it is made anew, which reads the whole"
            + " log");
    drop(connection);
    long begin = System.nanoTime();
    ProgressHandler.setHandler(connection, PROGRESS_STEPS, new Progress(begin));
    try {
      LogFile.execute(connection, CREATE);
    } catch (SQLException e) {
      if (!LogFault.isDamage(e) && !LogFault.isFull(e) && !LogFault.isDiskError(e)) {
        throw e;
      }
      LogFile.rollBack(connection);
      LOG.atWarn()
          .setCause(e)
          .log(
              "the index of the event types could not be made: who asks for some types is served,"
                  + " but every event is looked at");
      return false;
    } finally {
      ProgressHandler.clearHandler(connection);
    }
    LOG.atInfo()
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
        .log("the index of the event types has been made anew");
    return true;
  }

  /// Tells that it goes on.
  private static final class Progress extends ProgressHandler {

    private final long begin;
    private long told;

    Progress(long begin) {
      this.begin = begin;
      this.told = begin;
    }

    @Override
    protected int progress() {
      long now = System.nanoTime();
      if (now - told >= PROGRESS_NANOS) {
        told = now;
        LOG.atInfo()
            .addKeyValue("seconds", TimeUnit.NANOSECONDS.toSeconds(now - begin))
            .log("the index of the event types is still being made");
      }
      return 0;
    }
  }

  private static void drop(Connection connection) throws SQLException {
    try {
      LogFile.execute(connection, "DROP INDEX IF EXISTS events_by_type");
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
      forget(connection);
    }
  }

  /// Takes the index out of the schema. To drop it would read its pages, which are damaged; they stay in the
  /// file, unused.
  private static void forget(Connection connection) throws SQLException {
    LogFile.rollBack(connection);
    LogFile.execute(connection, "PRAGMA writable_schema = ON");
    try {
      LogFile.execute(
          connection, "DELETE FROM sqlite_schema WHERE type = 'index' AND name = 'events_by_type'");
    } finally {
      LogFile.execute(connection, "PRAGMA writable_schema = RESET");
    }
  }
}
