package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a running log serves around, a log starts with.
@Timeout(120)
class DamagedStartTest {

  private static final int EVENTS = DamagedFile.EVENTS;
  private static final TypeFilter A = TypeFilter.of(Set.of("a.a"));

  @TempDir Path directory;
  private DamagedFile disk;
  private String epoch;

  @BeforeEach
  void write() throws Exception {
    disk = new DamagedFile(directory);
    disk.write();
    try (SqliteEventLog log = open()) {
      epoch = log.state().epoch();
    }
    RecordedLogs.take();
  }

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  private static List<Long> ofTypeA(SqliteEventLog log) {
    return log.read(0, A, 10_000, Integer.MAX_VALUE).join().events().stream()
        .map(LoggedEvent::sequence)
        .toList();
  }

  private static List<Long> even() {
    return LongStream.rangeClosed(1, EVENTS).filter(n -> n % 2 == 0).boxed().toList();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never happens").isLessThan(end);
    }
  }

  enum Index {
    MISSING,
    ROOT,
    FIRST_LEAF,
    LAST_LEAF;

    void spoil(DamagedFile disk) throws Exception {
      switch (this) {
        case MISSING -> disk.execute("DROP INDEX events_by_type");
        case ROOT -> disk.spoilIndex();
        case FIRST_LEAF -> disk.spoilIndexLeaf("a.a");
        case LAST_LEAF -> disk.spoilIndexLeaf("a.b");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void makesItsIndexAnew(Index index) throws Exception {
    index.spoil(disk);

    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(log.lastByType()).isEqualTo(Map.of("a.a", 600L, "a.b", 599L));
      assertThat(log.append(SampleEvents.appends("a.b")).join())
          .containsExactly(new AppendResult.Stored(EVENTS + 1, SampleEvents.TIMESTAMP));
      assertThat(ofTypeA(log)).isEqualTo(even());
      assertThat(log.state().trouble()).isEmpty();
      assertThat(log.state().unreadable()).isEmpty();
    }
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("the index of the event types is missing or damaged");
    try (Connection connection = LogFile.openForReading(directory)) {
      assertThat(TypeIndex.lookUp(connection)).containsOnlyKeys("a.a", "a.b");
    }
    // Once: the next start finds it.
    open().close();
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void servesWithoutItsIndexWhenThatCannotBeMade(Index index) throws Exception {
    index.spoil(disk);
    disk.spoil(disk.pageOf(300));

    try (SqliteEventLog log = open()) {
      assertThat(log.state().trouble()).get().asString().contains("index", "missing");
      assertThat(log.state().unreadable()).hasSize(1);
      Stretch lost = log.state().unreadable().getFirst();
      assertThat(log.lastByType()).isEqualTo(Map.of("a.a", 600L, "a.b", 599L));
      assertThat(log.append(SampleEvents.appends("a.b")).join())
          .containsExactly(new AppendResult.Stored(EVENTS + 1, SampleEvents.TIMESTAMP));
      assertThat(ofTypeA(log))
          .isEqualTo(even().stream().filter(n -> n < lost.from() || n > lost.to()).toList());
      assertThat(Logs.readAll(log, 0)).hasSizeGreaterThan(EVENTS - 40);
    }
  }

  @Test
  void startsWithADamagedBeginning() throws Exception {
    disk.spoil(disk.pageOf(1));

    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(log.state().unreadable()).singleElement().extracting(Stretch::from).isEqualTo(1L);
      assertThat(log.state().fault()).isEmpty();
      assertThat(log.append(SampleEvents.appends("a.b")).join())
          .containsExactly(new AppendResult.Stored(EVENTS + 1, SampleEvents.TIMESTAMP));
      assertThat(Logs.readAll(log, 0)).hasSizeGreaterThan(EVENTS - 40);
    }
  }

  /// Also without its index, which knows the newest sequence as well as the mark.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void startsWithADamagedEnd(boolean hasIndex) throws Exception {
    disk.spoil(disk.pageOf(EVENTS));
    if (!hasIndex) {
      disk.spoilIndex();
    }

    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(log.state().newest()).isEqualTo(EVENTS);
      assertThat(log.state().unreadable())
          .singleElement()
          .extracting(Stretch::to)
          .isEqualTo((long) EVENTS);
      // Nothing can be added there, and who asks is told before he tries.
      await(() -> log.state().fault().isPresent());
      assertThat(log.state().fault()).get().asString().contains("The log is damaged");
      assertThat(log.append(SampleEvents.appends("a.b")).join().getFirst())
          .isInstanceOf(AppendResult.Unavailable.class);
      assertThat(Logs.readAll(log, 0)).hasSizeGreaterThan(EVENTS - 40);
      assertThat(ofTypeA(log)).contains(2L, 400L);
    }
  }

  @Test
  void refusesADamagedEndWhenNothingVouchesForItsNewestEvent() throws Exception {
    disk.spoil(disk.pageOf(EVENTS));
    disk.spoilIndex();
    Files.delete(directory.resolve(LogMark.NAME));

    assertThatExceptionOfType(LogOpenException.class)
        .isThrownBy(this::open)
        .withMessageContaining("is damaged");
  }

  /// The mark is not flushed, the log of this mode is.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void trustsTheMarkOnlyWhereItCannotHaveLostAnything(boolean sameBoot) throws Exception {
    disk.execute("UPDATE log SET value = 'power' WHERE name = 'durability'");
    disk.execute("UPDATE log SET value = 'false' WHERE name = 'closed'");
    disk.execute("UPDATE log SET value = 'before' WHERE name = 'boot'");
    disk.spoil(disk.pageOf(EVENTS));
    disk.spoilIndex();

    try (SqliteEventLog log =
        SqliteEventLog.open(
            SqliteSettings.of(directory),
            InstantSource.system(),
            System::nanoTime,
            sameBoot ? "before" : "after")) {
      assertThat(log.state().epoch().equals(epoch)).isEqualTo(sameBoot);
    }
  }
}
