package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tocsin.hub.Durability;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;

class LogIdentityTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    // how it ran, whether it was closed, the boots before and now, whether the epoch goes on
    "PROCESS, true,  boot1, boot1, true",
    "PROCESS, true,  boot1, boot2, true",
    "PROCESS, false, boot1, boot1, true",
    "PROCESS, false, boot1, boot2, false",
    "PROCESS, true,  '',    '',    true",
    "PROCESS, false, '',    '',    false",
    "PROCESS, false, boot1, '',    false",
    "POWER,   true,  boot1, boot2, true",
    "POWER,   false, boot1, boot1, true",
    "POWER,   false, boot1, boot2, true",
    "POWER,   false, '',    '',    true",
  })
  void goesOnUnlessThePowerMayHaveTakenEventsBack(
      Durability mode, boolean closed, String before, String now, boolean goesOn) throws Exception {
    for (Durability next : Durability.values()) {
      Path log = directory.resolve(next.toString());
      Files.createDirectory(log);
      String first;
      try (Connection connection = LogFile.openForWriting(log, mode);
          LogMark mark = LogMark.open(log)) {
        first = LogIdentity.open(connection, mode, before, mark, new LogBounds(1, 0, true));
        if (closed) {
          LogIdentity.close(connection);
        }
      }

      try (Connection connection = LogFile.openForWriting(log, next);
          LogMark mark = LogMark.open(log)) {
        assertThat(
                LogIdentity.open(connection, next, now, mark, new LogBounds(1, 0, true))
                    .equals(first))
            .isEqualTo(goesOn);
      }
    }
  }

  @Test
  void isOpenAgainAfterItWasClosedOnce() throws Exception {
    String first;
    try (Connection connection = LogFile.openForWriting(directory, Durability.PROCESS);
        LogMark mark = LogMark.open(directory)) {
      first =
          LogIdentity.open(
              connection, Durability.PROCESS, "boot1", mark, new LogBounds(1, 0, true));
      LogIdentity.close(connection);
      assertThat(
              LogIdentity.open(
                  connection, Durability.PROCESS, "boot2", mark, new LogBounds(1, 0, true)))
          .isEqualTo(first);

      assertThat(
              LogIdentity.open(
                  connection, Durability.PROCESS, "boot3", mark, new LogBounds(1, 0, true)))
          .isNotEqualTo(first);
    }
  }

  @Test
  void writesItsNoteThroughToTheDiskAndThenKeepsTheMode() throws Exception {
    for (Durability mode : Durability.values()) {
      try (Connection connection = LogFile.openForWriting(directory, mode);
          LogMark mark = LogMark.open(directory)) {
        LogIdentity.open(connection, mode, "boot1", mark, new LogBounds(1, 0, true));

        // 1 is NORMAL, 2 is FULL.
        assertThat(LogFile.number(connection, "PRAGMA synchronous"))
            .isEqualTo(mode == Durability.PROCESS ? 1 : 2);
      }
    }
  }

  enum Beside {
    WHOLE,
    NOTHING,
    TORN,
    HUGE
  }

  /// Closed or not, whatever the mark says: a sequence is not given twice in one epoch.
  @ParameterizedTest
  @CsvSource({
    // whether it was closed, what is beside it, what it acknowledged, what it has, whether it goes
    // on
    "false, WHOLE,   7, 7, true",
    "false, WHOLE,   7, 8, true",
    "false, WHOLE,   7, 6, false",
    "true,  WHOLE,   7, 6, false",
    "false, WHOLE,   7, 0, false",
    "false, NOTHING, 7, 7, false",
    "true,  NOTHING, 7, 7, true",
    "false, TORN,    7, 7, false",
    "true,  TORN,    7, 7, true",
    "false, HUGE,    7, 7, false",
    "true,  HUGE,    7, 7, true",
  })
  void goesOnOnlyWhereItsNewestEventsAreAllThere(
      boolean closed, Beside beside, long acknowledged, long newest, boolean goesOn)
      throws Exception {
    Durability mode = Durability.PROCESS;
    String first;
    try (Connection connection = LogFile.openForWriting(directory, mode);
        LogMark mark = LogMark.open(directory)) {
      first = LogIdentity.open(connection, mode, "boot1", mark, new LogBounds(1, 0, true));
      mark.write(acknowledged);
      if (closed) {
        LogIdentity.close(connection);
      }
    }
    Path file = directory.resolve(LogMark.NAME);
    switch (beside) {
      case NOTHING -> Files.delete(file);
      case TORN -> Files.writeString(file, Files.readString(file).replace('7', '8'));
      case HUGE -> {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(new byte[] {' '}), Integer.MAX_VALUE);
        }
      }
      case WHOLE -> {}
    }

    try (Connection connection = LogFile.openForWriting(directory, mode);
        LogMark mark = LogMark.open(directory)) {
      assertThat(
              LogIdentity.open(connection, mode, "boot1", mark, new LogBounds(1, newest, true))
                  .equals(first))
          .isEqualTo(goesOn);
    }
  }

  @Test
  void doesNotGoOnInPlaceOfAnotherLog() throws Exception {
    Durability mode = Durability.PROCESS;
    String first;
    try (Connection connection = LogFile.openForWriting(directory, mode);
        LogMark mark = LogMark.open(directory)) {
      first = LogIdentity.open(connection, mode, "boot1", mark, new LogBounds(1, 0, true));
      LogIdentity.close(connection);
      mark.begin("another", 3);
    }

    try (Connection connection = LogFile.openForWriting(directory, mode);
        LogMark mark = LogMark.open(directory)) {
      assertThat(LogIdentity.open(connection, mode, "boot1", mark, new LogBounds(1, 9, true)))
          .isNotEqualTo(first);
    }
  }

  /// It may be to retain less, which makes room.
  @Test
  void isOpenedOnADiskThatIsTooFullToFoldBack() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    disk.error = SQLiteErrorCode.SQLITE_FULL;
    try (Connection connection = LogFile.openForWriting(directory, Durability.PROCESS);
        LogMark mark = LogMark.open(directory)) {
      disk.failing = LogFile.FOLD_BACK;

      String epoch =
          LogIdentity.open(
              disk.over(connection), Durability.PROCESS, "boot1", mark, new LogBounds(1, 0, true));

      assertThat(disk.failures).hasValue(1);
      assertThat(mark.read()).isEqualTo(new LogMark.Note(epoch, 0));
      disk.error = SQLiteErrorCode.SQLITE_IOERR_WRITE;
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() ->
              LogIdentity.open(
                  disk.over(connection),
                  Durability.PROCESS,
                  "boot1",
                  mark,
                  new LogBounds(1, 0, true)));
    }
  }
}
