package dev.tocsin.sqlite;

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
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads pages of the log, beside the log's thread. One page at a time; no read holds a transaction
/// longer than its page, so that the write-ahead file can be folded back.
///
/// The log has no holes: a sequence without its row was thrown away by retention or is lost. What is
/// damaged is not an error: a page names it and goes on after it, and what is around it is served. Only
/// a fault that may pass is thrown.
final class LogReader {

  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

  private static final String PAGE =
      """
      SELECT sequence, type, channel, timestamp, correlation_id, payload
      FROM events WHERE sequence >= ? AND sequence <= ? ORDER BY sequence
      """;

  private static final String PAGE_BACK = PAGE + " DESC";

  // Fair, so that one who reads on and on lets the log's thread in.
  private final ReentrantLock lock = new ReentrantLock(true);

  private final UnreadableStretches unreadable = new UnreadableStretches(System::nanoTime);

  // guarded by lock
  private final Connection connection;
  private long lastOldest = 1;

  LogReader(Path directory) throws SQLException {
    this.connection = LogFile.openForReading(directory);
  }

  /// What cannot be read of the log, as far as it was looked at.
  UnreadableStretches unreadable() {
    return unreadable;
  }

  /// Finds what is lost at either end, so that it is told before somebody asks for it.
  void lookAtEnds(LogBounds bounds) {
    try {
      if (bounds.oldest() <= bounds.newest()) {
        read(bounds.oldest() - 1, bounds.newest(), TypeFilter.ALL, 1, 1);
        readBack(bounds.newest(), TypeFilter.ALL, 1, 1);
      }
    } catch (SQLException e) {
      // Whoever reads there is told.
      LOG.atDebug().setCause(e).log("the ends of the log could not be looked at");
    }
  }

  /// See [dev.tocsin.hub.EventLog#read].
  ///
  /// @param newest what comes after it is not told
  Page read(long after, long newest, TypeFilter types, int maxEvents, int maxBytes)
      throws SQLException {
    return look(PageInMaking.on(after, newest, types, maxEvents, maxBytes), types, maxEvents);
  }

  /// See [dev.tocsin.hub.EventLog#readBack].
  ///
  /// @param first the first sequence to look at
  Page readBack(long first, TypeFilter types, int maxEvents, int maxBytes) throws SQLException {
    return look(PageInMaking.back(first, types, maxEvents, maxBytes), types, maxEvents);
  }

  private Page look(PageInMaking page, TypeFilter types, int maxEvents) throws SQLException {
    lock.lock();
    try {
      if (types.names() == null) {
        scan(page);
      } else {
        lookUp(page, types.names(), maxEvents);
      }
      return page.done();
    } finally {
      lock.unlock();
    }
  }

  /// Looks at one row after another.
  private void scan(PageInMaking page) throws SQLException {
    while (page.hasMore()) {
      Optional<Stretch> known = unreadable.at(page.next());
      if (known.isPresent()) {
        page.lose(page.isBack() ? known.get().from() : known.get().to());
        continue;
      }
      try {
        takeRows(page);
      } catch (SQLException e) {
        passDamage(page, e);
      }
    }
  }

  private void takeRows(PageInMaking page) throws SQLException {
    // Prepared for each page, because a statement that has failed is of no use any more.
    try (PreparedStatement statement =
        connection.prepareStatement(page.isBack() ? PAGE_BACK : PAGE)) {
      statement.setLong(1, page.lowest());
      statement.setLong(2, page.highest());
      try (ResultSet rows = statement.executeQuery()) {
        while (page.hasMore()) {
          if (!rows.next()) {
            passMissing(page, page.last());
            return;
          }
          long sequence = rows.getLong(1);
          if (page.hasPassed(sequence)) {
            throw LogFault.damage("the row of event " + sequence + " is out of order");
          }
          passMissing(page, page.before(sequence));
          page.add(LogRows.event(rows));
        }
      }
    }
  }

  /// Looks at the rows that the index of the types names.
  private void lookUp(PageInMaking page, Collection<String> types, int maxEvents)
      throws SQLException {
    long[] found;
    try {
      found = TypeIndex.sequences(connection, page, types, maxEvents);
    } catch (SQLException e) {
      if (!LogFault.isDamage(e) && !LogFault.isWithoutIndex(e)) {
        throw e;
      }
      // The index is damaged or missing. The events themselves tell their type.
      scan(page);
      return;
    }
    if (!page.isBack()) {
      page.lose(oldest() - 1);
    }
    for (int i = 0; i < found.length && page.hasMore(); ) {
      try (PreparedStatement one = connection.prepareStatement(LogRows.ONE)) {
        for (; i < found.length && page.hasMore(); i++) {
          takeRow(one, page, found[i]);
        }
      } catch (SQLException e) {
        page.skip(page.before(found[i]), unreadable);
        passDamage(page, e);
      }
    }
    // Fewer than there may be: there are no others.
    if (found.length < maxEvents && page.hasMore()) {
      page.skip(page.isBack() ? oldest() : page.last(), unreadable);
      page.lose(page.last());
    }
  }

  private void takeRow(PreparedStatement one, PageInMaking page, long sequence)
      throws SQLException {
    if (page.hasPassed(sequence)) {
      return;
    }
    if (unreadable.at(sequence).isPresent()) {
      page.skip(sequence, unreadable);
      return;
    }
    one.setLong(1, sequence);
    try (ResultSet row = one.executeQuery()) {
      LoggedEvent event = row.next() ? LogRows.event(row) : null;
      page.skip(page.before(sequence), unreadable);
      if (event == null) {
        passMissing(page, sequence);
      } else {
        page.add(event);
      }
    }
  }

  /// From the page's next sequence to `to` there are no rows: what retention has not thrown away was lost.
  private void passMissing(PageInMaking page, long to) throws SQLException {
    if (page.hasPassed(to)) {
      return;
    }
    long high = Math.max(page.next(), to);
    // Asked after the rows were, so that what is thrown away meanwhile is not taken for lost.
    long from = Math.max(Math.min(page.next(), to), oldest());
    page.lose(to);
    if (from <= high) {
      unreadable.add(from, high);
    }
  }

  /// See [dev.tocsin.hub.EventLog#readEach].
  Page readEach(long[] sequences, int maxBytes) throws SQLException {
    PageBuilder builder = new PageBuilder(TypeFilter.ALL, sequences.length, maxBytes);
    List<Stretch> lost = new ArrayList<>(0);
    long position = 0;
    lock.lock();
    try {
      int next = 0;
      boolean full = false;
      while (next < sequences.length && !full) {
        // Prepared anew after damage, because a statement that has failed is of no use any more.
        try (PreparedStatement one = connection.prepareStatement(LogRows.ONE)) {
          for (; next < sequences.length && !full; next++) {
            LoggedEvent event = eventAt(one, sequences[next]);
            if (event == null) {
              lost.add(new Stretch(sequences[next], sequences[next]));
            } else {
              full = !builder.add(event);
            }
            position = full ? position : sequences[next];
          }
        } catch (SQLException e) {
          if (!LogFault.isDamage(e)) {
            throw e;
          }
          noteLost(sequences[next]);
          lost.add(new Stretch(sequences[next], sequences[next]));
          position = sequences[next++];
        }
      }
    } finally {
      lock.unlock();
    }
    return new Page(builder.events(), lost, position);
  }

  /// The event of a sequence; `null` when it was thrown away or is lost.
  private @Nullable LoggedEvent eventAt(PreparedStatement one, long sequence) throws SQLException {
    if (unreadable.at(sequence).isPresent()) {
      return null;
    }
    one.setLong(1, sequence);
    try (ResultSet row = one.executeQuery()) {
      if (row.next()) {
        return LogRows.event(row);
      }
    }
    noteLost(sequence);
    return null;
  }

  /// A sequence has no event that could be read: what retention has not thrown away was lost.
  private void noteLost(long sequence) throws SQLException {
    if (sequence >= oldest()) {
      unreadable.add(sequence, sequence);
    }
  }

  /// The page's next sequence is damaged.
  ///
  /// @param e what came of reading it; thrown when it is something else
  private void passDamage(PageInMaking page, SQLException e) throws SQLException {
    if (!LogFault.isDamage(e)) {
      throw e;
    }
    page.countDamage();
    long from = page.next();
    long oldest = oldest();
    if (from < oldest) {
      page.lose(page.isBack() ? page.last() : oldest - 1);
      return;
    }
    long to =
        page.isBack()
            ? LogRows.endOfDamage(connection, from, Math.max(page.last(), oldest))
            : LogRows.endOfDamage(connection, from, page.last());
    unreadable.add(Math.min(from, to), Math.max(from, to));
    page.lose(to);
  }

  /// The oldest sequence that retention has left, or had at the last look when that cannot be told. Not the
  /// first row there is: those before that are lost.
  private long oldest() throws SQLException {
    try {
      lastOldest = Math.max(lastOldest, LogFile.oldest(connection));
    } catch (SQLException e) {
      if (!LogFault.isDamage(e)) {
        throw e;
      }
    }
    return lastOldest;
  }

  /// See [dev.tocsin.hub.EventLog#positionAt].
  ///
  /// @param newest the newest position
  long positionAt(long millis, long newest) throws SQLException {
    lock.lock();
    try {
      return new TimeSearch(connection, unreadable).positionAt(millis, oldest(), newest);
    } finally {
      lock.unlock();
    }
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

  void close() {
    unreadable.tellRest();
    lock.lock();
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.atWarn().setCause(e).log("the log's file could not be closed by its reader");
    } finally {
      lock.unlock();
    }
  }
}
