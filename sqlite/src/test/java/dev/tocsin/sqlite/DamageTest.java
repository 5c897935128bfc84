package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is damaged is told, and what is around it is served.
@Timeout(120)
class DamageTest {

  private static final int PAGE = 4_096;
  private static final int EVENTS = 600;
  private static final int MUCH = Integer.MAX_VALUE;

  @TempDir Path directory;

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  /// Some 20 events a page, half of type a.a and half of type a.b.
  private void write() throws Exception {
    try (SqliteEventLog log = open()) {
      List<Append> appends = new ArrayList<>();
      for (int i = 1; i <= EVENTS; i++) {
        appends.add(
            new Append(
                SampleEvents.event(i % 2 == 0 ? "a.a" : "a.b", "n" + i + "x".repeat(150)), null));
      }
      assertThat(log.append(appends).join().getLast()).isInstanceOf(AppendResult.Stored.class);
    }
  }

  /// The place in the file of the page that has an event.
  private long pageOf(int event) throws IOException {
    return pageOf("\"n" + event + "x");
  }

  private long pageOf(String searched) throws IOException {
    byte[] file = Files.readAllBytes(directory.resolve(LogFile.NAME));
    byte[] text = searched.getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < file.length - text.length; at++) {
      if (Arrays.equals(file, at, at + text.length, text, 0, text.length)) {
        return (long) at / PAGE * PAGE;
      }
    }
    throw new IOException(searched + " is not there");
  }

  private void spoil(long page) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve(LogFile.NAME).toFile(), "rw")) {
      file.seek(page);
      file.write(new byte[PAGE]);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = LogFile.openForFoldingBack(directory)) {
      LogFile.execute(connection, sql);
    }
  }

  private static List<Long> sequences(List<LoggedEvent> events) {
    return events.stream().map(LoggedEvent::sequence).toList();
  }

  private static List<Long> all(List<LogPage> pages) {
    return pages.stream()
        .flatMap(page -> page.events().stream())
        .map(LoggedEvent::sequence)
        .toList();
  }

  /// Reads everything, and checks that every sequence is either served or told as lost.
  private static List<Stretch> assertNothingPassedOver(LogReader reader, int maxEvents)
      throws SQLException {
    List<LogPage> pages = new ArrayList<>();
    List<Stretch> lost = new ArrayList<>();
    for (long position = 0; position < EVENTS; ) {
      LogPage page = reader.read(position, EVENTS, maxEvents, MUCH);
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
    write();
    spoil(pageOf(300));
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
      assertThat(log.read(0, MUCH, MUCH)).hasSizeGreaterThan(EVENTS - 40);
      assertThat(log.unreadable()).isEqualTo(lost);
      assertThat(log.fault()).isEmpty();
      assertThat(log.append(SampleEvents.appends("a.a")).join())
          .containsExactly(new AppendResult.Stored(EVENTS + 1, SampleEvents.TIMESTAMP));
    }
  }

  @Test
  void tellsWhatItCannotReadOfSomeTypes() throws Exception {
    write();
    spoil(pageOf(300));
    LogReader reader = new LogReader(directory);

    LogPage page = reader.readOfTypes(0, EVENTS, List.of("a.a"), MUCH, MUCH);

    assertThat(page.position()).isEqualTo(EVENTS);
    assertThat(page.lost()).isNotEmpty().anySatisfy(s -> assertThat(s.from()).isLessThan(301));
    assertThat(page.events()).hasSizeGreaterThan(EVENTS / 2 - 30);
    assertThat(sequences(page.events())).isSorted().doesNotContain(300L).contains(598L);
    assertThat(reader.unreadable().all()).hasSize(1);
    reader.close();
  }

  @Test
  void readsTheEventsThemselvesWhenTheIndexIsDamaged() throws Exception {
    write();
    long root;
    try (Connection connection = LogFile.openForReading(directory)) {
      root =
          LogFile.number(
              connection, "SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_type'");
    }
    spoil((root - 1) * PAGE);
    LogReader reader = new LogReader(directory);

    LogPage page = reader.readOfTypes(10, EVENTS, List.of("a.a"), 5, MUCH);

    assertThat(sequences(page.events())).containsExactly(12L, 14L, 16L, 18L, 20L);
    assertThat(page.lost()).isEmpty();
    reader.close();
  }

  @Test
  void tellsOfMissingRows() throws Exception {
    write();
    execute("DELETE FROM events WHERE sequence IN (5, 6, 7, 300, 600)");
    LogReader reader = new LogReader(directory);

    assertThat(assertNothingPassedOver(reader, MUCH))
        .containsExactly(new Stretch(5, 7), new Stretch(300, 300), new Stretch(600, 600));
    assertThat(reader.unreadable().all()).hasSize(3);
    reader.close();
  }

  @Test
  void takesWhatRetentionHasThrownAwayForNoDamage() throws Exception {
    write();
    execute("DELETE FROM events WHERE sequence <= 50");
    LogReader reader = new LogReader(directory);

    LogPage page = reader.read(10, EVENTS, 10, MUCH);

    assertThat(page.lost()).containsExactly(new Stretch(11, 50));
    assertThat(sequences(page.events())).first().isEqualTo(51L);
    assertThat(reader.unreadable().all()).isEmpty();
    reader.close();
  }

  @Test
  void servesWhatIsBeforeAFileThatWasCutShort() throws Exception {
    write();
    Path file = directory.resolve(LogFile.NAME);
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(cut.length() - PAGE - 1_000);
    }
    LogReader reader = new LogReader(directory);

    List<Stretch> lost = assertNothingPassedOver(reader, 100);

    assertThat(lost).isNotEmpty();
    assertThat(lost.getFirst().from()).isGreaterThan(EVENTS / 2);
    reader.close();
  }

  /// SQLite does not notice: the text just ends in zeros.
  @Test
  void takesATextWithZerosForDamaged() throws Exception {
    try (SqliteEventLog log = open()) {
      log.append(SampleEvents.appends("a.a")).join();
      String text = "x".repeat(5_000) + "the end";
      log.append(List.of(new Append(SampleEvents.event("a.a", text), null))).join();
      log.append(SampleEvents.appends("a.a")).join();
    }
    spoil(pageOf("the end"));
    LogReader reader = new LogReader(directory);

    LogPage page = reader.read(0, 3, MUCH, MUCH);

    assertThat(sequences(page.events())).containsExactly(1L, 3L);
    assertThat(page.lost()).containsExactly(new Stretch(2, 2));
    reader.close();
  }

  @Test
  void namesALongStretchWithFewLooks() throws Exception {
    write();
    List<Long> pages = new ArrayList<>();
    for (int event = 40; event < 560; event += 5) {
      pages.add(pageOf(event));
    }
    for (long page : pages) {
      spoil(page);
    }
    LogReader reader = new LogReader(directory);

    List<Stretch> lost = assertNothingPassedOver(reader, MUCH);

    assertThat(lost).hasSize(1);
    reader.close();
  }
}
