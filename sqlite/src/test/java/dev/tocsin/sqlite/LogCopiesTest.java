package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tocsin.hub.SampleEvents;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
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
      epoch = log.state().epoch();
      log.append(SampleEvents.appends("a.a")).join();
      SqliteEventLog.copy(directory(), copy);
    }
    for (String name : directory().toFile().list()) {
      Files.delete(directory().resolve(name));
    }
    Files.move(copy, directory().resolve(LogFile.NAME));

    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isNotEqualTo(epoch);
      assertThat(log.state().newest()).isEqualTo(1);
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

  /// A disk that copies until it is told to stop.
  private static Connection endless(Connection connection, CountDownLatch begun) {
    CountDownLatch cancelled = new CountDownLatch(1);
    return (Connection)
        proxy(
            Connection.class,
            connection,
            (method, result) ->
                method.equals("prepareStatement")
                    ? proxy(
                        PreparedStatement.class,
                        result,
                        (call, ignored) -> {
                          switch (call) {
                            case "setString" -> begun.countDown();
                            case "cancel" -> cancelled.countDown();
                            default -> {}
                          }
                          return ignored;
                        },
                        call -> {
                          if (call.equals("executeUpdate")) {
                            cancelled.await();
                            throw new SQLException("interrupted");
                          }
                        })
                    : result,
            call -> {});
  }

  private interface Before {
    void call(String method) throws Exception;
  }

  private static Object proxy(
      Class<?> type, Object target, BiFunction<String, Object, Object> after, Before before) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) -> {
          before.call(method.getName());
          return after.apply(method.getName(), method.invoke(target, arguments));
        });
  }

  /// Else whoever stops the server would wait for the whole log to be copied.
  @Test
  void isGivenUpWhenTheServerStops() throws Exception {
    open().close();
    CountDownLatch begun = new CountDownLatch(1);
    LogCopies copies =
        new LogCopies(directory(), log -> endless(LogFile.openForFoldingBack(log), begun));
    Files.createFile(directory().resolve(LogCopies.REQUEST));
    copies.look();
    begun.await();

    Thread closing = Thread.startVirtualThread(copies::close);

    assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
    assertThat(directory().resolve(LogCopies.REQUEST)).doesNotExist();
    assertThat(directory().resolve(LogCopies.COPY)).doesNotExist();
    assertThat(directory().resolve(LogCopies.FAILED)).hasContent("interrupted");
  }

  /// Such a request could never be taken away, and a copy be made every second.
  @Test
  void isNotMadeForWhatIsNoFile() throws Exception {
    open().close();
    Files.createDirectories(directory().resolve(LogCopies.REQUEST).resolve("inside"));
    try (LogCopies copies = new LogCopies(directory())) {
      copies.look();
    }

    assertThat(directory().resolve(LogCopies.COPY)).doesNotExist();
  }
}
