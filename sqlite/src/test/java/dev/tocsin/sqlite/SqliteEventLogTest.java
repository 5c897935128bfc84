package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.EventLogContract;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.SampleEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SqliteEventLogTest extends EventLogContract {

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
      epoch = log.epoch();
      append(log, "a.a", "a.b", "a.a");
    }

    try (EventLog log = reopen()) {
      assertThat(log.epoch()).isEqualTo(epoch);
      assertThat(log.oldest()).isEqualTo(1);
      assertThat(log.newest()).isEqualTo(3);
      assertThat(log.lastByType()).isEqualTo(Map.of("a.a", 3L, "a.b", 2L));
      assertThat(types(log.read(0, 10, ALL))).containsExactly("a.a", "a.b", "a.a");
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
      while (log.oldest() < 4) {
        Thread.onSpinWait();
      }
      assertThat(log.newest()).isEqualTo(3);
      assertThat(log.read(0, 10, ALL)).isEmpty();
    }

    try (EventLog log = reopen()) {
      assertThat(log.newest()).isEqualTo(3);
      assertThat(log.oldest()).isEqualTo(4);
      assertThat(log.lastByType()).isEmpty();
      assertThat(append(log, "a.d")).isEqualTo(4);
      assertThat(log.oldest()).isEqualTo(4);
    }
  }

  @Test
  void beginsANewEpochOnDemand() throws Exception {
    String first;
    try (EventLog log = reopen()) {
      first = log.epoch();
      append(log, "a.a");
    }

    String second = SqliteEventLog.beginEpoch(directory.resolve("again"));

    assertThat(second).isNotEqualTo(first);
    try (EventLog log = reopen()) {
      assertThat(log.epoch()).isEqualTo(second);
      assertThat(log.newest()).isEqualTo(1);
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
        log.read(Math.max(0, log.newest() - 16), 16, ALL);
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
          group -> {
            throw new OutOfMemoryError("for the test");
          });

      assertThat(append(log, "a.a")).isEqualTo(1);
      List<AppendResult> later = await(log.append(SampleEvents.appends("a.b", "a.c")));

      assertThat(later)
          .containsExactlyElementsOf(
              Collections.nCopies(2, new AppendResult.Unavailable(LogFault.DIED)));
      assertThat(log.fault()).contains(LogFault.DIED);
      assertThat(sequences(log.read(0, 10, ALL))).containsExactly(1L);
    }
  }

  @Test
  void finishesWhatWaitsBeforeItCloses() throws Exception {
    List<CompletableFuture<List<AppendResult>>> appending;
    try (EventLog log = reopen()) {
      appending =
          LongStream.range(0, 500).mapToObj(i -> log.append(SampleEvents.appends("a.a"))).toList();
    }

    for (int i = 0; i < appending.size(); i++) {
      assertThat(appending.get(i)).isCompletedWithValue(List.of(stored(i + 1)));
    }
    try (EventLog log = reopen()) {
      assertThat(log.newest()).isEqualTo(500);
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
        List<Long> followed = Collections.synchronizedList(new ArrayList<>());
        long newest = log.newest();
        log.follow(0, group -> followed.addAll(sequences(group)));
        // From here on the first follower is not called any more.
        log.follow(log.newest(), group -> {});
        assertThat(followed)
            .hasSizeGreaterThanOrEqualTo((int) newest)
            .isEqualTo(LongStream.rangeClosed(1, followed.size()).boxed().toList());
      }
      await(appending);
    }
  }

  @Test
  void readsNothingThatWasNotYetHandedOn() throws Exception {
    try (EventLog log = open(1 << 20)) {
      append(log, "a.a");
      CompletableFuture<List<LoggedEvent>> read = new CompletableFuture<>();
      CompletableFuture<Void> go = new CompletableFuture<>();
      log.follow(
          1,
          group -> {
            // On the log's thread: the event is newest from now on.
            read.complete(log.read(0, 10, ALL));
            go.join();
          });
      CompletableFuture<List<AppendResult>> second = log.append(SampleEvents.appends("a.b"));
      assertThat(sequences(await(read))).containsExactly(1L, 2L);
      assertThat(second).isNotDone();
      CompletableFuture<List<AppendResult>> third = log.append(SampleEvents.appends("a.c"));
      go.complete(null);

      assertThat(await(second)).containsExactly(stored(2));
      assertThat(await(third)).containsExactly(stored(3));
    }
  }
}
