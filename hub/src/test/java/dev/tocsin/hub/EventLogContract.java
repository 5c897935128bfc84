package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every log has to keep, whatever it writes to. The test of a log extends this; other modules
/// have it from this one's test jar.
@Timeout(60)
public abstract class EventLogContract {

  /// What the largest page of these tests may hold.
  protected static final int ALL = 1 << 24;

  /// How long a log of these tests remembers idempotency keys.
  protected static final Duration WINDOW = Duration.ofMinutes(10);

  /// What the logs of these tests go by.
  protected final ManualClock clock = new ManualClock();

  private final List<EventLog> opened = new ArrayList<>();

  /// A log without events, with an epoch of its own, that goes by [#clock] and remembers keys for
  /// [#WINDOW]. It keeps at least `keptBytes` (1 MiB or more) bytes of JSON and, sooner or later, not
  /// much more than four times as many.
  protected abstract EventLog open(long keptBytes) throws Exception;

  private EventLog open() {
    return opened(ALL);
  }

  /// A log that is closed after the test.
  private EventLog opened(long keptBytes) {
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

    assertThat(log.newest()).isZero();
    assertThat(log.oldest()).isEqualTo(1);
    assertThat(log.lastByType()).isEmpty();
    assertThat(log.read(0, 10, ALL)).isEmpty();
  }

  @Test
  void givesSequencesFromOneWithoutHoles() {
    EventLog log = open();

    assertThat(append(log, "a.a")).isEqualTo(1);
    assertThat(append(log, "a.b", "a.c", "a.d")).isEqualTo(2);
    assertThat(append(log, "a.e")).isEqualTo(5);

    assertThat(log.newest()).isEqualTo(5);
    assertThat(log.oldest()).isEqualTo(1);
    assertThat(types(log.read(0, 10, ALL))).containsExactly("a.a", "a.b", "a.c", "a.d", "a.e");
    assertThat(sequences(log.read(0, 10, ALL))).containsExactly(1L, 2L, 3L, 4L, 5L);
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

    List<LoggedEvent> read = log.read(0, 10, ALL);
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

    assertThat(sequences(log.readOfTypes(0, types, 10, ALL))).containsExactly(1L, 3L, 4L);
    assertThat(types(log.readOfTypes(0, types, 10, ALL))).containsExactly("a.a", "a.c", "a.a");
    assertThat(sequences(log.readOfTypes(1, types, 10, ALL))).containsExactly(3L, 4L);
    assertThat(sequences(log.readOfTypes(0, types, 2, ALL))).containsExactly(1L, 3L);
    assertThat(sequences(log.readOfTypes(1, types, 10, 1))).containsExactly(3L);
    assertThat(log.readOfTypes(4, types, 10, ALL)).isEmpty();
    assertThat(log.readOfTypes(99, types, 10, ALL)).isEmpty();
    assertThat(log.readOfTypes(0, Set.of(), 10, ALL)).isEmpty();
  }

  @Test
  void findsWhatIsRareAmongMuch() {
    EventLog log = open();
    append(log, "a.rare");
    for (int i = 0; i < 3; i++) {
      append(log, Collections.nCopies(2_000, "a.common").toArray(String[]::new));
      append(log, "a.rare");
    }

    assertThat(sequences(log.readOfTypes(1, Set.of("a.rare"), 10, ALL)))
        .containsExactly(2_002L, 4_003L, 6_004L);
  }

  @Test
  void readsOnBehindAnyPosition() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");

    assertThat(sequences(log.read(1, 10, ALL))).containsExactly(2L, 3L);
    assertThat(sequences(log.read(2, 10, ALL))).containsExactly(3L);
    assertThat(log.read(3, 10, ALL)).isEmpty();
    assertThat(log.read(4, 10, ALL)).isEmpty();
    assertThat(log.read(Long.MAX_VALUE, 10, ALL)).isEmpty();
  }

  @Test
  void endsAPageAtTheNumberOfEvents() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");

    assertThat(sequences(log.read(0, 1, ALL))).containsExactly(1L);
    assertThat(sequences(log.read(0, 2, ALL))).containsExactly(1L, 2L);
    assertThat(sequences(log.read(1, 2, ALL))).containsExactly(2L, 3L);
    assertThat(sequences(log.read(0, Integer.MAX_VALUE, Integer.MAX_VALUE)))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void endsAPageAtTheNumberOfBytesButGivesAtLeastOne() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");
    int size = SampleEvents.event("a.a").json().length;

    assertThat(sequences(log.read(0, 10, 1))).containsExactly(1L);
    assertThat(sequences(log.read(0, 10, 2 * size - 1))).containsExactly(1L);
    assertThat(sequences(log.read(0, 10, 2 * size))).containsExactly(1L, 2L);
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
    String epoch = log.epoch();
    append(log, "a.a");

    assertThat(log.epoch()).isEqualTo(epoch).isNotEmpty().isNotEqualTo(open().epoch());
  }

  @Test
  void handsOnWhatIsBehindThePosition() {
    EventLog log = open();
    append(log, "a.a", "a.b", "a.c");
    List<LoggedEvent> followed = Collections.synchronizedList(new ArrayList<>());

    log.follow(1, followed::addAll);
    append(log, "a.d");

    assertThat(sequences(followed)).containsExactly(2L, 3L, 4L);
    assertThat(types(followed)).containsExactly("a.b", "a.c", "a.d");
  }

  @Test
  void handsOnOnlyToTheLastFollower() {
    EventLog log = open();
    List<LoggedEvent> first = Collections.synchronizedList(new ArrayList<>());
    List<LoggedEvent> second = Collections.synchronizedList(new ArrayList<>());

    log.follow(0, first::addAll);
    append(log, "a.a");
    log.follow(1, second::addAll);
    append(log, "a.b");

    assertThat(sequences(first)).containsExactly(1L);
    assertThat(sequences(second)).containsExactly(2L);
  }

  @Test
  void hasHandedOnAnEventAndCanReadItBeforeItAnswers() {
    EventLog log = open();
    List<Long> followed = Collections.synchronizedList(new ArrayList<>());
    log.follow(0, group -> followed.addAll(sequences(group)));

    for (long sequence = 1; sequence <= 200; sequence++) {
      long appended = sequence;
      boolean[] seen = new boolean[3];
      await(
          log.append(SampleEvents.appends("a.a"))
              .thenAccept(result -> {
                seen[0] = followed.contains(appended);
                seen[1] = log.newest() >= appended;
                seen[2] = sequences(log.read(appended - 1, 1, ALL)).contains(appended);
              }));
      assertThat(seen).containsExactly(true, true, true);
    }
  }

  @Test
  void keepsEveryThreadsOrderWhenSeveralAppend() {
    EventLog log = open();
    List<LoggedEvent> followed = Collections.synchronizedList(new ArrayList<>());
    log.follow(0, followed::addAll);
    int threads = 4;
    int appends = 250;
    CountDownLatch start = new CountDownLatch(1);

    List<CompletableFuture<List<Long>>> appending =
        IntStream.range(0, threads)
            .mapToObj(thread ->
                CompletableFuture.supplyAsync(
                    () -> appendTriples(log, thread, appends, start), Thread::startVirtualThread))
            .toList();
    start.countDown();
    List<List<Long>> firsts = appending.stream().map(EventLogContract::await).toList();

    int total = threads * appends * 3;
    List<Long> all = LongStream.rangeClosed(1, total).boxed().toList();
    assertThat(sequences(followed)).isEqualTo(all);
    List<LoggedEvent> read = log.read(0, ALL, ALL);
    assertThat(sequences(read)).isEqualTo(all);
    assertThat(types(followed)).isEqualTo(types(read));
    for (int thread = 0; thread < threads; thread++) {
      assertThat(firsts.get(thread)).isSorted();
      for (int append = 0; append < appends; append++) {
        int at = (int) (firsts.get(thread).get(append) - 1);
        String name = "t" + thread + ".n" + append;
        assertThat(types(read.subList(at, at + 3)))
            .containsExactly(name + "_a", name + "_b", name + "_c");
      }
    }
  }

  private static List<Long> appendTriples(
      EventLog log, int thread, int appends, CountDownLatch start) {
    try {
      start.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    List<CompletableFuture<List<AppendResult>>> results = new ArrayList<>();
    for (int append = 0; append < appends; append++) {
      String name = "t" + thread + ".n" + append;
      results.add(log.append(SampleEvents.appends(name + "_a", name + "_b", name + "_c")));
    }
    return results.stream().map(result -> first(await(result))).toList();
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
      List<LoggedEvent> page = log.read(position, 7, ALL);
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
    while (log.oldest() < newest - 80) {
      Thread.onSpinWait();
    }

    List<Long> read = sequences(log.read(0, ALL, ALL));
    assertThat(read)
        .isEqualTo(LongStream.rangeClosed(read.getFirst(), newest).boxed().toList())
        .hasSizeBetween(16, 80);
    assertThat(log.oldest()).isBetween(read.getFirst(), newest - 15);
    assertThat(log.newest()).isEqualTo(newest);
    assertThat(log.lastByType()).isEqualTo(Map.of("a.a", newest));
  }

  @Test
  void answersARepeatedKeyLikeTheFirstOne() {
    EventLog log = open();
    append(log, "a.a");

    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    assertThat(appendKeyed(log, "other", "a.b")).isEqualTo(stored(3));

    assertThat(log.newest()).isEqualTo(3);
  }

  @Test
  void refusesAKeyThatWasUsedWithAnotherBody() {
    EventLog log = open();
    appendKeyed(log, "key", "a.a");

    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(new AppendResult.Conflict());
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(1));

    assertThat(types(log.read(0, 10, ALL))).containsExactly("a.a");
  }

  @Test
  void answersEachOfAMixedAppend() {
    EventLog log = open();
    List<LoggedEvent> followed = Collections.synchronizedList(new ArrayList<>());
    log.follow(0, followed::addAll);
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
    assertThat(types(followed)).containsExactly("a.a", "a.b", "a.c", "a.d");
    assertThat(sequences(followed)).containsExactly(1L, 2L, 3L, 4L);
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
    assertThat(log.newest()).isEqualTo(1);
  }

  @Test
  void forgetsAKeyAfterItsWindow() {
    EventLog log = open();
    appendKeyed(log, "key", "a.a");

    clock.advance(WINDOW.minusMillis(1));
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(1));
    clock.advance(Duration.ofMillis(1));
    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    clock.advance(WINDOW.minusMillis(1));

    assertThat(appendKeyed(log, "key", "a.b")).isEqualTo(stored(2));
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(new AppendResult.Conflict());
  }

  @Test
  void forgetsNoKeyBecauseAClockWasSet() {
    EventLog log = open();
    clock.set(Duration.ofDays(-20_000));
    appendKeyed(log, "key", "a.a");

    clock.set(Duration.ofDays(20_030));

    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(1));
    clock.set(Duration.ofDays(-60));
    clock.advance(WINDOW);
    assertThat(appendKeyed(log, "key", "a.a")).isEqualTo(stored(2));
  }

  @Test
  void hasNoFaultUntilItIsClosed() {
    EventLog log = open();
    append(log, "a.a");
    assertThat(log.fault()).isEmpty();

    log.close();
    log.close();

    assertThat(log.fault()).isPresent();
    assertThat(await(log.append(SampleEvents.appends("a.b", "a.c"))))
        .hasSize(2)
        .allSatisfy(result -> assertThat(result).isInstanceOf(AppendResult.Unavailable.class));
  }

  /// Appends events of these types and gives the first sequence.
  protected static long append(EventLog log, String... types) {
    List<AppendResult> results = await(log.append(SampleEvents.appends(types)));
    assertThat(results).hasSize(types.length);
    return first(results);
  }

  /// Appends an event under an idempotency key, see [SampleEvents#keyed].
  protected static AppendResult appendKeyed(EventLog log, String key, String type) {
    return await(log.append(List.of(SampleEvents.keyed(key, type)))).getFirst();
  }

  /// The answer for a sample event.
  protected static AppendResult.Stored stored(long sequence) {
    return new AppendResult.Stored(sequence, SampleEvents.TIMESTAMP);
  }

  private static long first(List<AppendResult> results) {
    return switch (results.getFirst()) {
      case AppendResult.Stored stored -> stored.sequence();
      case AppendResult.Conflict conflict -> throw new AssertionError(conflict);
      case AppendResult.Unavailable unavailable -> throw new AssertionError(unavailable.reason());
    };
  }

  protected static List<Long> sequences(List<LoggedEvent> events) {
    return events.stream().map(LoggedEvent::sequence).toList();
  }

  protected static List<String> types(List<LoggedEvent> events) {
    return events.stream().map(logged -> logged.event().type()).toList();
  }

  protected static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
