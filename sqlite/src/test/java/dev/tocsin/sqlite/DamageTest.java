package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is damaged is told, and what is around it is served.
@Timeout(120)
class DamageTest {

  private static final int EVENTS = DamagedFile.EVENTS;
  private static final int MUCH = Integer.MAX_VALUE;
  private static final TypeFilter A = TypeFilter.of(Set.of("a.a"));

  @TempDir Path directory;

  private DamagedFile disk;

  @BeforeEach
  void choose() {
    disk = new DamagedFile(directory);
  }

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  private static List<Long> sequences(List<LoggedEvent> events) {
    return events.stream().map(LoggedEvent::sequence).toList();
  }

  private static List<Long> all(List<Page> pages) {
    return pages.stream()
        .flatMap(page -> page.events().stream())
        .map(LoggedEvent::sequence)
        .toList();
  }

  /// Reads everything, and checks that every sequence is either served or told as lost.
  private static List<Stretch> assertNothingPassedOver(LogReader reader, int maxEvents)
      throws SQLException {
    List<Page> pages = new ArrayList<>();
    List<Stretch> lost = new ArrayList<>();
    for (long position = 0; position < EVENTS; ) {
      Page page = reader.read(position, EVENTS, TypeFilter.ALL, maxEvents, MUCH);
      assertThat(page.position()).isGreaterThan(position);
      position = page.position();
      pages.add(page);
      lost.addAll(page.lost());
    }
    List<Long> told = new ArrayList<>(all(pages));
    lost.forEach(s -> LongStream.rangeClosed(s.from(), s.to()).forEach(told::add));
    assertThat(told)
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, EVENTS).boxed().toList());
    return lost;
  }

  @Test
  void servesWhatIsAroundADamagedPage() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    LogReader reader = new LogReader(directory);

    List<Stretch> lost = assertNothingPassedOver(reader, MUCH);

    assertThat(lost).hasSize(1);
    assertThat(lost.getFirst().from()).isBetween(270L, 300L);
    assertThat(lost.getFirst().to()).isBetween(300L, 330L);
    assertThat(reader.unreadable().all()).isEqualTo(lost);
    // Again, and in small pages: the same.
    assertThat(assertNothingPassedOver(reader, MUCH)).isEqualTo(lost);
    assertNothingPassedOver(reader, 7);
    reader.close();
    try (SqliteEventLog log = open()) {
      assertThat(Logs.readAll(log, 0)).hasSizeGreaterThan(EVENTS - 40);
      assertThat(log.state().unreadable()).isEqualTo(lost);
      assertThat(log.state().fault()).isEmpty();
      assertThat(log.append(SampleEvents.appends("a.a")).join())
          .containsExactly(new AppendResult.Stored(EVENTS + 1, SampleEvents.TIMESTAMP));
    }
  }

  @Test
  void readsSingleEventsAroundADamagedPage() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    long[] wanted = {1, 299, 300, 301, EVENTS};
    LogReader reader = new LogReader(directory);

    Page page = reader.readEach(wanted, MUCH);

    assertThat(sequences(page.events())).contains(1L, (long) EVENTS).doesNotContain(300L);
    assertThat(page.position()).isEqualTo(EVENTS);
    List<Long> told = new ArrayList<>(sequences(page.events()));
    page.lost().forEach(lost -> told.add(lost.from()));
    assertThat(told).containsExactlyInAnyOrder(1L, 299L, 300L, 301L, (long) EVENTS);
    assertThat(reader.unreadable().at(300)).isPresent();
    // Again, now that it is known: the same.
    assertThat(reader.readEach(wanted, MUCH).lost()).isEqualTo(page.lost());
    reader.close();
  }

  @Test
  void tellsOnceOfAPlaceThatIsFoundInParts() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    LogReader reader = new LogReader(directory);
    RecordedLogs.take();

    for (long after = 0; after < EVENTS; after += 7) {
      reader.read(after, Math.min(after + 7, EVENTS), TypeFilter.ALL, MUCH, MUCH);
    }

    assertThat(reader.unreadable().all()).hasSize(1);
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("events of the log cannot be read");
    reader.close();
  }

  @Test
  void tellsWhatItCannotReadOfSomeTypes() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    LogReader reader = new LogReader(directory);

    Page page = reader.read(0, EVENTS, A, MUCH, MUCH);

    assertThat(page.position()).isEqualTo(EVENTS);
    assertThat(page.lost()).isNotEmpty().anySatisfy(s -> assertThat(s.from()).isLessThan(301));
    assertThat(page.events()).hasSizeGreaterThan(EVENTS / 2 - 30);
    assertThat(sequences(page.events())).isSorted().doesNotContain(300L).contains(598L);
    assertThat(reader.unreadable().all()).hasSize(1);
    reader.close();
  }

  @Test
  void readsTheEventsThemselvesWhenTheIndexIsDamaged() throws Exception {
    disk.write();
    disk.spoilIndex();
    LogReader reader = new LogReader(directory);

    Page page = reader.read(10, EVENTS, A, 5, MUCH);

    assertThat(sequences(page.events())).containsExactly(12L, 14L, 16L, 18L, 20L);
    assertThat(page.lost()).isEmpty();
    reader.close();
  }

  @Test
  void readsTheEventsThemselvesWhenThereIsNoIndex() throws Exception {
    disk.write();
    disk.execute("DROP INDEX events_by_type");
    LogReader reader = new LogReader(directory);

    assertThat(sequences(reader.read(10, EVENTS, A, 3, MUCH).events()))
        .containsExactly(12L, 14L, 16L);
    assertThat(sequences(reader.readBack(20, A, 3, MUCH).events())).containsExactly(20L, 18L, 16L);
    reader.close();
  }

  /// First with the event that an index names, then with the whole of what is damaged before it.
  @Test
  void tellsOnceOfAPlaceThatIsFoundFromItsMiddleOn() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    LogReader reader = new LogReader(directory);
    RecordedLogs.take();

    reader.read(300, EVENTS, TypeFilter.ALL, MUCH, MUCH);
    assertNothingPassedOver(reader, MUCH);
    assertNothingPassedOverBack(reader, 7);

    reader.close();
    assertThat(reader.unreadable().all()).hasSize(1);
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  @Test
  void tellsOfMissingRows() throws Exception {
    disk.write();
    disk.execute("DELETE FROM events WHERE sequence IN (5, 6, 7, 300, 600)");
    LogReader reader = new LogReader(directory);

    assertThat(assertNothingPassedOver(reader, MUCH))
        .containsExactly(new Stretch(5, 7), new Stretch(300, 300), new Stretch(600, 600));
    assertThat(reader.unreadable().all()).hasSize(3);
    reader.close();
  }

  @Test
  void tellsOfRowsThatAreMissingAtTheHead() throws Exception {
    disk.write();
    disk.throwAway(50);
    disk.execute("DELETE FROM events WHERE sequence <= 57");
    LogReader reader = new LogReader(directory);

    assertThat(reader.readBack(EVENTS, TypeFilter.ALL, MUCH, MUCH).lost())
        .containsExactly(new Stretch(1, 57));
    assertThat(reader.unreadable().all()).containsExactly(new Stretch(51, 57));
    assertThat(reader.read(40, EVENTS, TypeFilter.ALL, MUCH, MUCH).lost())
        .containsExactly(new Stretch(41, 57));
    reader.close();
  }

  /// Before anybody asks, and also to who asks for some types.
  @ParameterizedTest
  @CsvSource({
    "sequence <= 7, 1, 7",
    "sequence > 590, 591, 600",
    "sequence > 0, 1, 600",
  })
  void knowsWhatIsMissingAtItsEndsWhenItIsOpened(String rows, long from, long to) throws Exception {
    disk.write();
    disk.execute("INSERT INTO log VALUES ('newest', '600')");
    disk.execute("DELETE FROM events WHERE " + rows);
    try (SqliteEventLog log = open()) {
      assertThat(log.state().unreadable()).containsExactly(new Stretch(from, to));
      assertThat(log.state().oldest()).isEqualTo(1);
      assertThat(log.state().newest()).isEqualTo(EVENTS);
      assertThat(log.append(SampleEvents.appends("a.a")).join())
          .containsExactly(new AppendResult.Stored(EVENTS + 1, SampleEvents.TIMESTAMP));
      assertThat(log.read(0, A, MUCH, MUCH).join().lost()).containsExactly(new Stretch(from, to));
    }
  }

  /// Its file was made before the oldest sequence was noted.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void knowsTheOldestSequenceOfAnEarlierProgramsLog(boolean hasThrownAway) throws Exception {
    disk.write();
    if (hasThrownAway) {
      disk.throwAway(50);
    } else {
      disk.execute("DELETE FROM events WHERE sequence <= 50");
    }
    disk.execute("DELETE FROM log WHERE name = 'oldest'");

    for (int opened = 0; opened < 2; opened++) {
      try (SqliteEventLog log = open()) {
        assertThat(log.state().oldest()).isEqualTo(hasThrownAway ? 51 : 1);
        assertThat(log.state().unreadable()).hasSize(hasThrownAway ? 0 : 1);
      }
    }
  }

  @Test
  void takesWhatRetentionHasThrownAwayForNoDamage() throws Exception {
    disk.write();
    disk.throwAway(50);
    LogReader reader = new LogReader(directory);

    Page page = reader.read(10, EVENTS, TypeFilter.ALL, 10, MUCH);

    assertThat(page.lost()).containsExactly(new Stretch(11, 50));
    assertThat(sequences(page.events())).first().isEqualTo(51L);
    assertThat(reader.unreadable().all()).isEmpty();
    reader.close();
  }

  @Test
  void servesWhatIsBeforeAFileThatWasCutShort() throws Exception {
    disk.write();
    Path file = directory.resolve(LogFile.NAME);
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(cut.length() - DamagedFile.PAGE - 1_000);
    }
    LogReader reader = new LogReader(directory);

    List<Stretch> lost = assertNothingPassedOver(reader, 100);

    assertThat(lost).isNotEmpty();
    assertThat(lost.getFirst().from()).isGreaterThan(EVENTS / 2);
    reader.close();
  }

  /// SQLite does not notice: the text just has zeros in it.
  @ParameterizedTest
  @ValueSource(strings = {"", "and so on"})
  void takesATextWithZerosForDamaged(String rest) throws Exception {
    try (SqliteEventLog log = open()) {
      log.append(SampleEvents.appends("a.a")).join();
      String text = "x".repeat(5_000) + "the end" + rest;
      log.append(List.of(new Append(SampleEvents.event("a.a", text), null))).join();
      log.append(SampleEvents.appends("a.a")).join();
    }
    disk.spoil(disk.placeOf("the end"), rest.isEmpty() ? 100 : "the end".length());
    LogReader reader = new LogReader(directory);

    Page page = reader.read(0, 3, TypeFilter.ALL, MUCH, MUCH);

    assertThat(sequences(page.events())).containsExactly(1L, 3L);
    assertThat(page.lost()).containsExactly(new Stretch(2, 2));
    reader.close();
  }

  /// Bytes that rot within a text are no damage to SQLite, and no event to a client.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "payload = CAST(X'7B2261223A22FFFE227D' AS TEXT)",
        "payload = '{\"a\":\"b\"c\"}'",
        "payload = '[]'",
        "timestamp = '\"}'",
        "type = 'a\"a'"
      })
  void takesWhatNoClientCouldReadForDamaged(String rotten) throws Exception {
    disk.write();
    disk.execute("UPDATE events SET " + rotten + " WHERE sequence = 2");
    LogReader reader = new LogReader(directory);

    Page page = reader.read(0, 3, TypeFilter.ALL, MUCH, MUCH);

    assertThat(sequences(page.events())).containsExactly(1L, 3L);
    assertThat(page.lost()).containsExactly(new Stretch(2, 2));
    reader.close();
  }

  @Test
  void namesALongStretchWithFewLooks() throws Exception {
    disk.write();
    List<Long> pages = new ArrayList<>();
    for (int event = 40; event < 560; event += 5) {
      pages.add(disk.pageOf(event));
    }
    for (long page : pages) {
      disk.spoil(page);
    }
    LogReader reader = new LogReader(directory);

    List<Stretch> lost = assertNothingPassedOver(reader, MUCH);

    assertThat(lost).hasSize(1);
    reader.close();
  }

  /// Reads everything back, and checks that every sequence is either served or told as lost.
  private static List<Stretch> assertNothingPassedOverBack(LogReader reader, int maxEvents)
      throws SQLException {
    List<Long> told = new ArrayList<>();
    List<Stretch> lost = new ArrayList<>();
    for (long position = EVENTS; position > 0; ) {
      Page page = reader.readBack(position, TypeFilter.ALL, maxEvents, MUCH);
      assertThat(page.position()).isLessThan(position);
      position = page.position();
      told.addAll(sequences(page.events()));
      lost.addAll(page.lost());
    }
    assertThat(told).isSortedAccordingTo(Comparator.reverseOrder());
    lost.forEach(s -> LongStream.rangeClosed(s.from(), s.to()).forEach(told::add));
    assertThat(told)
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, EVENTS).boxed().toList());
    return lost;
  }

  @Test
  void servesWhatIsAroundADamagedPageWhenItReadsBack() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    disk.throwAway(50);
    disk.execute("DELETE FROM events WHERE sequence IN (100, 101)");
    LogReader reader = new LogReader(directory);

    List<Stretch> lost = assertNothingPassedOverBack(reader, MUCH);

    assertThat(lost).hasSize(3);
    assertThat(lost.get(0).from()).isBetween(270L, 300L);
    assertThat(lost.get(0).to()).isBetween(300L, 330L);
    assertThat(lost.get(1)).isEqualTo(new Stretch(100, 101));
    assertThat(lost.get(2)).isEqualTo(new Stretch(1, 50));
    assertThat(reader.unreadable().all()).containsExactly(lost.get(1), lost.get(0));
    // Again, and in small pages, and the other way round: the same.
    assertNothingPassedOverBack(reader, 7);
    assertThat(assertNothingPassedOver(reader, MUCH)).isEqualTo(lost.reversed());
    reader.close();
  }

  @Test
  void tellsWhatItCannotReadOfSomeTypesWhenItReadsBack() throws Exception {
    disk.write();
    disk.spoil(disk.pageOf(300));
    disk.throwAway(50);
    LogReader reader = new LogReader(directory);

    Page page = reader.readBack(EVENTS, A, MUCH, MUCH);

    assertThat(page.position()).isZero();
    assertThat(page.lost()).hasSize(2).last().isEqualTo(new Stretch(1, 50));
    Stretch damaged = page.lost().getFirst();
    assertThat(damaged.from()).isBetween(270L, 300L);
    assertThat(reader.unreadable().all()).containsExactly(damaged);
    List<Long> wanted =
        LongStream.rangeClosed(51, EVENTS)
            .filter(n -> n % 2 == 0 && (n < damaged.from() || n > damaged.to()))
            .boxed()
            .toList();
    assertThat(sequences(page.events())).isEqualTo(wanted.reversed());
    // The other way round, and a few at a time: the same.
    List<Long> read = new ArrayList<>();
    for (long position = 0; position < EVENTS; ) {
      Page next = reader.read(position, EVENTS, A, 7, MUCH);
      read.addAll(sequences(next.events()));
      assertThat(next.position()).isGreaterThan(position);
      position = next.position();
    }
    assertThat(read).isEqualTo(wanted);
    reader.close();
  }

  /// Of what type the lost ones were nobody knows any more.
  @Test
  void tellsWhoWantsSomeTypesOfWhatIsKnownToBeLost() throws Exception {
    disk.write();
    disk.execute("DELETE FROM events WHERE sequence IN (5, 6, 7, 300)");
    LogReader reader = new LogReader(directory);
    assertThat(reader.read(0, EVENTS, A, MUCH, MUCH).lost()).isEmpty();

    List<Stretch> lost = assertNothingPassedOver(reader, MUCH);

    assertThat(reader.read(0, EVENTS, A, MUCH, MUCH).lost()).isEqualTo(lost).hasSize(2);
    assertThat(reader.read(5, 6, A, MUCH, MUCH).lost()).containsExactly(new Stretch(6, 6));
    assertThat(reader.readBack(EVENTS, A, MUCH, MUCH).lost()).isEqualTo(lost.reversed());
    reader.close();
  }

  @Test
  void readsTheEventsThemselvesBackWhenTheIndexIsDamaged() throws Exception {
    disk.write();
    disk.spoilIndex();
    LogReader reader = new LogReader(directory);

    Page page = reader.readBack(20, A, 5, MUCH);

    assertThat(sequences(page.events())).containsExactly(20L, 18L, 16L, 14L, 12L);
    assertThat(page.lost()).isEmpty();
    reader.close();
  }

  /// However much there is to look through, the look comes to an end, and the next one goes on.
  @Test
  void endsALookThatFindsMuchDamage() throws Exception {
    disk.write();
    for (int event = 30; event < EVENTS; event += 60) {
      disk.spoil(disk.pageOf(event));
    }
    LogReader reader = new LogReader(directory);

    Page first = reader.read(0, EVENTS, TypeFilter.ALL, MUCH, MUCH);

    assertThat(first.position()).isBetween(100L, EVENTS - 1L);
    assertThat(assertNothingPassedOver(reader, MUCH)).hasSize(EVENTS / 60);
    reader.close();
  }

  private Stretch lost() throws SQLException {
    LogReader reader = new LogReader(directory);
    try {
      return reader.read(0, EVENTS, TypeFilter.ALL, MUCH, MUCH).lost().getFirst();
    } finally {
      reader.close();
    }
  }

  @Test
  void findsThePlaceOfATimeBesideADamagedPage() throws Exception {
    disk.write();
    disk.execute("UPDATE events SET accepted_at = sequence * 1000");
    disk.spoil(disk.pageOf(300));
    LogReader reader = new LogReader(directory);
    Stretch damaged = lost();

    for (long sequence = 1; sequence <= EVENTS; sequence++) {
      boolean isLost = sequence >= damaged.from() && sequence <= damaged.to() + 1;
      assertThat(reader.positionAt(sequence * 1_000, EVENTS))
          .isEqualTo((isLost ? damaged.from() : sequence) - 1);
    }
    assertThat(reader.positionAt(EVENTS * 1_000 + 1, EVENTS)).isEqualTo(EVENTS);
    reader.close();
  }
}
