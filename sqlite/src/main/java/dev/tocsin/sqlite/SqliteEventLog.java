package dev.tocsin.sqlite;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A log in one SQLite file.
///
/// One thread writes: all appends that wait at a moment go in one transaction (group commit), so the
/// busier the log, the cheaper each event; they are answered when it is committed. What that survives
/// is a matter of [Durability]. Another reads beside it, over a connection of its own, one page after
/// another. Nobody else appends to the file, and its sequences have no holes: one that is found is damage.
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
  private final ExecutorService reads;
  private final Map<String, Long> lastByType;
  private final AtomicBoolean closed = new AtomicBoolean();

  // guarded by deliveryLock
  private final ReentrantLock deliveryLock = new ReentrantLock();
  private @Nullable Follower follower;

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
    this.reads =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("tocsin-log-read").daemon().factory());
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
      if (follower != null) {
        follower.events(events);
      }
    } finally {
      deliveryLock.unlock();
    }
  }

  @Override
  public LogState state() {
    long oldest = writing.oldest();
    return new LogState(
        epoch, oldest, newest, Optional.ofNullable(writing.fault()), reader.unreadable());
  }

  @Override
  public Map<String, Long> lastByType() {
    return Map.copyOf(lastByType);
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return queue.put(appends);
  }

  @Override
  public CompletableFuture<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    long upTo = newest;
    if (after >= upTo) {
      return CompletableFuture.completedFuture(new Page(List.of(), after));
    }
    Set<String> names = types.names();
    return names == null
        ? later(() -> reader.read(after, upTo, maxEvents, maxBytes))
        // Those whose last event is not after the position cost nothing.
        : later(() -> reader.read(after, upTo, after(names, after), maxEvents, maxBytes));
  }

  private List<String> after(Set<String> types, long after) {
    return types.stream().filter(type -> lastByType.getOrDefault(type, 0L) > after).toList();
  }

  @Override
  public CompletableFuture<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    long first = Math.min(before - 1, newest);
    if (first < 1) {
      return CompletableFuture.completedFuture(new Page(List.of(), 0));
    }
    Set<String> names = types.names();
    return names == null
        ? later(() -> reader.readBack(first, maxEvents, maxBytes))
        : later(() -> reader.readBack(first, after(names, 0), maxEvents, maxBytes));
  }

  @Override
  public CompletableFuture<Long> positionAt(Instant time) {
    long upTo = newest;
    return later(() -> reader.positionAt(time.toEpochMilli(), upTo));
  }

  /// A look into the file.
  private interface Look<T> {
    T take() throws SQLException;
  }

  private <T> CompletableFuture<T> later(Look<T> look) {
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return look.take();
            } catch (SQLException e) {
              throw new IllegalStateException("cannot read the log", e);
            }
          },
          reads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void follow(long after, Follower newFollower) {
    deliveryLock.lock();
    try {
      follower = newFollower;
      long position = after;
      while (position < newest) {
        Page page = reader.read(position, newest, FOLLOW_PAGE, FOLLOW_BYTES);
        handOn(page, newFollower);
        position = page.position();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the log after " + after, e);
    } finally {
      deliveryLock.unlock();
    }
  }

  private static void handOn(Page page, Follower follower) {
    int first = 0;
    for (Stretch lost : page.lost()) {
      int end = first;
      while (end < page.events().size() && page.events().get(end).sequence() < lost.from()) {
        end++;
      }
      if (end > first) {
        follower.events(page.events().subList(first, end));
      }
      follower.lost(lost.from(), lost.to());
      first = end;
    }
    if (first < page.events().size()) {
      follower.events(page.events().subList(first, page.events().size()));
    }
  }

  /// At once: nobody else gives sequences, and what was answered has been handed on.
  @Override
  public CompletableFuture<Long> reach(long sequence, Duration atMost) {
    return CompletableFuture.completedFuture(newest);
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
    reads.close();
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
