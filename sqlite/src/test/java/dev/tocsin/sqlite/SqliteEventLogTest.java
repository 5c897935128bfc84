package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.RecordedFollower;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SoleWriterContract;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteEventLogTest extends SoleWriterContract {

  @TempDir Path directory;
  private int logs;

  @Override
  protected EventLog open(long keptBytes) throws Exception {
    return open(directory.resolve("log" + logs++), keptBytes * 4);
  }

  private SqliteEventLog open(Path path, long retainBytes) throws LogOpenException {
    return SqliteEventLog.open(
        new SqliteSettings(path, Durability.PROCESS, Duration.ofDays(7), retainBytes, WINDOW),
        clock,
        clock::nanoTime,
        LogIdentity.boot());
  }

  private SqliteEventLog reopen() throws LogOpenException {
    return open(directory.resolve("again"), 16 << 20);
  }

  @Test
  void goesOnWhereItWasClosed() throws Exception {
    String epoch;
    try (EventLog log = reopen()) {
      epoch = log.state().epoch();
      append(log, "a.a", "a.b", "a.a");
    }

    try (EventLog log = reopen()) {
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(Logs.oldest(log)).isEqualTo(1);
      assertThat(Logs.newest(log)).isEqualTo(3);
      assertThat(log.lastByType()).isEqualTo(Map.of("a.a", 3L, "a.b", 2L));
      assertThat(types(read(log, 0, 10, ALL))).containsExactly("a.a", "a.b", "a.a");
      assertThat(append(log, "a.c")).isEqualTo(4);
    }
  }

  @Test
  void remembersKeysWhenItIsOpenedAgain() throws Exception {
    try (EventLog log = reopen()) {
      append(log, "a.x");
      appendKeyed(log, "key", "a.a");
    }

    try (EventLog log = reopen()) {
      clock.advance(WINDOW.minusMillis(1));
      assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(2));
      assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(new AppendResult.Conflict());
      clock.advance(Duration.ofMillis(1));
      assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(3));
    }
  }

  @Test
  void neverGivesASequenceAgainWhenAllEventsAreGone() throws Exception {
    try (EventLog log = reopen()) {
      append(log, "a.a", "a.b", "a.c");
    }
    try (EventLog log = reopen()) {
      clock.advance(Duration.ofDays(8));
      while (Logs.oldest(log) < 4) {
        Thread.onSpinWait();
      }
      assertThat(Logs.newest(log)).isEqualTo(3);
      assertThat(read(log, 0, 10, ALL)).isEmpty();
    }

    try (EventLog log = reopen()) {
      assertThat(Logs.newest(log)).isEqualTo(3);
      assertThat(Logs.oldest(log)).isEqualTo(4);
      assertThat(log.lastByType()).isEmpty();
      assertThat(append(log, "a.d")).isEqualTo(4);
      assertThat(Logs.oldest(log)).isEqualTo(4);
    }
  }

  @Test
  void beginsANewEpochOnDemand() throws Exception {
    String first;
    try (EventLog log = reopen()) {
      first = log.state().epoch();
      append(log, "a.a");
    }

    String second = SqliteEventLog.beginEpoch(directory.resolve("again"));

    assertThat(second).isNotEqualTo(first);
    try (EventLog log = reopen()) {
      assertThat(log.state().epoch()).isEqualTo(second);
      assertThat(Logs.newest(log)).isEqualTo(1);
    }
  }

  /// A reader that is never idle could keep SQLite from starting the write-ahead file over again.
  @Test
  void boundsItsWriteAheadFileWhileSomebodyAlwaysReads() throws Exception {
    Path path = directory.resolve("busy");
    try (EventLog log = open(path, 64 << 20)) {
      List<Append> appends =
          Collections.nCopies(16, new Append(SampleEvents.event("a.a", "x".repeat(60_000)), null));
      CompletableFuture<Void> appending =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 250; i++) {
                  await(log.append(appends));
                }
              },
              Thread::startVirtualThread);
      long largest = 0;
      while (!appending.isDone()) {
        read(log, Math.max(0, Logs.newest(log) - 16), 16, ALL);
        largest = Math.max(largest, size(path, "events.db-wal"));
      }
      await(appending);

      assertThat(largest).isLessThan(96 << 20);
    }
    assertThat(size(path, LogFile.NAME)).isLessThan(72 << 20);
  }

  /// Long before a commit would do so by itself.
  @Test
  @Timeout(60)
  void foldsItsWriteAheadFileBackWhileItIsOpen() throws Exception {
    Path path = directory.resolve("written");
    try (EventLog log = open(path, 512 << 20)) {
      List<Append> appends =
          Collections.nCopies(16, new Append(SampleEvents.event("a.a", "x".repeat(60_000)), null));
      for (long bytes = 0; bytes <= Checkpoints.DUE_BYTES; bytes += 16 * 60_000) {
        await(log.append(appends));
      }

      // The test's time limit ends it if that never happens.
      while (size(path, LogFile.NAME) < Checkpoints.DUE_BYTES) {
        Thread.sleep(1);
      }
    }
  }

  private static long size(Path directory, String name) throws IOException {
    return Files.size(directory.resolve(name));
  }

  @Test
  void answersWhatWasAppendedWhenItsFollowerFails() throws Exception {
    try (EventLog log = open(1 << 20)) {
      log.follow(
          0,
          new Events(group -> {
            throw new OutOfMemoryError("for the test");
          }));

      assertThat(append(log, "a.a")).isEqualTo(1);
      List<AppendResult> later = await(log.append(SampleEvents.appends("a.b", "a.c")));

      assertThat(later)
          .containsExactlyElementsOf(
              Collections.nCopies(2, new AppendResult.Unavailable(LogFault.DIED)));
      assertThat(log.state().fault()).contains(LogFault.DIED);
      assertThat(sequences(read(log, 0, 10, ALL))).containsExactly(1L);
    }
  }

  @Test
  void finishesWhatWaitsBeforeItCloses() throws Exception {
    List<CompletionStage<List<AppendResult>>> appending;
    try (EventLog log = reopen()) {
      appending =
          LongStream.range(0, 500).mapToObj(i -> log.append(SampleEvents.appends("a.a"))).toList();
    }

    for (int i = 0; i < appending.size(); i++) {
      assertThat(appending.get(i).toCompletableFuture())
          .isCompletedWithValue(List.of(stored(i + 1)));
    }
    try (EventLog log = reopen()) {
      assertThat(Logs.newest(log)).isEqualTo(500);
    }
  }

  @Test
  void handsAFollowerEveryEventOnceWhileOthersAppend() throws Exception {
    try (EventLog log = open(64 << 20)) {
      Semaphore rounds = new Semaphore(0);
      CompletableFuture<Void> appending =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 1; i <= 2_000; i++) {
                  append(log, "a.a");
                  if (i % 50 == 0) {
                    rounds.release();
                  }
                }
              },
              Thread::startVirtualThread);
      for (int round = 0; round < 40; round++) {
        rounds.acquire();
        RecordedFollower follower = new RecordedFollower();
        long newest = Logs.newest(log);
        log.follow(0, follower);
        // From here on the first follower is not called any more.
        log.follow(Logs.newest(log), new RecordedFollower());
        List<Long> followed = sequences(follower.events());
        assertThat(followed)
            .hasSizeGreaterThanOrEqualTo((int) newest)
            .isEqualTo(LongStream.rangeClosed(1, followed.size()).boxed().toList());
      }
      await(appending);
    }
  }

  /// The index tells where the events of a type are, in order and from a position on.
  @ParameterizedTest
  @ValueSource(strings = {TypeIndex.SEQUENCES, TypeIndex.SEQUENCES_BACK})
  void passesNoOtherEventsWhenItLooksForAType(String query) throws Exception {
    reopen().close();
    try (Connection connection = connect();
        var plan = connection.createStatement().executeQuery("EXPLAIN QUERY PLAN " + query)) {
      assertThat(plan.getString("detail"))
          .isEqualTo(
              "SEARCH events USING COVERING INDEX events_by_type (type=? AND rowid>? AND rowid<?)");
      plan.next();
      assertThat(plan.next()).as("another step, for instance a sort").isFalse();
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:" + directory.resolve("again").resolve(LogFile.NAME));
  }

  @Test
  void namesEventsThatAreMissing() throws Exception {
    try (EventLog log = reopen()) {
      append(log, "a.a", "a.b", "a.a", "a.b", "a.a", "a.b");
    }
    try (Connection connection = connect()) {
      connection.createStatement().executeUpdate("DELETE FROM events WHERE sequence IN (3, 4)");
    }

    try (EventLog log = reopen()) {
      Page page = await(log.read(1, TypeFilter.ALL, 10, ALL));
      assertThat(sequences(page.events())).containsExactly(2L, 5L, 6L);
      assertThat(page.lost()).containsExactly(new Stretch(3, 4));
      Page back = await(log.readBack(7, TypeFilter.ALL, 10, ALL));
      assertThat(sequences(back.events())).containsExactly(6L, 5L, 2L, 1L);
      assertThat(back.lost()).containsExactly(new Stretch(3, 4));
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      assertThat(sequences(followed.events())).containsExactly(1L, 2L, 5L, 6L);
      assertThat(followed.lost()).containsExactly(new Stretch(3, 4));
    }
  }

  @Test
  void readsNothingThatWasNotYetHandedOn() throws Exception {
    try (EventLog log = open(1 << 20)) {
      append(log, "a.a");
      CompletableFuture<Page> read = new CompletableFuture<>();
      CompletableFuture<Void> go = new CompletableFuture<>();
      log.follow(
          1,
          new Events(group -> {
            // On the log's thread: the event is newest from now on.
            log.read(0, TypeFilter.ALL, 10, ALL).thenAccept(read::complete);
            go.join();
          }));
      CompletableFuture<List<AppendResult>> second =
          log.append(SampleEvents.appends("a.b")).toCompletableFuture();
      assertThat(sequences(await(read).events())).containsExactly(1L, 2L);
      assertThat(second).isNotDone();
      CompletableFuture<List<AppendResult>> third =
          log.append(SampleEvents.appends("a.c")).toCompletableFuture();
      go.complete(null);

      assertThat(await(second)).containsExactly(stored(2));
      assertThat(await(third)).containsExactly(stored(3));
    }
  }

  /// A follower of which only the events matter.
  private record Events(Consumer<List<LoggedEvent>> taker) implements Follower {

    @Override
    public void events(List<LoggedEvent> events) {
      taker.accept(events);
    }

    @Override
    public void lost(long from, long to) {}

    @Override
    public void restarted(String epoch, long newest) {}
  }
}
