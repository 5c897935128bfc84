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
import java.io.IOException;
import java.nio.file.Files;
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
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
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
/// is none; nothing that was acknowledged is lost by it. The same when the files are no longer where a
/// restart would look for them.
public final class SqliteEventLog implements EventLog {

  private static final Logger LOG = LoggerFactory.getLogger(SqliteEventLog.class);
  private static final long EXPIRY_MILLIS = 250;
  private static final int FOLLOW_PAGE = 1_024;
  private static final int FOLLOW_BYTES = 1 << 20;

  // immutable
  private final LogLock directoryLock;
  private final Path directory;
  private final Connection connection;
  private final LogMark mark;
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
      LogMark mark,
      SqliteSettings settings,
      LogClock clock,
      String boot)
      throws SQLException, LogOpenException {
    this.directoryLock = directoryLock;
    this.directory = settings.directory();
    this.connection = connection;
    this.mark = mark;
    this.newest = LogFile.newest(connection);
    this.epoch = LogIdentity.open(connection, settings.durability(), boot, mark, newest);
    this.lastByType = new ConcurrentHashMap<>(LogFile.lastByType(connection));
    this.reader = new LogReader(directory);
    this.writing =
        new LogThread(connection, queue, reader, settings, clock, mark, newest, this::deliver);
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
  /// @param clock tells when events were accepted, for people; how old they are goes by monotonic time
  /// @throws LogOpenException when the directory or the file is not fit for it
  public static SqliteEventLog open(SqliteSettings settings, InstantSource clock)
      throws LogOpenException {
    return open(settings, clock, System::nanoTime, LogIdentity.boot());
  }

  /// @param nanoTime the time by which events and keys grow old, see [System#nanoTime]
  /// @param boot the name of this boot of the machine, see [LogIdentity]
  static SqliteEventLog open(
      SqliteSettings settings, InstantSource clock, LongSupplier nanoTime, String boot)
      throws LogOpenException {
    Path directory = settings.directory();
    LogLock lock = LogLock.take(directory);
    Connection connection = null;
    LogMark mark = null;
    SqliteEventLog log = null;
    try {
      connection = LogFile.openForWriting(directory, settings.durability());
      mark = LogMark.open(directory);
      String last = LogFile.value(connection, "clock");
      LogClock logClock =
          last == null
              ? new LogClock(clock, nanoTime)
              : new LogClock(clock, nanoTime, LogClock.Moment.parse(last));
      log = new SqliteEventLog(lock, connection, mark, settings, logClock, boot);
      log.start();
      return log;
    } catch (SQLException e) {
      if (!LogFault.isFull(e) || !LogReserve.release(directory)) {
        throw new LogOpenException(LogFault.whenOpening(directory.resolve(LogFile.NAME), e), e);
      }
    } finally {
      if (log == null) {
        closeQuietly(mark);
        closeQuietly(connection);
        lock.close();
      }
    }
    // Again, with the room that was reserved for this.
    return open(settings, clock, nanoTime, boot);
  }

  private void start() {
    thread.start();
    watch.scheduleAtFixedRate(this::expire, EXPIRY_MILLIS, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void expire() {
    try {
      queue.expire(System.nanoTime(), writing.fault());
    } catch (Throwable e) {
      // Else it would never be called again, and nobody would know.
      LOG.atError().setCause(e).log("appends that wait too long were not refused");
    }
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
        Connection connection = LogFile.openForWriting(directory, Durability.POWER);
        LogMark mark = LogMark.open(directory)) {
      return LogIdentity.begin(connection, mark, LogFile.newest(connection));
    } catch (SQLException e) {
      throw new LogOpenException(LogFault.whenOpening(directory.resolve(LogFile.NAME), e), e);
    } catch (IOException e) {
      throw LogLock.cannotWrite(directory, LogLock.reason(e), e);
    }
  }

  /// Copies the log of a directory to a file, as it is at one moment: by means of the server that has it
  /// open, if one has. Blocks until that is done.
  ///
  /// @param to a file that is not there
  public static void copy(Path directory, Path to) throws LogOpenException, InterruptedException {
    LogCopies.copy(directory, to);
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
        epoch, oldest, newest, Optional.ofNullable(writing.fault()), reader.unreadable().all());
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
    return later(() -> reader.read(after, upTo, since(after, types), maxEvents, maxBytes));
  }

  /// The wanted types, without those whose last event is not after a position: they cost nothing.
  private TypeFilter since(long position, TypeFilter types) {
    Set<String> names = types.names();
    return names == null
        ? types
        : TypeFilter.of(
            names.stream()
                .filter(type -> lastByType.getOrDefault(type, 0L) > position)
                .collect(Collectors.toUnmodifiableSet()));
  }

  @Override
  public CompletableFuture<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    long first = Math.min(before - 1, newest);
    if (first < 1) {
      return CompletableFuture.completedFuture(new Page(List.of(), 0));
    }
    return later(() -> reader.readBack(first, since(0, types), maxEvents, maxBytes));
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
        Page page = reader.read(position, newest, TypeFilter.ALL, FOLLOW_PAGE, FOLLOW_BYTES);
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
    String misplaced = writing.misplaced();
    if (misplaced != null) {
      LOG.atError()
          .addKeyValue("directory", directory)
          .addKeyValue("reason", misplaced)
          .log("a restart will not find all events of this log");
    }
    if (writing.mustStayOpen()) {
      // The process, or its end, gives it back.
      return;
    }
    try {
      if (misplaced == null) {
        foldBack();
        LogIdentity.close(connection);
      }
      reader.close();
    } catch (SQLException e) {
      LOG.atWarn().setCause(e).log("the log could not be closed in order");
    } finally {
      closeFiles(misplaced == null);
      directoryLock.close();
    }
  }

  /// Folds the write-ahead file back, with the room reserved for that on a full disk.
  private void foldBack() {
    try {
      LogFile.execute(connection, LogFile.FOLD_BACK);
    } catch (SQLException e) {
      if (LogFault.isFull(e)) {
        LogReserve.release(directory);
      }
    }
  }

  private void closeFiles(boolean inPlace) {
    closeQuietly(mark);
    closeQuietly(connection);
    // SQLite deletes it when it has folded it back.
    if (inPlace && Files.exists(directory.resolve(LogFile.JOURNAL))) {
      LOG.atWarn()
          .addKeyValue("file", directory.resolve(LogFile.JOURNAL))
          .log(
              "the newest events could not be folded into events.db (is the disk full?): keep this"
                  + " file with it, events.db alone is no backup; the next start goes on from"
                  + " both");
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

  private static void closeQuietly(@Nullable LogMark mark) {
    try {
      if (mark != null) {
        mark.close();
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the log's mark could not be closed");
    }
  }
}
