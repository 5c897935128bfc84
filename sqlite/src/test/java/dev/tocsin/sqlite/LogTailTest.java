package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.SampleEvents;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log that was killed, and somebody has been at its files before it starts again.
class LogTailTest {

  private static final int EVENTS = 20;

  @TempDir Path directory;
  private String epoch = "";

  @BeforeEach
  void writeAndKill() throws Exception {
    try (SqliteEventLog log = open()) {
      epoch = log.state().epoch();
      log.append(SampleEvents.appends("a.a")).join();
    }
    HaltingWriter.run(directory, EVENTS);
  }

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private void assertNewEpoch(long newest) throws Exception {
    assertNewEpoch(newest, newest);
  }

  private void assertNewEpoch(long least, long most) throws Exception {
    String second;
    try (SqliteEventLog log = open()) {
      second = log.state().epoch();
      assertThat(second).isNotEqualTo(epoch);
      assertThat(log.state().newest()).isBetween(least, most);
    }
    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(second);
    }
  }

  @Test
  void goesOnWhenNothingWasTouched() throws Exception {
    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(log.state().newest()).isEqualTo(1 + EVENTS);
    }
  }

  @Test
  void beginsANewEpochWithoutItsWriteAheadFile() throws Exception {
    Files.delete(file(LogFile.JOURNAL));

    assertNewEpoch(1);
  }

  @Test
  void beginsANewEpochWhenItsWriteAheadFileIsDamaged() throws Exception {
    try (RandomAccessFile journal = new RandomAccessFile(file(LogFile.JOURNAL).toFile(), "rw")) {
      journal.seek(journal.length() / 2);
      journal.write(new byte[100]);
    }

    assertNewEpoch(1, EVENTS);
  }

  @Test
  void beginsANewEpochWhenItsWriteAheadFileIsShort() throws Exception {
    try (RandomAccessFile journal = new RandomAccessFile(file(LogFile.JOURNAL).toFile(), "rw")) {
      journal.setLength(0);
    }

    assertNewEpoch(1);
  }

  @Test
  void beginsANewEpochWithoutItsDatabase() throws Exception {
    Files.delete(file(LogFile.NAME));

    assertNewEpoch(0);
  }

  @Test
  void beginsANewEpochWhenOnlyTheDatabaseWasCopied() throws Exception {
    Files.delete(file(LogFile.JOURNAL));
    Files.delete(file(LogMark.NAME));

    assertNewEpoch(1);
  }
}
