package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is acknowledged is what a restart will find, whatever becomes of the files under a running log.
@Timeout(60)
class LogPlaceTest {

  @TempDir Path parent;
  private Path directory = Path.of("");
  private SqliteEventLog log;

  @BeforeEach
  void start() throws Exception {
    directory = parent.resolve("data");
    log = open();
    for (int i = 1; i <= 10; i++) {
      assertThat(append()).isEqualTo(new AppendResult.Stored(i, SampleEvents.TIMESTAMP));
    }
  }

  @AfterEach
  void stop() {
    log.close();
  }

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  private AppendResult append() throws Exception {
    return log.append(SampleEvents.appends("a.a")).get(30, TimeUnit.SECONDS).getFirst();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never happens").isLessThan(end);
    }
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  /// Publishes until one is refused. What was acknowledged until then came within one look.
  private void assertRefused(String... parts) throws Exception {
    long begin = System.nanoTime();
    int acknowledged = 0;
    while (append() instanceof AppendResult.Stored) {
      acknowledged++;
      assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
    }
    assertThat(append())
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class,
            refused -> assertThat(refused.reason()).contains(parts));
    assertThat(log.state().fault()).get().asString().contains(parts);
    assertThat(acknowledged).isLessThan(1_000_000);
  }

  private void deleteAll() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  @Test
  void refusesWhenItsDirectoryIsDeleted() throws Exception {
    deleteAll();

    assertRefused("events.db was deleted or moved away", "restart the server");
  }

  @Test
  void noticesWithoutTraffic() throws Exception {
    deleteAll();

    await(() -> log.state().fault().isPresent());
    assertThat(append()).isInstanceOf(AppendResult.Unavailable.class);
  }

  @Test
  void refusesWhenItsDatabaseIsReplaced() throws Exception {
    Path other = parent.resolve("other");
    Files.copy(file(LogFile.NAME), other);
    Files.move(other, file(LogFile.NAME), StandardCopyOption.REPLACE_EXISTING);

    assertRefused("events.db was replaced by another");
  }

  @Test
  void goesOnWhenItsDirectoryComesBack() throws Exception {
    Path aside = parent.resolve("aside");
    Files.move(directory, aside);
    assertRefused("deleted or moved away");
    Files.move(aside, directory);
    await(() -> log.state().fault().isEmpty());

    AppendResult.Stored stored = (AppendResult.Stored) append();
    log.close();
    log = open();

    assertThat(log.state().newest()).isEqualTo(stored.sequence());
    assertThat(Logs.readAll(log, 0)).hasSize(Math.toIntExact(stored.sequence()));
  }

  @Test
  void losesNothingWhenOnlyItsWriteAheadFileIsDeleted() throws Exception {
    String epoch = log.state().epoch();
    Files.delete(file(LogFile.JOURNAL));
    assertRefused("events.db-wal was deleted or moved away");
    long newest = log.state().newest();

    log.close();
    log = open();

    assertThat(log.state().newest()).isEqualTo(newest);
    assertThat(log.state().epoch()).isEqualTo(epoch);
    assertThat(append()).isEqualTo(new AppendResult.Stored(newest + 1, SampleEvents.TIMESTAMP));
  }

  @Test
  void makesNoOtherWriteAheadFileWhenItsOwnIsDeleted() throws Exception {
    log.close();
    log = open();
    Files.delete(file(LogFile.JOURNAL));

    // Until a checkpoint is due.
    Append large = new Append(SampleEvents.event("a.a", "x".repeat(50_000)), null);
    log.append(Collections.nCopies(400, large)).join();
    assertThat(Logs.readAll(log, 0)).isNotEmpty();
    await(() -> log.state().fault().isPresent());

    assertThat(file(LogFile.JOURNAL)).doesNotExist();
  }

  @Test
  void spoilsNothingWhenItsWriteAheadFileIsCutShort() throws Exception {
    // One transaction whose pages are on both sides of the cut.
    log.append(Collections.nCopies(4_000, SampleEvents.appends("a.a").getFirst())).join();
    try (RandomAccessFile journal = new RandomAccessFile(file(LogFile.JOURNAL).toFile(), "rw")) {
      journal.setLength(journal.length() * 3 / 4);
    }
    assertThat(append())
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class,
            refused -> assertThat(refused.reason()).contains("was cut short"));
    byte[] database = Files.readAllBytes(file(LogFile.NAME));
    byte[] journal = Files.readAllBytes(file(LogFile.JOURNAL));

    log.close();

    assertThat(file(LogFile.NAME)).hasBinaryContent(database);
    assertThat(file(LogFile.JOURNAL)).hasBinaryContent(journal);
  }

  @Test
  void leavesTheFilesOfAnotherServerAlone() throws Exception {
    Path aside = parent.resolve("aside");
    Files.move(directory, aside);
    assertRefused("deleted or moved away");
    HaltingWriter.run(directory, 5);

    log.close();

    assertThat(file(LogFile.JOURNAL)).isNotEmptyFile();
    log = open();
    assertThat(log.state().newest()).isEqualTo(5);
  }

  @Test
  void keepsASecondServerAwayEvenWithoutTheLockFile() throws Exception {
    Files.delete(file("lock"));

    assertThat(OtherProcess.open(directory)).contains("another program holds", "locked");
    assertThat(append()).isInstanceOf(AppendResult.Stored.class);
    assertThatExceptionOfType(LogOpenException.class).isThrownBy(this::open);
  }

  /// A group that does not fit in SQLite's cache goes into the file before it is committed.
  @Test
  void noticesAFileThatWasCutShortBeforeALargeGroupMakesItLookWhole() throws Exception {
    log.append(Collections.nCopies(4_000, SampleEvents.appends("a.a").getFirst())).join();
    try (RandomAccessFile journal = new RandomAccessFile(file(LogFile.JOURNAL).toFile(), "rw")) {
      journal.setLength(journal.length() * 3 / 4);
    }
    Append large = new Append(SampleEvents.event("a.a", "x".repeat(8_000)), null);

    List<AppendResult> results = log.append(Collections.nCopies(4_000, large)).join();

    assertThat(results.getFirst())
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class,
            refused -> assertThat(refused.reason()).contains("was cut short"));
  }

  @Test
  void notesItsNewestSequenceAgainWhenSomebodyDeletesTheNote() throws Exception {
    Files.delete(file(LogMark.NAME));
    await(() -> Files.exists(file(LogMark.NAME)));
    append();

    try (LogMark mark = LogMark.open(directory)) {
      assertThat(mark.read())
          .isEqualTo(new LogMark.Note(log.state().epoch(), log.state().newest()));
    }
    assertThat(List.of(directory.toFile().list())).doesNotContain("events.db-shm");
  }

  enum Strange {
    DIRECTORY,
    PIPE,
    DEVICE,
    OTHER_FILE;

    void takeThePlaceOf(Path file) throws Exception {
      Files.deleteIfExists(file);
      switch (this) {
        case DIRECTORY -> Files.createDirectory(file);
        case PIPE -> makePipe(file);
        case DEVICE -> Files.createSymbolicLink(file, Path.of("/dev/zero"));
        case OTHER_FILE -> Files.writeString(file, "other");
      }
    }
  }

  private static void makePipe(Path file) throws Exception {
    assumeTrue(new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void notesItsNewestSequenceAgainWhenSomethingElseTakesItsPlace(Strange strange) throws Exception {
    String epoch = log.state().epoch();
    strange.takeThePlaceOf(file(LogMark.NAME));
    await(
        () -> Files.isRegularFile(file(LogMark.NAME)) && file(LogMark.NAME).toFile().length() > 50);

    assertThat(append()).isInstanceOf(AppendResult.Stored.class);
    assertThat(log.state().trouble()).isEmpty();
    log.close();
    try (LogMark mark = LogMark.open(directory)) {
      assertThat(mark.read()).isEqualTo(new LogMark.Note(epoch, 11));
    }
    log = open();
    assertThat(log.state().epoch()).isEqualTo(epoch);
  }

  /// Nothing of anybody's is thrown away.
  @Test
  void tellsThatItsNoteCannotBeMadeAgain() throws Exception {
    Files.delete(file(LogMark.NAME));
    Path inside = Files.createDirectories(file(LogMark.NAME).resolve("inside"));
    await(() -> log.state().trouble().isPresent());

    assertThat(log.state().trouble())
        .get()
        .asString()
        .contains("A restart will be refused", "newest is not a file", "move it");
    assertThat(append()).isInstanceOf(AppendResult.Stored.class);
    assertThat(log.state().fault()).isEmpty();
    Files.delete(inside);
    await(() -> log.state().trouble().isEmpty());
    assertThat(file(LogMark.NAME)).isRegularFile();
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECTORY", "PIPE"})
  void tellsThatARestartWouldFindNoLock(Strange strange) throws Exception {
    strange.takeThePlaceOf(file("lock"));

    await(() -> log.state().trouble().isPresent());
    assertThat(log.state().trouble()).get().asString().contains("lock is not a file");
    Files.delete(file("lock"));
    await(() -> log.state().trouble().isEmpty());
  }

  /// To open a pipe would hold up the thread that folds back, and with it everything.
  @Test
  void makesItsReserveWhateverStandsInTheWay() throws Exception {
    makePipe(file(LogReserve.NAME + ".part"));
    log.append(
            Collections.nCopies(
                400, new Append(SampleEvents.event("a.a", "x".repeat(50_000)), null)))
        .join();

    await(() -> Files.exists(file(LogReserve.NAME)));
    assertThat(append()).isInstanceOf(AppendResult.Stored.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4_096, 1_000_000})
  void saysThatItsDatabaseWasCutShort(long length) throws Exception {
    // So that it has something to be cut from.
    log.append(
            Collections.nCopies(
                400, new Append(SampleEvents.event("a.a", "x".repeat(50_000)), null)))
        .join();
    // Made when all has been folded back.
    await(() -> Files.exists(file(LogReserve.NAME)));
    append();
    // A look has seen it.
    long seen = System.nanoTime() + 3 * LogPlace.GOOD_FOR_NANOS;
    await(() -> System.nanoTime() > seen);
    append();
    try (RandomAccessFile database = new RandomAccessFile(file(LogFile.NAME).toFile(), "rw")) {
      database.setLength(length);
    }

    // Without traffic.
    await(() -> log.state().fault().isPresent());
    assertThat(log.state().fault())
        .get()
        .asString()
        .contains("events.db was cut short", "restart the server");
    assertThat(append())
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class,
            refused -> assertThat(refused.reason()).contains("events.db was cut short"));
  }

  @Test
  void takesRoomThatItGivesBackForNoCut() throws Exception {
    log.close();
    log =
        SqliteEventLog.open(
            new SqliteSettings(
                directory, Durability.PROCESS, Duration.ofDays(7), 64 << 20, Duration.ZERO),
            InstantSource.system());
    Append large = new Append(SampleEvents.event("a.a", "x".repeat(50_000)), null);
    for (int i = 0; i < 5; i++) {
      log.append(Collections.nCopies(400, large)).join();
    }
    log.close();
    log =
        SqliteEventLog.open(
            new SqliteSettings(
                directory, Durability.PROCESS, Duration.ofDays(7), 1 << 20, Duration.ZERO),
            InstantSource.system());
    await(() -> file(LogFile.NAME).toFile().length() < 4 << 20);

    assertThat(append()).isInstanceOf(AppendResult.Stored.class);
    assertThat(log.state().fault()).isEmpty();
  }
}
