package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.SampleEvents;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A log that was stopped on a full disk, and what an operator can do then.
@Timeout(120)
class FullDiskStopTest {

  @TempDir Path directory;

  private static SqliteEventLog open(Path path, long retainBytes) throws LogOpenException {
    return SqliteEventLog.open(
        new SqliteSettings(
            path, Durability.PROCESS, Duration.ofDays(7), retainBytes, Duration.ofMinutes(10)),
        InstantSource.system());
  }

  private static long fillLog(SqliteEventLog log) {
    long last = 0;
    while (true) {
      List<AppendResult> results =
          log.append(
                  Collections.nCopies(
                      10, new Append(SampleEvents.event("a.a", "x".repeat(5_000)), null)))
              .join();
      if (!(results.getLast() instanceof AppendResult.Stored stored)) {
        return last;
      }
      last = stored.sequence();
    }
  }

  @Test
  void isWholeInItsDatabaseWhenItIsClosed() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory, "200m")) {
      try (SqliteEventLog log = open(disk.path(), 1L << 30)) {
        fillLog(log);
        assertThat(Files.size(disk.path().resolve(LogFile.JOURNAL)))
            .as("what the reserve makes up for")
            .isLessThanOrEqualTo(LogReserve.BYTES);
        disk.fill();
      }

      assertThat(disk.path().resolve(LogFile.JOURNAL)).doesNotExist();
      assertThat(disk.path().resolve(LogReserve.NAME)).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void makesRoomWhenItIsToRetainLess(boolean toTheLastByte) throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory, "200m")) {
      Process killed = OtherProcess.start(FullDiskStopTest.class, disk.path().toString());
      long newest =
          Long.parseLong(
              new String(killed.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                  .strip());
      if (toTheLastByte) {
        disk.fill();
      }

      try (SqliteEventLog log = open(disk.path(), 4 << 20)) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (log.state().oldest() < newest - 1_000
            || Files.size(disk.path().resolve(LogFile.NAME)) > 8 << 20) {
          log.append(SampleEvents.appends("a.a")).join();
          assertThat(System.nanoTime())
              .as("oldest " + log.state().oldest() + ' ' + log.state().fault())
              .isLessThan(end);
        }
        assertThat(log.append(SampleEvents.appends("a.a")).join().getFirst())
            .isInstanceOf(AppendResult.Stored.class);
        assertThat(log.state().newest()).isGreaterThan(newest);
      }
    }
  }

  /// Fills the disk and ends as by kill -9.
  public static void main(String[] arguments) throws LogOpenException {
    System.out.println(fillLog(open(Path.of(arguments[0]), 1L << 30)));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
