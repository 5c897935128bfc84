package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tocsin.hub.SampleEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogCopiesTest {

  @TempDir Path parent;

  private Path directory() {
    return parent.resolve("data");
  }

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory()), InstantSource.system());
  }

  /// As other programs see it.
  private static long count(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      return LogFile.number(connection, "SELECT count(*) FROM events");
    }
  }

  @Test
  void isMadeByTheServerThatHasTheLogOpen() throws Exception {
    Path copy = parent.resolve("copy it's.db");
    try (SqliteEventLog log = open()) {
      log.append(SampleEvents.appends("a.a", "a.b")).join();

      SqliteEventLog.copy(directory(), copy);

      log.append(SampleEvents.appends("a.c")).join();
    }
    assertThat(count(copy)).isEqualTo(2);
    assertThat(directory().toFile().list())
        .containsExactlyInAnyOrder("events.db", "lock", "newest");
  }

  @Test
  void isMadeWithoutAServer() throws Exception {
    try (SqliteEventLog log = open()) {
      log.append(SampleEvents.appends("a.a")).join();
    }
    Path copy = parent.resolve("copy.db");

    SqliteEventLog.copy(directory(), copy);

    assertThat(count(copy)).isEqualTo(1);
  }

  @Test
  void beginsANewEpochWhereItIsRestored() throws Exception {
    Path copy = parent.resolve("copy.db");
    String epoch;
    try (SqliteEventLog log = open()) {
      epoch = log.epoch();
      log.append(SampleEvents.appends("a.a")).join();
      SqliteEventLog.copy(directory(), copy);
    }
    for (String name : directory().toFile().list()) {
      Files.delete(directory().resolve(name));
    }
    Files.move(copy, directory().resolve(LogFile.NAME));

    try (SqliteEventLog log = open()) {
      assertThat(log.epoch()).isNotEqualTo(epoch);
      assertThat(log.newest()).isEqualTo(1);
    }
  }

  @Test
  void saysWhyThereIsNone() throws Exception {
    open().close();
    Path there = Files.createFile(parent.resolve("there"));

    assertThatExceptionOfType(LogOpenException.class)
        .isThrownBy(() -> SqliteEventLog.copy(directory(), there))
        .withMessageContaining("is there already");
    assertThatExceptionOfType(LogOpenException.class)
        .isThrownBy(() -> SqliteEventLog.copy(parent, parent.resolve("new")))
        .withMessageContaining("there is no log");
  }
}
