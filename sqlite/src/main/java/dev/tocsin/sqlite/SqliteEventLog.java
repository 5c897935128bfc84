package dev.tocsin.sqlite;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogNote;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.NoteFile;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
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

  /// The file of the note.
  private static final String NOTE = "latest";

  private static final Logger LOG = LoggerFactory.getLogger(SqliteEventLog.class);
  private static final long EXPIRY_MILLIS = 250;

  private final Path directory;
  private final Durability durability;
  private final LogFiles files;
  private final String epoch;
  private final LogReader reader;
  private final boolean hasIndex;
  private final Delivery delivery;
  private final AppendQueue queue = new AppendQueue();
  private final LogThread writing;
  private final Thread thread;
  private final ScheduledExecutorService watch;
  private final ExecutorService reads;

  /// The thread of `reads`, once it runs.
  private volatile @Nullable Thread reading;

  private final AtomicBoolean closed = new AtomicBoolean();
  private final NoteFile note;

  private SqliteEventLog(LogFiles files, SqliteSettings settings, LogClock clock, String boot)
      throws SQLException, LogOpenException {
    Connection connection = files.connection();
    LogBounds bounds = LogBounds.find(connection, files.mark());
    long newest = bounds.newest();
    Map<String, Long> indexed = TypeIndex.open(connection);
    this.directory = settings.directory();
    this.durability = settings.durability();
    this.note = new NoteFile(directory.resolve(NOTE));
    this.files = files;
    this.epoch = LogIdentity.open(connection, settings.durability(), boot, files.mark(), bounds);
    this.reader = new LogReader(directory);
    this.hasIndex = indexed != null;
    try {
      Map<String, Long> lastByType =
          indexed == null ? LogRows.lastByType(connection, bounds, reader.unreadable()) : indexed;
      reader.lookAtEnds(bounds);
      this.delivery = new Delivery(reader, newest, lastByType);
      this.writing =
          new LogThread(
              connection, queue, reader, settings, clock, files.mark(), newest, delivery::deliver);
    } catch (Throwable e) {
      reader.close();
      throw e;
    }
    this.thread = Thread.ofPlatform().name("tocsin-log").daemon().unstarted(writing);
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("tocsin-log-watch").daemon().factory());
    this.reads =
        Executors.newSingleThreadExecutor(work -> {
          Thread made = Thread.ofPlatform().name("tocsin-log-read").daemon().unstarted(work);
          reading = made;
          return made;
        });
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
    boolean interrupted = Thread.interrupted(); // which would close its files under its hands
    try {
      return openUndisturbed(settings, clock, nanoTime, boot);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static SqliteEventLog openUndisturbed(
      SqliteSettings settings, InstantSource clock, LongSupplier nanoTime, String boot)
      throws LogOpenException {
    Path directory = settings.directory();
    LogFiles files = LogFiles.open(directory, settings.durability());
    SqliteEventLog log = null;
    try {
      String last = LogFile.value(files.connection(), "clock");
      LogClock logClock =
          last == null
              ? new LogClock(clock, nanoTime)
              : new LogClock(clock, nanoTime, LogClock.Moment.parse(last));
      log = new SqliteEventLog(files, settings, logClock, boot);
      log.start();
      return log;
    } catch (SQLException e) {
      if (!LogFault.isFull(e) || !LogReserve.release(directory)) {
        throw new LogOpenException(LogFault.whenOpening(directory.resolve(LogFile.NAME), e), e);
      }
    } finally {
      if (log == null) {
        files.close();
      }
    }
    // Again, with the room that was reserved for this.
    return openUndisturbed(settings, clock, nanoTime, boot);
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
      throw new LogOpenException("there is no log in " + directory + ": check the folder");
    }
    try (LogFiles files = LogFiles.open(directory, Durability.POWER)) {
      Connection connection = files.connection();
      return LogIdentity.begin(
          connection, files.mark(), LogBounds.find(connection, files.mark()).newest());
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

  @Override
  public LogState state() {
    long oldest = writing.oldest();
    return new LogState(
        epoch,
        oldest,
        delivery.newest(),
        Optional.ofNullable(writing.fault()),
        reader.unreadable().all(),
        LogFault.joined(writing.trouble(), hasIndex ? null : LogFault.WITHOUT_INDEX));
  }

  @Override
  public LogFigures figures() {
    return new LogFigures("sqlite", writing.bytes(), Optional.of(durability), Optional.empty());
  }

  @Override
  public Map<String, Long> lastByType() {
    return delivery.lastByType();
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return queue.put(appends);
  }

  @Override
  public void giveUp() {
    writing.giveUp();
  }

  @Override
  public CompletableFuture<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    long upTo = delivery.newest();
    if (after >= upTo) {
      return CompletableFuture.completedFuture(new Page(List.of(), after));
    }
    return later(() -> reader.read(after, upTo, delivery.since(after, types), maxEvents, maxBytes));
  }

  @Override
  public CompletableFuture<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    long first = Math.min(before - 1, delivery.newest());
    if (first < 1) {
      return CompletableFuture.completedFuture(new Page(List.of(), 0));
    }
    return later(() -> reader.readBack(first, delivery.since(0, types), maxEvents, maxBytes));
  }

  @Override
  public CompletableFuture<Page> readEach(long[] sequences, int maxBytes) {
    return later(() -> reader.readEach(sequences, maxBytes));
  }

  @Override
  public Optional<LogNote> note() {
    return Optional.of(note);
  }

  @Override
  public CompletableFuture<Long> positionAt(Instant time) {
    long upTo = delivery.newest();
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
              throw new IllegalStateException(LogFault.whenReading(e), e);
            }
          },
          reads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void follow(long after, Follower follower) {
    delivery.follow(after, follower);
  }

  /// At once: nobody else gives sequences, and what was answered has been handed on.
  @Override
  public CompletableFuture<Long> reach(long sequence, Duration atMost) {
    return CompletableFuture.completedFuture(delivery.told());
  }

  /// Blocks until it is closed, unless it is called on a thread of its own, such as by what an append completes: then it closes
  /// as soon as that has returned. An interrupt of the caller changes nothing.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    note.close();
    queue.close(LogFault.CLOSED);
    Thread caller = Thread.currentThread();
    if (caller == thread || caller == reading) {
      // No daemon: the process waits for it.
      Thread.ofPlatform().name("tocsin-log-close").start(this::closeFiles);
    } else {
      Ends.undisturbed(this::closeFiles);
    }
  }

  private void closeFiles() {
    Ends.await(thread);
    watch.shutdownNow();
    Ends.await(reads);
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
    reader.close();
    if (misplaced == null) {
      files.closeInOrder();
    } else {
      files.close();
    }
  }
}
