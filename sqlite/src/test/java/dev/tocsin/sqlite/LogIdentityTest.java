package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
      try (Connection connection = LogFile.openForWriting(log, mode)) {
        first = LogIdentity.open(connection, mode, before);
        if (closed) {
          LogIdentity.close(connection);
        }
      }

      try (Connection connection = LogFile.openForWriting(log, next)) {
        assertThat(LogIdentity.open(connection, next, now).equals(first)).isEqualTo(goesOn);
      }
    }
  }

  @Test
  void isOpenAgainAfterItWasClosedOnce() throws Exception {
    String first;
    try (Connection connection = LogFile.openForWriting(directory, Durability.PROCESS)) {
      first = LogIdentity.open(connection, Durability.PROCESS, "boot1");
      LogIdentity.close(connection);
      assertThat(LogIdentity.open(connection, Durability.PROCESS, "boot2")).isEqualTo(first);

      assertThat(LogIdentity.open(connection, Durability.PROCESS, "boot3")).isNotEqualTo(first);
    }
  }

  @Test
  void writesItsNoteThroughToTheDiskAndThenKeepsTheMode() throws Exception {
    for (Durability mode : Durability.values()) {
      try (Connection connection = LogFile.openForWriting(directory, mode)) {
        LogIdentity.open(connection, mode, "boot1");

        // 1 is NORMAL, 2 is FULL.
        assertThat(LogFile.number(connection, "PRAGMA synchronous"))
            .isEqualTo(mode == Durability.PROCESS ? 1 : 2);
      }
    }
  }
}
