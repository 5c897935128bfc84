package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.SampleEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {

  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final long NOW = 100 * DAY;

  @TempDir Path directory;
  private Connection connection;
  private LogWriter writer;
  private long newest;

  @BeforeEach
  void open() throws Exception {
    connection = LogFile.openForWriting(directory, Durability.PROCESS);
    writer = new LogWriter(connection, DAY);
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
  }

  private Retention retention(long retainBytes) throws Exception {
    return new Retention(
        connection,
        new SqliteSettings(
            directory, Durability.PROCESS, Duration.ofDays(7), retainBytes, Duration.ofDays(1)));
  }

  private void append(int count, int bytes, long acceptedAt) throws Exception {
    append(
        Collections.nCopies(count, new Append(SampleEvents.event("a.a", "x".repeat(bytes)), null)),
        acceptedAt);
  }

  private void append(List<Append> appends, long acceptedAt) throws Exception {
    LogFile.begin(connection);
    writer.write(
        List.of(new AppendQueue.Request(appends, 0, 0, new CompletableFuture<>())),
        newest,
        acceptedAt);
    LogFile.commit(connection);
    newest += appends.size();
  }

  private boolean step(Retention retention, int lately) throws Exception {
    LogFile.begin(connection);
    boolean more = retention.step(newest, lately, NOW);
    LogFile.commit(connection);
    return more;
  }

  private int stepAll(Retention retention) throws Exception {
    int steps = 1;
    while (step(retention, 0)) {
      steps++;
    }
    return steps;
  }

  private long oldest() throws Exception {
    return LogFile.oldest(connection, newest);
  }

  private long fileBytes() throws Exception {
    LogFile.execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    return Files.size(directory.resolve(LogFile.NAME));
  }

  @Test
  void deletesWhatIsTooOldInSmallSteps() throws Exception {
    append(1_200, 10, NOW - 8 * DAY);
    append(1, 10, NOW - 7 * DAY);
    Retention retention = retention(64 << 20);

    assertThat(step(retention, 0)).isTrue();
    assertThat(oldest()).isEqualTo(501);
    assertThat(step(retention, 0)).isTrue();
    assertThat(step(retention, 0)).isFalse();
    assertThat(oldest()).isEqualTo(1_201);
    assertThat(step(retention, 0)).isFalse();
    assertThat(oldest()).isEqualTo(1_201);
  }

  @Test
  void keepsUpWithWhatComes() throws Exception {
    append(5_000, 10, NOW - 8 * DAY);
    Retention retention = retention(64 << 20);

    assertThat(step(retention, 4_096)).isTrue();
    assertThat(oldest()).isEqualTo(4_597);
  }

  @Test
  void leavesNoHoleWhenTheClockWasWrong() throws Exception {
    append(10, 10, NOW - 9 * DAY);
    append(10, 10, NOW - 6 * DAY);
    append(10, 10, NOW - 9 * DAY);
    Retention retention = retention(64 << 20);

    assertThat(step(retention, 0)).isFalse();

    assertThat(oldest()).isEqualTo(11);
    assertThat(LogFile.number(connection, "SELECT count(*) FROM events")).isEqualTo(20);
  }

  @Test
  void remembersTheNewestSequenceOfAnEmptyLog() throws Exception {
    append(10, 10, NOW - 9 * DAY);
    step(retention(64 << 20), 0);

    assertThat(oldest()).isEqualTo(11);
    assertThat(LogFile.newest(connection)).isEqualTo(10);
  }

  @Test
  void deletesNoMoreThanTheRoomAsksForAndGivesItBack() throws Exception {
    int retain = 8 << 20;
    append(2_000, 10_000, NOW);
    assertThat(fileBytes()).isGreaterThan(19 << 20);

    assertThat(stepAll(retention(retain))).isGreaterThan(2);

    assertThat(fileBytes()).isBetween(retain * 7L / 8, (long) retain);
    long kept = newest - oldest() + 1;
    assertThat(kept * 10_000).isBetween(retain / 2L, (long) retain);
    assertThat(step(retention(retain), 0)).isFalse();
    assertThat(newest - oldest() + 1).isEqualTo(kept);
  }

  @Test
  void staysWithinItsRoomWhileEventsOfAllSizesCome() throws Exception {
    int retain = 4 << 20;
    Retention retention = retention(retain);
    for (int round = 0; round < 100; round++) {
      append(200, round % 10 == 0 ? 20_000 : 100, NOW);
      step(retention, 200);
    }
    stepAll(retention);

    assertThat(fileBytes()).isLessThanOrEqualTo(retain);
    assertThat(oldest()).isLessThan(newest);
  }

  @Test
  void forgetsKeysThatHaveExpired() throws Exception {
    appendKeyed(700, NOW - DAY);
    appendKeyed(10, NOW - DAY + 1);
    Retention retention = retention(64 << 20);

    assertThat(step(retention, 0)).isTrue();
    assertThat(keys()).isEqualTo(210);
    assertThat(step(retention, 0)).isFalse();
    assertThat(keys()).isEqualTo(10);
  }

  @Test
  void forgetsTheOldestKeysBeyondItsBound() throws Exception {
    // 4 MiB is room for 1,024 keys.
    appendKeyed(1_500, NOW);
    Retention retention = retention(4 << 20);
    stepAll(retention);

    assertThat(keys()).isEqualTo(1_024);
    assertThat(LogFile.number(connection, "SELECT min(sequence) FROM idempotency_keys"))
        .isEqualTo(477);
  }

  private void appendKeyed(int count, long acceptedAt) throws Exception {
    List<Append> appends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      appends.add(SampleEvents.keyed("key" + (newest + i), "a.a"));
    }
    append(appends, acceptedAt);
  }

  private long keys() throws Exception {
    return LogFile.number(connection, "SELECT count(*) FROM idempotency_keys");
  }
}
