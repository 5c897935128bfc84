package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.ManualClock;
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

  private static final long MINUTE = 60_000;
  private static final long DAY = Duration.ofDays(1).toMillis();

  @TempDir Path directory;
  private final ManualClock time = new ManualClock();
  private final LogClock clock = new LogClock(time, time::nanoTime);
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
            directory, Durability.PROCESS, Duration.ofDays(7), retainBytes, Duration.ofDays(1)),
        clock,
        newest);
  }

  private void append(int count, int bytes) throws Exception {
    append(
        Collections.nCopies(count, new Append(SampleEvents.event("a.a", "x".repeat(bytes)), null)));
  }

  private void append(List<Append> appends) throws Exception {
    LogFile.begin(connection);
    writer.write(
        List.of(new AppendQueue.Request(appends, 0, 0, new CompletableFuture<>())), newest, clock);
    LogFile.commit(connection);
    newest += appends.size();
  }

  private boolean step(Retention retention, int lately) throws Exception {
    LogFile.begin(connection);
    boolean more = retention.step(newest, lately);
    LogFile.commit(connection);
    long tooMany = retention.tooManyPages();
    if (tooMany > 0) {
      LogFile.begin(connection);
      more |= retention.giveBack(tooMany);
      LogFile.commit(connection);
    }
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
    return LogFile.oldest(connection);
  }

  private long fileBytes() throws Exception {
    LogFile.execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    return Files.size(directory.resolve(LogFile.NAME));
  }

  private void pass(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  /// What is there now was accepted by now: that is known once a minute.
  private void noteMoment(Retention retention) throws Exception {
    pass(MINUTE);
    step(retention, 0);
  }

  @Test
  void deletesWhatIsTooOldInSmallSteps() throws Exception {
    Retention retention = retention(64 << 20);
    append(1_200, 10);
    noteMoment(retention);
    pass(DAY);
    append(1, 10);
    noteMoment(retention);
    pass(DAY * 6 - 2 * MINUTE);
    assertThat(step(retention, 0)).isFalse();
    assertThat(oldest()).isEqualTo(1);
    pass(DAY);

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
    Retention retention = retention(64 << 20);
    append(5_000, 10);
    noteMoment(retention);
    pass(8 * DAY);

    assertThat(step(retention, 4_096)).isTrue();
    assertThat(oldest()).isEqualTo(4_597);
  }

  @Test
  void deletesNothingBecauseTheClockWasSet() throws Exception {
    Retention retention = retention(64 << 20);
    append(10, 10);
    noteMoment(retention);
    pass(DAY);

    time.set(Duration.ofDays(30));
    stepAll(retention);
    assertThat(oldest()).isEqualTo(1);
    time.set(Duration.ofDays(-60));
    stepAll(retention);
    append(10, 10);
    noteMoment(retention);
    time.set(Duration.ofDays(20_000));
    stepAll(retention);

    assertThat(oldest()).isEqualTo(1);
    pass(6 * DAY + 1);
    stepAll(retention);
    assertThat(oldest()).isEqualTo(11);
  }

  @Test
  void remembersForHowLongEventsWereThereWhenItIsMadeAgain() throws Exception {
    append(10, 10);
    retention(64 << 20);
    pass(4 * DAY);
    append(10, 10);
    retention(64 << 20);
    pass(4 * DAY);

    stepAll(retention(64 << 20));

    assertThat(oldest()).isEqualTo(11);
  }

  /// The clock of a log that was closed for some time, as far as anybody knows.
  private Retention reopened(Duration closedFor) throws Exception {
    retention(64 << 20).storeClock();
    LogClock.Moment last = LogClock.Moment.parse(LogFile.value(connection, "clock"));
    time.set(closedFor);
    LogClock again = new LogClock(time, time::nanoTime, last);
    return new Retention(connection, SqliteSettings.of(directory), again, newest);
  }

  @Test
  void countsTheTimeForWhichTheLogWasClosedLater() throws Exception {
    append(10, 10);
    Retention again = reopened(Duration.ofDays(30));
    append(10, 10);

    pass(LogClock.BELIEVED_AFTER.toMillis() - 1);
    stepAll(again);
    assertThat(oldest()).isEqualTo(1);
    pass(1);
    stepAll(again);
    assertThat(oldest()).isEqualTo(11);
    pass(2 * DAY);
    stepAll(again);
    assertThat(oldest()).isEqualTo(11);
  }

  @Test
  void countsNoTimeThatAClockWhichWasSetBackHadMadeUp() throws Exception {
    append(10, 10);
    Retention again = reopened(Duration.ofDays(30));
    stepAll(again);
    time.set(Duration.ofDays(-30));
    stepAll(again);

    pass(LogClock.BELIEVED_AFTER.toMillis());
    stepAll(again);

    assertThat(oldest()).isEqualTo(1);
  }

  @Test
  void goesOnWhenTheClockIsEarlierThanWhenItWasClosed() throws Exception {
    append(10, 10);
    Retention again = reopened(Duration.ofDays(-20_000));
    time.set(Duration.ofDays(20_000));
    pass(6 * DAY);
    stepAll(again);
    assertThat(oldest()).isEqualTo(1);

    pass(2 * DAY);
    stepAll(again);

    assertThat(oldest()).isEqualTo(11);
  }

  @Test
  void keepsTheEventsOfAnOldLogThatKnowsNoMoments() throws Exception {
    append(10, 10);
    LogFile.execute(connection, "UPDATE events SET accepted_at = 0");

    Retention retention = retention(64 << 20);
    stepAll(retention);
    assertThat(oldest()).isEqualTo(1);
    pass(7 * DAY);
    stepAll(retention);

    assertThat(oldest()).isEqualTo(11);
  }

  @Test
  void remembersTheNewestSequenceOfAnEmptyLog() throws Exception {
    append(10, 10);
    Retention retention = retention(64 << 20);
    pass(8 * DAY);
    step(retention, 0);

    assertThat(oldest()).isEqualTo(11);
    assertThat(LogFile.value(connection, LogFile.NEWEST)).isEqualTo("10");
  }

  @Test
  void deletesNoMoreThanTheRoomAsksForAndGivesItBack() throws Exception {
    int retain = 8 << 20;
    append(2_000, 10_000);
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
      append(200, round % 10 == 0 ? 20_000 : 100);
      step(retention, 200);
    }
    stepAll(retention);

    assertThat(fileBytes()).isLessThanOrEqualTo(retain);
    assertThat(oldest()).isLessThan(newest);
  }

  @Test
  void forgetsKeysThatHaveExpired() throws Exception {
    appendKeyed(700);
    pass(1);
    appendKeyed(10);
    pass(DAY - 1);
    Retention retention = retention(64 << 20);

    assertThat(step(retention, 0)).isTrue();
    assertThat(keys()).isEqualTo(210);
    assertThat(step(retention, 0)).isFalse();
    assertThat(keys()).isEqualTo(10);
  }

  @Test
  void forgetsTheOldestKeysBeyondItsBound() throws Exception {
    // 4 MiB is room for 1,024 keys.
    appendKeyed(1_500);
    Retention retention = retention(4 << 20);
    stepAll(retention);

    assertThat(keys()).isEqualTo(1_024);
    assertThat(LogFile.number(connection, "SELECT min(sequence) FROM idempotency_keys"))
        .isEqualTo(477);
  }

  private void appendKeyed(int count) throws Exception {
    List<Append> appends = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      appends.add(SampleEvents.keyed("key" + (newest + i), "a.a"));
    }
    append(appends);
  }

  private long keys() throws Exception {
    return LogFile.number(connection, "SELECT count(*) FROM idempotency_keys");
  }
}
