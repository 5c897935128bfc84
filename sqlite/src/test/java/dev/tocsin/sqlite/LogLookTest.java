package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log as it is seen from outside, and what the look leaves behind: nothing.
class LogLookTest {

  @TempDir Path directory;

  private EventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  /// Each file with its content's size and its time.
  private Map<String, String> files() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        found.put(
            file.getFileName().toString(),
            Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return found;
  }

  @Test
  void aDirectoryWithoutALogStaysEmpty() throws Exception {
    assertThat(LogLook.at(directory)).isEmpty();
    assertThat(LogLook.at(directory.resolve("none"))).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aLogInUseIsSeenAndItsLockIsKept() throws Exception {
    try (EventLog log = open()) {
      Logs.await(log.append(SampleEvents.appends("a.a")));

      LogLook look = LogLook.at(directory).orElseThrow();

      assertThat(look.isInUse()).isTrue();
      assertThat(look.wasClosed()).isFalse();
      assertThat(look.newest()).isEqualTo(1);
      assertThat(look.written()).isCloseTo(Instant.now(), within(Duration.ofMinutes(1)));
      // The look must not have let go of the log's lock on behalf of the process.
      assertThat(OtherProcess.open(directory)).contains("another server uses");
    }
  }

  @Test
  void aLogThatWasClosedIsSeenAndNotChanged() throws Exception {
    try (EventLog log = open()) {
      Logs.await(log.append(SampleEvents.appends("a.a")));
    }
    Map<String, String> before = files();

    LogLook look = LogLook.at(directory).orElseThrow();

    assertThat(look.isInUse()).isFalse();
    assertThat(look.wasClosed()).isTrue();
    assertThat(look.newest()).isEqualTo(1);
    assertThat(look.bytes()).isPositive();
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aLogWhoseServerWasKilledIsSeenWithItsNewestEvent() throws Exception {
    HaltingWriter.run(directory, 3);
    Map<String, String> before = files();

    LogLook look = LogLook.at(directory).orElseThrow();

    assertThat(look.isInUse()).isFalse();
    assertThat(look.wasClosed()).isFalse();
    assertThat(look.newest()).isEqualTo(3);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void whatIsNoLogIsRefusedInTheWordsOfAStart() throws Exception {
    Path file = directory.resolve(LogFile.NAME);
    Files.writeString(file, "no database");
    assertRefused("damaged or not a database");

    Files.delete(file);
    change(file, "CREATE TABLE a (b)", "PRAGMA application_id = 7");
    assertRefused("not a Tocsin log");

    Files.delete(file);
    open().close();
    change(file, "PRAGMA user_version = 99");
    assertRefused("newer version of Tocsin (format 99");
  }

  private static void change(Path file, String... statements) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private void assertRefused(String words) {
    assertThatExceptionOfType(LogOpenException.class)
        .isThrownBy(() -> LogLook.at(directory))
        .withMessageContaining(words);
  }

  @Test
  void theEngineTellsItsVersion() throws Exception {
    assertThat(LogLook.engine()).matches("3\\.\\d+\\.\\d+");
  }
}
