package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every log has to keep, whatever it writes to, whoever else appends to it and whose clock it goes by. The test of a log
/// extends this, or [OwnClockContract], or [SoleWriterContract]; other modules have them from this one's test jar.
///
/// In these tests nobody else appends, and a log that is new counts from 1.
@Timeout(60)
public abstract class EventLogContract {

  /// What the largest page of these tests may hold.
  protected static final int ALL = Logs.ALL;

  /// How long a log of these tests remembers idempotency keys.
  protected static final Duration WINDOW = Duration.ofMinutes(10);

  /// What the logs of these tests go by.
  protected final ManualClock clock = new ManualClock();

  private final List<EventLog> opened = new ArrayList<>();

  /// A log without events, with an epoch of its own, that goes by [#clock] and remembers keys for
  /// [#WINDOW]. It keeps at least `keptBytes` (1 MiB or more) bytes of JSON and, sooner or later, not
  /// much more than four times as many.
  protected abstract EventLog open(long keptBytes) throws Exception;

  final EventLog open() {
    return opened(ALL);
  }

  /// A log that is closed after the test.
  final EventLog opened(long keptBytes) {
    try {
      EventLog log = open(keptBytes);
      opened.add(log);
      return log;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void closeAll() {
    opened.forEach(EventLog::close);
  }

  @Test
  void isEmptyInTheBeginning() {
    EventLog log = open();

    assertThat(Logs.newest(log)).isZero();
    assertThat(Logs.oldest(log)).isEqualTo(1);
    assertThat(log.lastByType()).isEmpty();
    assertThat(read(log, 0, 10, ALL)).isEmpty();
  }

  @Test
  void saysHowLargeItIs() {
    EventLog log = open();
    long before = log.figures().bytes();

    log.append(
            Collections.nCopies(
                20, new Append(SampleEvents.event("a.a", "x".repeat(50_000)), null)))
        .toCompletableFuture()
        .join();

    while (log.figures().bytes() < before + 500_000) {
      assertThat(Thread.currentThread().isInterrupted()).as("until the timeout").isFalse();
    }
    assertThat(log.figures().bytes()).isLessThan(before + 10_000_000);
    assertThat(log.figures().kind()).matches("[a-z]+");
  }

  @Test
  void givesSequencesFromOneWithoutHoles() {
    EventLog log = open();

    assertThat(append(log, "a.a")).isEqualTo(1);
    assertThat(append(log, "a.b", "a.c", "a.d")).isEqualTo(2);
    assertThat(append(log, "a.e")).isEqualTo(5);

    assertThat(Logs.newest(log)).isEqualTo(5);
    assertThat(Logs.oldest(log)).isEqualTo(1);
    assertThat(types(read(log, 0, 10, ALL))).containsExactly("a.a", "a.b", "a.c", "a.d", "a.e");
    assertThat(sequences(read(log, 0, 10, ALL))).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void cursorOfAHubGetsAllThatIsWantedFromTheLogAndThenLive() throws Exception {
    EventLog log = open();
    int before = 300;
    for (int i = 0; i < before; i += 100) {
      append(log, Collections.nCopies(100, "a.a").toArray(String[]::new));
    }
    // So little memory that what was before is read from the log.
    try (Hub hub = new Hub(EventCatalog.builtIn(), log, InstantSource.system(), 1);
        LogCursor cursor =
            hub.newCursor(List.of(EventPattern.of("a.*")), null, null, log.state().epoch(), 0)) {
      append(log, "b.b", "a.new");
      List<Long> got = new ArrayList<>();
      while (got.size() < before + 1) {
        if (cursor.next(Duration.ofSeconds(30)) instanceof LogCursor.Step.Events events) {
          events.events().forEach(event -> got.add(event.sequence()));
        }
      }
      List<Long> expected = new ArrayList<>(LongStream.rangeClosed(1, before).boxed().toList());
      expected.add(before + 2L);
      assertThat(got).isEqualTo(expected);
    }
  }

  @Test
  void givesBackWhatWasAppended() {
    EventLog log = open();
    EncodedEvent full =
        EncodedEvent.of(
            "alert.deleted",
            SampleEvents.event("x.y", "ä 😀 \\u0000").payload(),
            "2026-05-06T07:08:09.123456789+05:30",
            "a \"quoted\"\n\0id",
            "channel");
    EncodedEvent bare =
        EncodedEvent.of("alert.created", full.payload(), SampleEvents.TIMESTAMP, null, null);

    await(log.append(List.of(new Append(full, null), new Append(bare, null))));
    await(log.reach(2, Duration.ofSeconds(30)));

    List<LoggedEvent> read = read(log, 0, 10, ALL);
    assertThat(read).hasSize(2);
    assertSame(read.get(0).event(), full);
    assertSame(read.get(1).event(), bare);
  }

  private static void assertSame(EncodedEvent actual, EncodedEvent expected) {
    assertThat(actual.json()).isEqualTo(expected.json());
    assertThat(actual.payload()).isEqualTo(expected.payload());
    assertThat(actual.type()).isEqualTo(expected.type());
    assertThat(actual.timestamp()).isEqualTo(expected.timestamp());
    assertThat(actual.correlationId()).isEqualTo(expected.correlationId());
    assertThat(actual.channel()).isEqualTo(expected.channel());
  }

  @Test
  void readsSomeTypesOnly() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c", "a.a", "a.b");
    Set<String> types = Set.of("a.a", "a.c", "never.seen");

    assertThat(sequences(read(log, 0, types, 10, ALL))).containsExactly(1L, 3L, 4L);
    assertThat(types(read(log, 0, types, 10, ALL))).containsExactly("a.a", "a.c", "a.a");
    assertThat(sequences(read(log, 1, types, 10, ALL))).containsExactly(3L, 4L);
    assertThat(sequences(read(log, 0, types, 2, ALL))).containsExactly(1L, 3L);
    assertThat(sequences(read(log, 1, types, 10, 1))).containsExactly(3L);
    assertThat(read(log, 4, types, 10, ALL)).isEmpty();
    assertThat(read(log, 99, types, 10, ALL)).isEmpty();
    assertThat(read(log, 0, Set.of(), 10, ALL)).isEmpty();
  }

  @Test
  void findsWhatIsRareAmongMuch() {
    EventLog log = open();
    append(log, "a.rare");
    for (int i = 0; i < 3; i++) {
      append(log, Collections.nCopies(2_000, "a.common").toArray(String[]::new));
      append(log, "a.rare");
    }

    assertThat(sequences(read(log, 1, Set.of("a.rare"), 10, ALL)))
        .containsExactly(2_002L, 4_003L, 6_004L);
  }

  @Test
  void saysHowFarItHasLooked() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.b");

    assertThat(page(log, 0, "a.a").position()).isEqualTo(3);
    assertThat(page(log, 0, "a.c")).isEqualTo(new Page(List.of(), 3));
    assertThat(page(log, 3, "a.a").position()).isEqualTo(3);
    assertThat(await(log.read(0, TypeFilter.of(Set.of("a.b")), 1, ALL)).position()).isEqualTo(2);
    assertThat(await(log.read(0, TypeFilter.ALL, 1, ALL)).position()).isEqualTo(1);
  }

  @Test
  void readsBack() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.a", "a.c");
    TypeFilter some = TypeFilter.of(Set.of("a.a", "a.c"));

    assertThat(sequences(pageBack(log, 5, TypeFilter.ALL, 10).events()))
        .containsExactly(4L, 3L, 2L, 1L);
    assertThat(sequences(pageBack(log, Long.MAX_VALUE, TypeFilter.ALL, 2).events()))
        .containsExactly(4L, 3L);
    assertThat(pageBack(log, 5, TypeFilter.ALL, 2).position()).isEqualTo(2);
    assertThat(pageBack(log, 5, TypeFilter.ALL, 10).position()).isZero();
    assertThat(sequences(pageBack(log, 4, some, 10).events())).containsExactly(3L, 1L);
    assertThat(sequences(pageBack(log, 5, some, 2).events())).containsExactly(4L, 3L);
    assertThat(pageBack(log, 5, some, 2).position()).isBetween(1L, 2L);
    assertThat(sequences(await(log.readBack(5, some, 10, 1)).events())).containsExactly(4L);
    assertThat(pageBack(log, 5, TypeFilter.of(Set.of("a.x")), 10))
        .isEqualTo(new Page(List.of(), 0));
    assertThat(pageBack(log, 1, TypeFilter.ALL, 10)).isEqualTo(new Page(List.of(), 0));
  }

  @Test
  void readsSingleEvents() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.a", "a.c", "a.d");
    int size = SampleEvents.event("a.a").json().length;

    Page some = await(log.readEach(new long[] {1, 3, 4}, ALL));
    assertThat(sequences(some.events())).containsExactly(1L, 3L, 4L);
    assertThat(types(some.events())).containsExactly("a.a", "a.a", "a.c");
    assertThat(some.lost()).isEmpty();
    assertThat(some.position()).isEqualTo(4);
    Page cut = await(log.readEach(new long[] {2, 3, 5}, 2 * size));
    assertThat(sequences(cut.events())).containsExactly(2L, 3L);
    assertThat(cut.position()).isEqualTo(3);
    assertThat(sequences(await(log.readEach(new long[] {5}, 1)).events())).containsExactly(5L);
  }

  @Test
  void namesSingleEventsThatItHasLetGoOf() {
    EventLog log = opened(1 << 20);
    append(log, "a.rare");
    List<Append> large =
        Collections.nCopies(16, new Append(SampleEvents.event("a.a", "x".repeat(64_000)), null));
    for (int i = 0; i < 32; i++) {
      await(log.append(large));
    }
    append(log, "a.rare");
    long newest = Logs.newest(log);
    await(log.reach(newest, Duration.ofSeconds(30)));
    while (Logs.oldest(log) < newest - 80) {
      Thread.onSpinWait();
    }

    Page page = await(log.readEach(new long[] {1, 2, newest}, ALL));

    assertThat(sequences(page.events())).containsExactly(newest);
    assertThat(page.position()).isEqualTo(newest);
    assertThat(page.lost().getFirst().from()).isEqualTo(1);
    assertThat(page.lost().getLast().to()).isEqualTo(2);
    assertThat(log.state().unreadable()).isEmpty();
  }

  @Test
  void keepsTheNoteThatWasWrittenLastIfItKeepsOne() throws IOException {
    EventLog log = open();
    Optional<LogNote> place = log.note();
    if (place.isEmpty()) {
      return;
    }
    LogNote note = place.get();
    assertThat(note.open()).isEmpty();

    note.write(out -> out.write(new byte[] {1, 2}));
    note.write(out -> out.write(new byte[] {3}));
    assertThatThrownBy(() ->
            note.write(out -> {
              out.write(4);
              throw new IOException("in the middle");
            }))
        .isInstanceOf(IOException.class);

    try (InputStream in = note.open().orElseThrow()) {
      assertThat(in.readAllBytes()).containsExactly(3);
    }
  }

  @Test
  void hasComeSoFarWhenItSaysSo() {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);

    for (long sequence = 1; sequence <= 100; sequence++) {
      await(log.append(SampleEvents.appends("a.a")));
      assertThat(await(log.reach(sequence, Duration.ofSeconds(30)))).isEqualTo(sequence);
      assertThat(followed.events()).hasSize((int) sequence);
      assertThat(sequences(read(log, sequence - 1, 1, ALL))).containsExactly(sequence);
    }
    assertThat(await(log.reach(1_000, Duration.ofMillis(50)))).isEqualTo(100);
  }

  @Test
  void isNotSaidToHaveComeSoFarWhileTheFollowerIsBeingTold() throws Exception {
    EventLog log = open();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    log.follow(
        0,
        new Follower() {
          @Override
          public void events(List<LoggedEvent> events) {
            entered.countDown();
            awaitLatch(told);
          }

          @Override
          public void lost(long from, long to) {}

          @Override
          public void restarted(String epoch, long newest) {}
        });
    CompletableFuture<?> appended =
        CompletableFuture.supplyAsync(() -> await(log.append(SampleEvents.appends("a.a"))));
    awaitLatch(entered);

    CompletableFuture<Long> reached =
        CompletableFuture.supplyAsync(() -> await(log.reach(1, Duration.ofSeconds(30))));

    // It answers that it has not come so far, or not yet.
    assertThat(reached.completeOnTimeout(0L, 200, TimeUnit.MILLISECONDS).join()).isZero();
    told.countDown();
    appended.join();
    assertThat(await(log.reach(1, Duration.ofSeconds(30)))).isEqualTo(1);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readsOnAfterAnyPosition() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");

    assertThat(sequences(read(log, 1, 10, ALL))).containsExactly(2L, 3L);
    assertThat(sequences(read(log, 2, 10, ALL))).containsExactly(3L);
    assertThat(read(log, 3, 10, ALL)).isEmpty();
    assertThat(read(log, 4, 10, ALL)).isEmpty();
    assertThat(read(log, Long.MAX_VALUE, 10, ALL)).isEmpty();
  }

  @Test
  void endsAPageAtTheNumberOfEvents() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");

    assertThat(sequences(read(log, 0, 1, ALL))).containsExactly(1L);
    assertThat(sequences(read(log, 0, 2, ALL))).containsExactly(1L, 2L);
    assertThat(sequences(read(log, 1, 2, ALL))).containsExactly(2L, 3L);
    assertThat(sequences(read(log, 0, Integer.MAX_VALUE, Integer.MAX_VALUE)))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void endsAPageAtTheNumberOfBytesButGivesAtLeastOne() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");
    int size = SampleEvents.event("a.a").json().length;

    assertThat(sequences(read(log, 0, 10, 1))).containsExactly(1L);
    assertThat(sequences(read(log, 0, 10, 2 * size - 1))).containsExactly(1L);
    assertThat(sequences(read(log, 0, 10, 2 * size))).containsExactly(1L, 2L);
  }

  @Test
  void knowsTheLastSequenceOfEachType() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.a");
    append(log, "a.c");

    assertThat(log.lastByType()).isEqualTo(Map.of("a.a", 3L, "a.b", 2L, "a.c", 4L));
  }

  @Test
  void keepsItsEpochWhichIsNoOtherLogs() {
    EventLog log = open();
    String epoch = log.state().epoch();
    append(log, "a.a");

    assertThat(log.state().epoch())
        .isEqualTo(epoch)
        .isNotEmpty()
        .isNotEqualTo(open().state().epoch());
  }

  @Test
  void handsOnWhatIsAfterThePosition() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");
    RecordedFollower followed = new RecordedFollower();

    log.follow(1, followed);
    append(log, "a.d");

    assertThat(sequences(followed.events())).containsExactly(2L, 3L, 4L);
    assertThat(types(followed.events())).containsExactly("a.b", "a.c", "a.d");
  }

  @Test
  void handsOnOnlyToTheLastFollower() {
    EventLog log = open();
    RecordedFollower first = new RecordedFollower();
    RecordedFollower second = new RecordedFollower();

    log.follow(0, first);
    append(log, "a.a");
    log.follow(1, second);
    append(log, "a.b");

    assertThat(sequences(first.events())).containsExactly(1L);
    assertThat(sequences(second.events())).containsExactly(2L);
  }

  @Test
  void readsWithoutGapWhileOthersAppend() {
    EventLog log = open();
    int total = 500;
    CompletableFuture<Void> appending =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < total; i++) {
                append(log, "a.a");
              }
            },
            Thread::startVirtualThread);

    List<Long> read = new ArrayList<>();
    long position = 0;
    while (position < total) {
      List<LoggedEvent> page = read(log, position, 7, ALL);
      read.addAll(sequences(page));
      position = page.isEmpty() ? position : page.getLast().sequence();
      Thread.onSpinWait();
    }
    await(appending);

    assertThat(read).isEqualTo(LongStream.rangeClosed(1, total).boxed().toList());
  }

  @Test
  void letsGoOfTheOldestBeyondItsBound() {
    EventLog log = opened(1 << 20);
    List<Append> large =
        Collections.nCopies(16, new Append(SampleEvents.event("a.a", "x".repeat(64_000)), null));
    for (int i = 0; i < 32; i++) {
      await(log.append(large));
    }
    long newest = 32 * 16;
    await(log.reach(newest, Duration.ofSeconds(30)));
    while (Logs.oldest(log) < newest - 80) {
      Thread.onSpinWait();
    }

    List<Long> read = sequences(Logs.readAll(log, 0));
    assertThat(read)
        .isEqualTo(LongStream.rangeClosed(read.getFirst(), newest).boxed().toList())
        .hasSizeBetween(16, 80);
    assertThat(Logs.oldest(log)).isBetween(read.getFirst(), newest - 15);
    assertThat(Logs.newest(log)).isEqualTo(newest);
    assertThat(log.lastByType()).isEqualTo(Map.of("a.a", newest));
  }

  @Test
  void namesWhatItHasLetGoOf() {
    EventLog log = opened(1 << 20);
    append(log, "a.rare");
    List<Append> large =
        Collections.nCopies(16, new Append(SampleEvents.event("a.a", "x".repeat(64_000)), null));
    for (int i = 0; i < 32; i++) {
      await(log.append(large));
    }
    append(log, "a.rare");
    long newest = Logs.newest(log);
    while (Logs.oldest(log) < newest - 80) {
      Thread.onSpinWait();
    }

    Page all = await(log.read(1, TypeFilter.ALL, 1, ALL));
    assertThat(all.lost()).containsExactly(new Stretch(2, all.events().getFirst().sequence() - 1));
    Page rare = page(log, 1, "a.rare");
    while (rare.events().isEmpty()) {
      rare = page(log, rare.position(), "a.rare");
    }
    assertThat(sequences(rare.events())).containsExactly(newest);
    Page first = page(log, 1, "a.rare");
    assertThat(first.lost())
        .singleElement()
        .satisfies(lost -> {
          assertThat(lost.from()).isEqualTo(2);
          assertThat(lost.to()).isBetween(newest - 81, newest - 15);
        });
    List<Stretch> below = new ArrayList<>();
    for (long before = newest; before > 1; ) {
      Page back = pageBack(log, before, TypeFilter.ALL, 1_000);
      below.addAll(back.lost());
      before = back.position() + 1;
    }
    assertThat(below.getLast().from()).isEqualTo(1);
  }

  @Test
  void answersARepeatedKeyLikeTheFirstOne() {
    EventLog log = open();
    append(log, "a.a");

    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    assertThat(appendKeyed(log, "other", "a.b")).isEqualTo(stored(3));

    assertThat(Logs.newest(log)).isEqualTo(3);
  }

  @Test
  void refusesAKeyThatWasUsedWithAnotherBody() {
    EventLog log = open();
    appendKeyed(log, "key", "a.a");

    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(new AppendResult.Conflict());
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(1));

    assertThat(types(read(log, 0, 10, ALL))).containsExactly("a.a");
  }

  @Test
  void answersEachOfAMixedAppend() {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);
    appendKeyed(log, "key", "a.a");

    List<AppendResult> results =
        await(
            log.append(
                List.of(
                    new Append(SampleEvents.event("a.b"), null),
                    SampleEvents.keyed("key", "a.a"),
                    SampleEvents.keyed("key", "a.x"),
                    SampleEvents.keyed("twice", "a.c"),
                    SampleEvents.keyed("twice", "a.c"),
                    SampleEvents.keyed("twice", "a.y"),
                    new Append(SampleEvents.event("a.d"), null))));

    assertThat(results)
        .containsExactly(
            stored(2),
            stored(1),
            new AppendResult.Conflict(),
            stored(3),
            stored(3),
            new AppendResult.Conflict(),
            stored(4));
    await(log.reach(4, Duration.ofSeconds(30)));
    assertThat(types(followed.events())).containsExactly("a.a", "a.b", "a.c", "a.d");
    assertThat(sequences(followed.events())).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void givesConcurrentDuplicatesOneAnswer() {
    EventLog log = open();

    List<CompletableFuture<AppendResult>> appending =
        IntStream.range(0, 32)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(
                    () -> appendKeyed(log, "key", "a.a"), Thread::startVirtualThread))
            .toList();

    assertThat(appending.stream().map(EventLogContract::await).distinct())
        .containsExactly(stored(1));
    assertThat(Logs.newest(log)).isEqualTo(1);
  }

  @Test
  void hasNoFaultUntilItIsClosed() {
    EventLog log = open();
    append(log, "a.a");
    assertThat(log.state().fault()).isEmpty();

    log.close();
    log.close();

    assertThat(log.state().fault()).isPresent();
    assertThat(await(log.append(SampleEvents.appends("a.b", "a.c"))))
        .hasSize(2)
        .allSatisfy(result -> assertThat(result).isInstanceOf(AppendResult.Unavailable.class));
  }

  /// Appends events of these types, waits until they have been handed on, and gives the first sequence.
  protected static long append(EventLog log, String... types) {
    List<AppendResult> results = await(log.append(SampleEvents.appends(types)));
    assertThat(results).hasSize(types.length);
    long last = first(results.subList(types.length - 1, types.length));
    assertThat(await(log.reach(last, Duration.ofSeconds(30)))).isGreaterThanOrEqualTo(last);
    return first(results);
  }

  /// The events of one page.
  protected static List<LoggedEvent> read(EventLog log, long after, int maxEvents, int maxBytes) {
    return await(log.read(after, TypeFilter.ALL, maxEvents, maxBytes)).events();
  }

  private static List<LoggedEvent> read(
      EventLog log, long after, Set<String> types, int maxEvents, int maxBytes) {
    return await(log.read(after, TypeFilter.of(types), maxEvents, maxBytes)).events();
  }

  private static Page page(EventLog log, long after, String... types) {
    return await(log.read(after, TypeFilter.of(Set.of(types)), 10, ALL));
  }

  private static Page pageBack(EventLog log, long before, TypeFilter types, int maxEvents) {
    return await(log.readBack(before, types, maxEvents, ALL));
  }

  /// Appends an event under an idempotency key, see [SampleEvents#keyed].
  protected static AppendResult appendKeyed(EventLog log, String key, String type) {
    AppendResult result = await(log.append(List.of(SampleEvents.keyed(key, type)))).getFirst();
    if (result instanceof AppendResult.Stored stored) {
      await(log.reach(stored.sequence(), Duration.ofSeconds(30)));
    }
    return result;
  }

  /// The answer for a sample event.
  protected static AppendResult.Stored stored(long sequence) {
    return new AppendResult.Stored(sequence, SampleEvents.TIMESTAMP);
  }

  static long first(List<AppendResult> results) {
    return switch (results.getFirst()) {
      case AppendResult.Stored stored -> stored.sequence();
      case AppendResult.Conflict conflict -> throw new AssertionError(conflict);
      case AppendResult.Unavailable unavailable -> throw new AssertionError(unavailable.reason());
      case AppendResult.Unknown unknown -> throw new AssertionError(unknown.reason());
    };
  }

  protected static List<Long> sequences(List<LoggedEvent> events) {
    return events.stream().map(LoggedEvent::sequence).toList();
  }

  protected static List<String> types(List<LoggedEvent> events) {
    return events.stream().map(logged -> logged.event().type()).toList();
  }

  protected static <T> T await(CompletionStage<T> answer) {
    return Logs.await(answer);
  }
}
