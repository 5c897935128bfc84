package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tocsin.hub.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;

@Timeout(60)
class CheckpointsTest {

  private static final int GROUP_BYTES = 1_000_000;

  @TempDir Path directory;
  private Connection connection;
  private Checkpoints checkpoints;

  @BeforeEach
  void open() throws Exception {
    connection = LogFile.openForWriting(directory, Durability.PROCESS);
    checkpoints = new Checkpoints(directory, connection);
    foldBackEverything();
  }

  @AfterEach
  void close() throws Exception {
    checkpoints.close();
    connection.close();
  }

  /// Threads that begin when the disk answers.
  private static ThreadFactory behind(CompletableFuture<Void> disk) {
    return task ->
        Thread.ofVirtual()
            .unstarted(() -> {
              disk.join();
              task.run();
            });
  }

  private void foldBackEverything() throws SQLException {
    LogFile.execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
  }

  private void group() throws SQLException {
    LogFile.execute(
        connection,
        "INSERT INTO events SELECT coalesce(max(sequence), 0) + 1, 'a.a', NULL, '', NULL, 0,"
            + " hex(zeroblob("
            + GROUP_BYTES / 2
            + ")) FROM events");
    checkpoints.noteGroup(GROUP_BYTES);
  }

  private long databaseBytes() throws IOException {
    return Files.size(directory.resolve(LogFile.NAME));
  }

  private long journalBytes() throws IOException {
    return Files.size(directory.resolve(LogFile.NAME + "-wal"));
  }

  /// Until one is due, and a little more.
  private void fill() throws SQLException {
    for (long bytes = 0; bytes <= Checkpoints.DUE_BYTES; bytes += GROUP_BYTES) {
      group();
    }
  }

  private void awaitTheOtherThread() {
    while (checkpoints.isUnderWay()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void doesNothingBeforeItIsDue() throws Exception {
    long before = databaseBytes();
    group();
    checkpoints.step();
    checkpoints.end();

    assertThat(databaseBytes()).isEqualTo(before);
  }

  @Test
  void foldsBackWithoutTheLogsThread() throws Exception {
    fill();
    checkpoints.step();
    checkpoints.end();

    assertThat(databaseBytes()).isGreaterThan(Checkpoints.DUE_BYTES);
  }

  @Test
  void letsTheFileBeginAnewWhateverWasWrittenMeanwhile() throws Exception {
    fill();
    checkpoints.step();
    group();
    awaitTheOtherThread();
    // The rest, by the connection that writes.
    checkpoints.step();
    long before = journalBytes();
    for (int i = 0; i < 10; i++) {
      group();
      checkpoints.step();
    }

    assertThat(journalBytes()).isEqualTo(before);
  }

  @Test
  void holdsTheWriterUpWhenTooMuchHasBeenWrittenDuringOne() throws Exception {
    CompletableFuture<Void> disk = new CompletableFuture<>();
    Checkpoints slow = new Checkpoints(directory, connection, behind(disk));
    slow.noteGroup(Checkpoints.DUE_BYTES);
    slow.step();
    slow.noteGroup(Checkpoints.MAX_MEANWHILE_BYTES / 2);
    slow.step();
    slow.noteGroup(Checkpoints.MAX_MEANWHILE_BYTES / 2);
    Thread writer = Thread.startVirtualThread(slow::step);

    assertThat(writer.join(Duration.ofMillis(100))).isFalse();
    disk.complete(null);
    writer.join();
    slow.close();
  }

  @Test
  void needsNoNewThreadWhenTheLogIsOpen() throws Exception {
    AtomicInteger threads = new AtomicInteger();
    try (Checkpoints started =
        new Checkpoints(
            directory,
            connection,
            task -> {
              threads.incrementAndGet();
              return new Thread(task);
            })) {
      assertThat(threads).hasValue(1);
      for (int i = 0; i < 3; i++) {
        started.noteGroup(Checkpoints.DUE_BYTES);
        started.step();
        started.end();
      }
    }

    assertThat(threads).hasValue(1);
  }

  @Test
  void letsItsThreadGo() throws Exception {
    List<Thread> threads = new ArrayList<>();
    Checkpoints closed =
        new Checkpoints(
            directory,
            connection,
            task -> {
              Thread thread = new Thread(task);
              threads.add(thread);
              return thread;
            });
    closed.close();

    threads.getFirst().join();
  }

  @Test
  void isOfNoConsequenceWhenItCannotBeDone() throws Exception {
    LogFile.execute(connection, "BEGIN");
    LogFile.number(connection, "SELECT count(*) FROM events");
    group();
    connection.close();
    checkpoints.noteGroup(Checkpoints.DUE_BYTES);
    checkpoints.step();
    checkpoints.end();
    checkpoints.noteGroup(Checkpoints.DUE_BYTES);
    checkpoints.step();
    awaitTheOtherThread();

    checkpoints.step();
  }

  @Test
  void isFullUntilThereIsRoomToFoldBack() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    disk.failing = LogFile.FOLD_BACK;
    try (Checkpoints onDisk = new Checkpoints(directory, disk.over(connection))) {
      onDisk.retry();
      assertThat(onDisk.isFull()).as("for another error").isFalse();

      disk.error = SQLiteErrorCode.SQLITE_FULL;
      onDisk.retry();
      assertThat(onDisk.isFull()).isTrue();

      disk.failing = "";
      onDisk.retry();
      assertThat(onDisk.isFull()).isFalse();
    }
  }

  /// What is written meanwhile would make the file longer than what the reserve makes up for.
  @Test
  void holdsTheWriterUpWhereThereIsLittleRoom() throws Exception {
    try (SmallDisk small = SmallDisk.mount(directory, "60m");
        Connection writer = LogFile.openForWriting(small.path(), Durability.PROCESS)) {
      assertThat(LogReserve.isNeededSoon(small.path())).isTrue();
      CompletableFuture<Void> disk = new CompletableFuture<>();
      Checkpoints held = new Checkpoints(small.path(), writer, behind(disk));
      held.noteGroup(Checkpoints.DUE_BYTES);
      Thread step = Thread.startVirtualThread(held::step);

      assertThat(step.join(Duration.ofMillis(100))).isFalse();
      disk.complete(null);
      step.join();
      held.close();
    }
  }

  @Test
  void holdsNobodyUpWhereThereIsRoom() throws Exception {
    assumeTrue(
        Files.getFileStore(directory).getUsableSpace() > 3 * Checkpoints.MAX_MEANWHILE_BYTES);
    CompletableFuture<Void> disk = new CompletableFuture<>();
    Checkpoints free = new Checkpoints(directory, connection, behind(disk));
    free.noteGroup(Checkpoints.DUE_BYTES);

    Thread step = Thread.startVirtualThread(free::step);

    assertThat(step.join(Duration.ofSeconds(30))).isTrue();
    assertThat(free.isUnderWay()).isTrue();
    disk.complete(null);
    free.close();
  }
}
