package dev.tocsin.sqlite;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.LoggedEvent;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A log in one SQLite file.
///
/// One thread writes: all appends that wait at a moment go in one transaction (group commit), so the
/// busier the log, the cheaper each event; they are answered when it is committed. What that survives
/// is a matter of [Durability]. A read goes beside it, over a connection of its own.
///
/// When the file cannot be written (a full disk, a lost permission) appends are answered
/// [AppendResult.Unavailable] and the log tries again with each group, and once a second when there
/// is none; nothing that was acknowledged is lost by it.
public final class SqliteEventLog implements EventLog {

  private static final Logger LOG = LoggerFactory.getLogger(SqliteEventLog.class);
  private static final long EXPIRY_MILLIS = 250;
  private static final int FOLLOW_PAGE = 1_024;
  private static final int FOLLOW_BYTES = 1 << 20;

  // immutable
  private final LogLock directoryLock;
  private final Connection connection;
  private final String epoch;
  private final LogReader reader;
  private final AppendQueue queue = new AppendQueue();
  private final LogThread writing;
  private final Thread thread;
  private final ScheduledExecutorService watch;
  private final Map<String, Long> lastByType;
  private final AtomicBoolean closed = new AtomicBoolean();

  // guarded by deliveryLock
  private final ReentrantLock deliveryLock = new ReentrantLock();
  private Consumer<List<LoggedEvent>> follower = group -> {};

  // written under deliveryLock, read by any
  private volatile long newest;

  private SqliteEventLog(
      LogLock directoryLock,
      Connection connection,
      SqliteSettings settings,
      InstantSource clock,
      String boot)
      throws SQLException {
    this.directoryLock = directoryLock;
    this.connection = connection;
    this.epoch = LogIdentity.open(connection, settings.durability(), boot);
    this.newest = LogFile.newest(connection);
    this.lastByType = new ConcurrentHashMap<>(LogFile.lastByType(connection));
    this.reader = new LogReader(settings.directory());
    this.writing = new LogThread(connection, queue, reader, settings, clock, this::deliver);
    this.thread = Thread.ofPlatform().name("tocsin-log").daemon().unstarted(writing);
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("tocsin-log-watch").daemon().factory());
  }

  /// Opens the log of a directory, making it when there is none.
  ///
  /// @param clock tells when events were accepted, for retention
  /// @throws LogOpenException when the directory or the file is not fit for it
  public static SqliteEventLog open(SqliteSettings settings, InstantSource clock)
      throws LogOpenException {
    return open(settings, clock, LogIdentity.boot());
  }

  /// @param boot the name of this boot of the machine, see [LogIdentity]
  static SqliteEventLog open(SqliteSettings settings, InstantSource clock, String boot)
      throws LogOpenException {
    LogLock lock = LogLock.take(settings.directory());
    Connection connection = null;
    SqliteEventLog log = null;
    try {
      connection = LogFile.openForWriting(settings.directory(), settings.durability());
      log = new SqliteEventLog(lock, connection, settings, clock, boot);
      log.start();
      return log;
    } catch (SQLException e) {
      throw new LogOpenException(
          LogFault.whenOpening(settings.directory().resolve(LogFile.NAME), e), e);
    } finally {
      if (log == null) {
        closeQuietly(connection);
        lock.close();
      }
    }
  }

  private void start() {
    thread.start();
    watch.scheduleAtFixedRate(
        () -> queue.expire(System.nanoTime(), writing.fault()),
        EXPIRY_MILLIS,
        EXPIRY_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /// Begins a new epoch in the log of a directory, which no server may be using: after a backup was
  /// restored, so that clients learn that sequences were given a second time.
  ///
  /// @return the new epoch
  public static String beginEpoch(Path directory) throws LogOpenException {
    if (!LogFile.isIn(directory)) {
      throw new LogOpenException("there is no log in " + directory + ": check --data");
    }
    try (LogLock _ = LogLock.take(directory);
        Connection connection = LogFile.openForWriting(directory, Durability.POWER)) {
      String epoch = LogIdentity.newEpoch();
      LogFile.setValue(connection, "epoch", epoch);
      return epoch;
    } catch (SQLException e) {
      throw new LogOpenException(LogFault.whenOpening(directory.resolve(LogFile.NAME), e), e);
    }
  }

  private void deliver(List<LoggedEvent> events) {
    deliveryLock.lock();
    try {
      for (LoggedEvent event : events) {
        lastByType.put(event.event().type(), event.sequence());
      }
      newest = events.getLast().sequence();
      follower.accept(events);
    } finally {
      deliveryLock.unlock();
    }
  }

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public long oldest() {
    return writing.oldest();
  }

  @Override
  public long newest() {
    return newest;
  }

  @Override
  public Map<String, Long> lastByType() {
    return Map.copyOf(lastByType);
  }

  @Override
  public Optional<String> fault() {
    return Optional.ofNullable(writing.fault());
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return queue.put(appends);
  }

  @Override
  public List<LoggedEvent> read(long after, int maxEvents, int maxBytes) {
    long upTo = newest;
    if (after >= upTo) {
      return List.of();
    }
    try {
      return reader.read(after, upTo, maxEvents, maxBytes);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the log behind " + after, e);
    }
  }

  @Override
  public List<LoggedEvent> readOfTypes(long after, Set<String> types, int maxEvents, int maxBytes) {
    long upTo = newest;
    // Those whose last event is not behind the position cost nothing.
    List<String> behind =
        types.stream().filter(type -> lastByType.getOrDefault(type, 0L) > after).toList();
    try {
      return reader.readOfTypes(after, upTo, behind, maxEvents, maxBytes);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the log behind " + after, e);
    }
  }

  @Override
  public void follow(long after, Consumer<List<LoggedEvent>> newFollower) {
    deliveryLock.lock();
    try {
      follower = newFollower;
      List<LoggedEvent> page = read(after, FOLLOW_PAGE, FOLLOW_BYTES);
      while (!page.isEmpty()) {
        newFollower.accept(page);
        page = read(page.getLast().sequence(), FOLLOW_PAGE, FOLLOW_BYTES);
      }
    } finally {
      deliveryLock.unlock();
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    queue.close(LogFault.CLOSED);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    watch.shutdownNow();
    try {
      LogIdentity.close(connection);
      reader.close();
    } catch (SQLException e) {
      LOG.atWarn().setCause(e).log("the log could not be closed in order");
    } finally {
      closeQuietly(connection);
      directoryLock.close();
    }
  }

  private static void closeQuietly(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      LOG.atWarn().setCause(e).log("the log's file could not be closed");
    }
  }
}
