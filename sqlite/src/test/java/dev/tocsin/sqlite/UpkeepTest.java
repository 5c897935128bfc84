package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;

/// What upkeep does when a step of it fails.
class UpkeepTest {

  private static final int EVENTS = DamagedFile.EVENTS;

  @TempDir Path directory;
  private final FaultyDisk disk = new FaultyDisk();
  private final ManualClock clock = new ManualClock();
  private Connection connection;
  private LogMark mark;
  private LogReader reader;
  private LogPlace place;
  private Upkeep upkeep;
  private long nanos;

  @BeforeEach
  void start() throws Exception {
    new DamagedFile(directory).write();
    connection = LogFile.openForWriting(directory, Durability.PROCESS);
    mark = LogMark.open(directory);
    LogIdentity.open(connection, Durability.PROCESS, "boot", mark, new LogBounds(1, EVENTS, true));
    reader = new LogReader(directory);
    place = LogPlace.of(directory, LogFile.bytes(connection));
    upkeep =
        new Upkeep(
            disk.over(connection),
            new SqliteSettings(
                directory, Durability.PROCESS, Duration.ofHours(1), 1 << 20, Duration.ZERO),
            new LogClock(
                clock, clock::nanoTime, LogClock.Moment.parse(LogFile.value(connection, "clock"))),
            mark,
            reader,
            place,
            EVENTS);
    RecordedLogs.take();
  }

  @AfterEach
  void stop() throws Exception {
    upkeep.close();
    place.close();
    reader.close();
    mark.close();
    connection.close();
  }

  private void step() throws SQLException {
    nanos += TimeUnit.MINUTES.toNanos(1);
    upkeep.step(EVENTS, nanos);
  }

  private Path reserve() {
    return directory.resolve(LogReserve.NAME);
  }

  private void stepOnAFullDisk(String failing) throws Exception {
    Files.createFile(reserve());
    disk.error = SQLiteErrorCode.SQLITE_FULL;
    disk.failing = failing;
    assertThatExceptionOfType(SQLException.class).isThrownBy(this::step);
    assertThat(disk.failures).hasPositiveValue();
    LogFile.rollBack(connection);
  }

  @Test
  void givesTheReserveUpToThrowEventsAway() throws Exception {
    clock.advance(Duration.ofHours(2));

    stepOnAFullDisk("DELETE FROM events");

    assertThat(reserve()).doesNotExist();
  }

  /// Publishing would use it up at once.
  @Test
  void keepsTheReserveWhenNothingIsToBeThrownAway() throws Exception {
    clock.advance(Duration.ofMinutes(30));

    stepOnAFullDisk("INSERT INTO moments");

    assertThat(reserve()).exists();
  }

  @Test
  void throwsEventsAwayAlthoughTheirRoomCannotBeGivenBack() throws Exception {
    clock.advance(Duration.ofHours(2));
    disk.error = SQLiteErrorCode.SQLITE_CORRUPT;
    disk.failing = "incremental_vacuum";
    do {
      step();
    } while (upkeep.isPending());
    step();

    assertThat(upkeep.oldest()).isEqualTo(EVENTS + 1);
    assertThat(upkeep.trouble()).isNull();
    assertThat(disk.failures).hasValue(1);
    assertThat(RecordedLogs.take()).singleElement().asString().contains("stays in it");
  }
}
