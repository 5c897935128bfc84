package dev.tocsin.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folds the write-ahead file back into the database before it grows large: a checkpoint, in SQLite's
/// words.
///
/// That means to wait for the disk twice, tens of milliseconds for a file of this size, and events would
/// wait with it. So a thread and a connection of their own do the most of it while the log's thread goes
/// on writing. The log's thread then folds back what it has written meanwhile, which is little: only when
/// nothing is left does the file begin anew. Belongs to the log's thread.
final class Checkpoints implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  /// What the write-ahead file has grown by when it is folded back.
  static final long DUE_BYTES = 16 << 20;

  /// What may be written while one is under way. A disk that is slower than the producers holds them up here,
  /// so that the file does not grow without end.
  static final long MAX_MEANWHILE_BYTES = 2 * DUE_BYTES;

  /// What a group takes beside its events: a page that had room left, and one of the index.
  private static final int GROUP_BYTES = 2 * 4_096;

  private final Path directory;
  private final Connection writer;

  /// For the other thread. Opened once: what its path names later may be another file.
  private final Connection own;

  private final ThreadPoolExecutor thread;

  /// Written since the last one began, roughly.
  private long bytes;

  private @Nullable CompletableFuture<Void> underWay;

  // written by both threads
  private volatile boolean full;

  /// @param writer the connection of the log's thread
  Checkpoints(Path directory, Connection writer) throws SQLException {
    this(directory, writer, Thread.ofPlatform().name("tocsin-log-checkpoint").daemon().factory());
  }

  Checkpoints(Path directory, Connection writer, ThreadFactory threads) throws SQLException {
    this.directory = directory;
    this.writer = writer;
    this.own = LogFile.openForFoldingBack(directory);
    this.thread =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    // Now, when a lack of threads is told to whoever opens the log, and not in the middle of
    // writing.
    try {
      thread.prestartCoreThread();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /// A group has been committed.
  ///
  /// @param groupBytes what its events take
  void noteGroup(long groupBytes) {
    bytes += groupBytes + GROUP_BYTES;
  }

  /// Whether [#step] has something to do.
  boolean isDue() {
    return underWay == null ? bytes >= DUE_BYTES : !isUnderWay() || bytes >= MAX_MEANWHILE_BYTES;
  }

  /// Begins a checkpoint that is due, and ends one that is nearly done or during which too much has been written.
  /// Between two groups.
  void step() {
    if (!isDue()) {
      return;
    }
    if (underWay == null) {
      bytes = 0;
      underWay = CompletableFuture.runAsync(this::foldBackMost, thread);
      if (!LogReserve.isNeededSoon(directory)) {
        return;
      }
      // To write on meanwhile could make the file longer than what the reserve makes up for.
    }
    end();
    foldBack(writer);
  }

  /// Whether the last one found no room for what is in the write-ahead file. No more should be written
  /// then: the longer that file, the more room it takes to get out of this.
  boolean isFull() {
    return full;
  }

  /// Tries again whether there is room.
  void retry() {
    end();
    foldBack(writer);
  }

  /// Whether one is being worked on.
  boolean isUnderWay() {
    return underWay != null && !underWay.isDone();
  }

  /// Waits for the one that is under way.
  void end() {
    if (underWay != null) {
      underWay.join();
      underWay = null;
    }
  }

  /// Waits for the one that is under way, and lets thread and connection go.
  @Override
  public void close() {
    try {
      end();
    } finally {
      thread.shutdown();
    }
    try {
      own.close();
    } catch (SQLException e) {
      skipped(e);
    }
  }

  private void foldBackMost() {
    try {
      foldBack(own);
      LogReserve.keep(directory);
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("no room was reserved");
    } catch (Throwable e) {
      // It would come out of `end`, and end the log's thread.
      LOG.atError().setCause(e).log("the write-ahead file was not folded back");
    }
  }

  private void foldBack(Connection connection) {
    try {
      LogFile.execute(connection, LogFile.FOLD_BACK);
      full = false;
    } catch (SQLException | RuntimeException e) {
      full = LogFault.isFull(e);
      skipped(e);
    }
  }

  /// Everything is still in the write-ahead file. If it cannot grow, the next group says so.
  private static void skipped(Exception e) {
    LOG.atDebug().setCause(e).log("the write-ahead file was not folded back");
  }
}
