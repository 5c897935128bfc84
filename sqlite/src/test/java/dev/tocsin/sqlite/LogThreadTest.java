package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.SampleEvents;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the log does when it cannot write.
@Timeout(60)
class LogThreadTest {

  @TempDir Path directory;
  private final AppendQueue queue = new AppendQueue();
  private final List<LoggedEvent> delivered = Collections.synchronizedList(new ArrayList<>());
  private Connection connection;
  private final Semaphore deliveries = new Semaphore(Integer.MAX_VALUE);
  private LogMark mark;
  private LogReader reader;
  private LogThread log;
  private Thread thread;

  @BeforeEach
  void start() throws Exception {
    connection = LogFile.openForWriting(directory, Durability.PROCESS);
    mark = LogMark.open(directory);
    LogIdentity.open(connection, Durability.PROCESS, "boot", mark, new LogBounds(1, 0, true));
    reader = new LogReader(directory);
    ManualClock clock = new ManualClock();
    log =
        new LogThread(
            connection,
            queue,
            reader,
            SqliteSettings.of(directory),
            new LogClock(clock, clock::nanoTime),
            mark,
            0,
            events -> {
              deliveries.acquireUninterruptibly();
              delivered.addAll(events);
            });
    thread = Thread.ofPlatform().start(log);
  }

  @AfterEach
  void stop() throws Exception {
    queue.close(LogFault.CLOSED);
    thread.join();
    reader.close();
    mark.close();
    connection.close();
  }

  private CompletableFuture<List<AppendResult>> append(int count, int bytes) {
    return queue.put(
        Collections.nCopies(count, new Append(SampleEvents.event("a.a", "x".repeat(bytes)), null)));
  }

  private static List<AppendResult> await(CompletableFuture<List<AppendResult>> appended)
      throws Exception {
    return appended.get(30, TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  private static AppendResult stored(long sequence) {
    return new AppendResult.Stored(sequence, SampleEvents.TIMESTAMP);
  }

  private List<Long> deliveredSequences() {
    return List.copyOf(delivered).stream().map(LoggedEvent::sequence).toList();
  }

  @Test
  void refusesWhileTheFileCannotGrowAndGoesOnWhenItCan() throws Exception {
    assertThat(await(append(1, 10))).containsExactly(stored(1));
    long pages = LogFile.number(connection, "PRAGMA page_count");
    LogFile.execute(connection, "PRAGMA max_page_count = " + (pages + 20));

    String full = "The disk with the log is full; it goes on when there is room";
    assertThat(await(append(2, 200_000)))
        .containsExactlyElementsOf(Collections.nCopies(2, new AppendResult.Unavailable(full)));
    assertThat(log.fault()).isEqualTo(full);
    // Small ones still fit, and none of those that were refused has left anything behind.
    assertThat(await(append(1, 10))).containsExactly(stored(2));
    await(append(2, 200_000));
    assertThat(log.fault()).isEqualTo(full);

    LogFile.execute(connection, "PRAGMA max_page_count = 1000000");
    // Without any traffic.
    await(() -> log.fault() == null);
    assertThat(await(append(2, 200_000))).containsExactly(stored(3), stored(4));
    assertThat(deliveredSequences()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(LogFile.number(connection, "SELECT count(*) FROM events")).isEqualTo(4);
  }

  @Test
  void letsAppendsWaitWhileAnotherProgramHoldsTheFile() throws Exception {
    assertThat(await(append(1, 10))).containsExactly(stored(1));
    try (Connection shell =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(LogFile.NAME))) {
      LogFile.begin(shell);
      CompletableFuture<List<AppendResult>> first = append(1, 10);
      CompletableFuture<List<AppendResult>> second = append(1, 10);
      await(() -> log.fault() != null);
      assertThat(log.fault()).startsWith("Another program holds the log's file locked");
      assertThat(first).isNotDone();
      queue.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(6), log.fault());
      assertThat(await(first)).containsExactly(new AppendResult.Unavailable(log.fault()));
      assertThat(await(second)).containsExactly(new AppendResult.Unavailable(log.fault()));
      CompletableFuture<List<AppendResult>> third = append(1, 10);
      LogFile.rollBack(shell);

      assertThat(await(third)).containsExactly(stored(2));
      assertThat(log.fault()).isNull();
    }
    assertThat(deliveredSequences()).containsExactly(1L, 2L);
  }

  @Test
  void noticesALockedFileWithoutTraffic() throws Exception {
    try (Connection shell =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(LogFile.NAME))) {
      LogFile.begin(shell);
      await(() -> log.fault() != null);
      LogFile.rollBack(shell);
    }
    await(() -> log.fault() == null);
  }

  @Test
  void refusesAGroupThatCannotBeWrittenAndGoesOn() throws Exception {
    assertThat(await(append(1, 10))).containsExactly(stored(1));
    try (Connection shell =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(LogFile.NAME))) {
      LogFile.execute(
          shell,
          """
          CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.sequence = 3
          BEGIN SELECT raise(ABORT, 'for the test'); END
          """);
    }

    assertThat(await(append(3, 10)))
        .hasSize(3)
        .allSatisfy(result -> assertThat(result).isInstanceOf(AppendResult.Unavailable.class));
    assertThat(log.fault()).contains("for the test");
    assertThat(await(append(1, 10))).containsExactly(stored(2));
    assertThat(LogFile.number(connection, "SELECT count(*) FROM events")).isEqualTo(2);
  }

  /// As when a server ends while the disk hangs.
  @Test
  void answersEverythingWhenItIsGivenUp() throws Exception {
    deliveries.drainPermits();
    CompletableFuture<List<AppendResult>> written = append(1, 10);
    await(deliveries::hasQueuedThreads);
    CompletableFuture<List<AppendResult>> waiting = append(1, 10);

    log.giveUp();

    assertThat(written).isCompletedWithValue(List.of(new AppendResult.Unknown(LogFault.HANGS)));
    assertThat(waiting)
        .isCompletedWithValue(List.of(new AppendResult.Unavailable(LogFault.CLOSED)));
    assertThat(append(1, 10))
        .isCompletedWithValue(List.of(new AppendResult.Unavailable(LogFault.CLOSED)));
    deliveries.release();
    thread.join();
    assertThat(deliveredSequences()).containsExactly(1L);
  }

  @Test
  void answersEverythingWhenItIsInterrupted() throws Exception {
    await(append(1, 10));
    thread.interrupt();
    thread.join();

    assertThat(await(append(1, 10))).containsExactly(new AppendResult.Unavailable(LogFault.DIED));
    assertThat(log.fault()).isEqualTo(LogFault.DIED);
  }
}
