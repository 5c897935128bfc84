package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.SampleEvents;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk that reports errors again and again, which are no damage: told once, and tried less and less often.
@Timeout(60)
class DiskErrorTest {

  private static final Duration RETAIN = Duration.ofSeconds(1);

  @TempDir Path directory;
  private final FaultyDisk disk = new FaultyDisk();
  private final AppendQueue queue = new AppendQueue();
  private final ManualClock clock = new ManualClock();
  private Connection connection;
  private LogMark mark;
  private LogReader reader;
  private LogThread log;
  private Thread thread;

  @BeforeEach
  void start() throws Exception {
    RecordedLogs.take();
    connection = LogFile.openForWriting(directory, Durability.PROCESS);
    mark = LogMark.open(directory);
    LogIdentity.open(connection, Durability.PROCESS, "boot", mark, new LogBounds(1, 0, true));
    reader = new LogReader(directory);
    log =
        new LogThread(
            disk.over(connection),
            queue,
            reader,
            new SqliteSettings(directory, Durability.PROCESS, RETAIN, 1 << 20, Duration.ZERO),
            new LogClock(clock, clock::nanoTime),
            mark,
            0,
            events -> {});
    thread = Thread.ofPlatform().start(log);
  }

  @AfterEach
  void stop() throws Exception {
    disk.failing = "";
    queue.close(LogFault.CLOSED);
    thread.join();
    reader.close();
    mark.close();
    connection.close();
  }

  private AppendResult append() throws Exception {
    return queue.put(SampleEvents.appends("a.a")).get(30, TimeUnit.SECONDS).getFirst();
  }

  /// Looks after a while in which events become too old.
  private boolean grownOlder(BooleanSupplier condition) {
    clock.advance(RETAIN);
    LockSupport.parkNanos(1_000_000);
    return condition.getAsBoolean();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never happens").isLessThan(end);
    }
  }

  @Test
  void takesEventsAlthoughOldOnesCannotBeThrownAway() throws Exception {
    append();
    disk.failing = "DELETE FROM events";

    await(() -> grownOlder(() -> log.trouble() != null || log.fault() != null));
    assertThat(log.trouble()).contains("reports an error, so old events cannot be thrown away");
    assertThat(log.fault()).isNull();
    await(() -> disk.failures.get() >= 2);
    assertThat(append()).isEqualTo(new AppendResult.Stored(2, SampleEvents.TIMESTAMP));
    assertThat(RecordedLogs.take()).singleElement().asString().contains("old events stay");

    disk.failing = "";
    await(() -> grownOlder(() -> log.trouble() == null && log.oldest() == 3));
    assertThat(append()).isEqualTo(new AppendResult.Stored(3, SampleEvents.TIMESTAMP));
  }

  @Test
  void isToldOnceThatItCannotWriteAndGoesOnWhenItCan() throws Exception {
    disk.failing = "INSERT INTO events";
    for (int i = 0; i < 3; i++) {
      assertThat(append())
          .isEqualTo(
              new AppendResult.Unavailable(
                  "The disk with the log reports an error; it goes on when that is mended"));
    }
    assertThat(RecordedLogs.take()).singleElement().asString().contains("log unavailable");

    disk.failing = "";
    // Without any traffic.
    await(() -> log.fault() == null);
    assertThat(append()).isEqualTo(new AppendResult.Stored(1, SampleEvents.TIMESTAMP));
  }

  @Test
  void triesLessAndLessOften() {
    Backoff backoff = new Backoff();
    long second = TimeUnit.SECONDS.toNanos(1);
    long now = Long.MAX_VALUE - 3 * second;
    assertThat(backoff.isDue(now)).isTrue();
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      backoff.failed(now);
      long wait = 0;
      while (!backoff.isDue(now + wait)) {
        wait += second;
      }
      waits.add(wait / second);
      now += wait;
    }
    assertThat(waits).containsExactly(1L, 1L, 2L, 4L, 8L, 16L, 30L, 30L);

    now += 3 * Backoff.MAX_NANOS;
    backoff.failed(now);
    assertThat(backoff.isDue(now + second)).as("another fault").isTrue();
  }

  @Test
  void aTrialThatSucceedsBetweenGroupsThatFailEndsNoFault() {
    LogHealth health = new LogHealth();
    Exception error = LogFaultTest.diskError();
    long second = TimeUnit.SECONDS.toNanos(1);
    long now = 0;
    int trials = 0;
    for (int i = 0; i < 120; i++, now += second) {
      if (health.fault() == null) {
        health.failed(error, now);
      }
      if (health.wantsTrial(now)) {
        trials++;
        health.recovered(1);
      }
    }
    RecordedLogs.take();

    assertThat(trials).isBetween(5, 10);
  }
}
