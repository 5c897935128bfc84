package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Where;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogCursorTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration NOW = Duration.ZERO;

  private final InMemoryEventLog truth = new InMemoryEventLog("one", 1 << 20);
  private final SharedLog log = new SharedLog(truth);
  private final Hub hub = hub(log, 1 << 20);
  private final List<LogCursor> cursors = new ArrayList<>();

  private static Hub hub(EventLog log, long recentBytes) {
    return new Hub(EventCatalog.builtIn(), log, InstantSource.system(), recentBytes);
  }

  @AfterEach
  void close() {
    cursors.forEach(LogCursor::close);
    hub.close();
    log.close();
  }

  private LogCursor from(long after, String... patterns) {
    return cursor(hub, null, "one", after, patterns);
  }

  private LogCursor cursor(
      Hub of, @Nullable String where, @Nullable String epoch, long after, String... patterns) {
    LogCursor cursor =
        of.newCursor(
            List.of(patterns).stream().map(EventPattern::of).toList(),
            where == null ? null : Where.of(where),
            null,
            epoch,
            after);
    cursors.add(cursor);
    return cursor;
  }

  private void append(String... types) {
    long newest = Logs.newest(truth) + types.length;
    Logs.await(log.append(SampleEvents.appends(types)));
    assertThat(Logs.await(log.reach(newest, LONG))).isEqualTo(newest);
  }

  /// What comes next, in short, without the steps that say nothing.
  private static String next(LogCursor cursor) throws InterruptedException {
    while (true) {
      String said = say(cursor.next(LONG));
      if (!said.startsWith("[]")) {
        return said;
      }
    }
  }

  private static String say(LogCursor.Step step) {
    return switch (step) {
      case LogCursor.Step.Events events ->
          events.events().stream().map(LoggedEvent::sequence).toList()
              + " up to "
              + events.position();
      case LogCursor.Step.Lost lost -> "lost " + lost.from() + " to " + lost.to();
      case LogCursor.Step.Restarted restarted ->
          "restarted as " + restarted.epoch() + " at " + restarted.position();
      case LogCursor.Step.Unavailable unavailable -> "unavailable: " + unavailable.sentence();
    };
  }

  @Test
  void givesWhatIsWantedAfterItsPosition() throws Exception {
    append("alert.deleted", "job.progress", "alert.created", "alert.deleted");

    assertThat(next(from(1, "alert.*"))).isEqualTo("[3, 4] up to 4");
    assertThat(next(from(0, "job.*"))).isEqualTo("[2] up to 4");
  }

  @Test
  void beginsAtTheHeadWithoutAPositionAndSaysWhereThatIs() throws Exception {
    append("alert.deleted");
    LogCursor cursor = cursor(hub, null, null, 0, "*");

    assertThat(say(cursor.next(NOW))).isEqualTo("[] up to 1");
    append("alert.deleted");
    assertThat(next(cursor)).isEqualTo("[2] up to 2");
  }

  @Test
  void passesByWhatIsNotWanted() throws Exception {
    LogCursor cursor = from(0, "alert.created");
    append("job.progress", "job.progress");

    assertThat(say(cursor.next(Duration.ofMillis(1)))).isEqualTo("[] up to 2");
    assertThat(cursor.newest()).isEqualTo(2);
  }

  @Test
  void conditionsMeanWhatTheyMeanElsewhere() throws Exception {
    Logs.await(
        log.append(
            List.of(
                new Append(SampleEvents.event("alert.deleted", "a"), null),
                new Append(SampleEvents.event("alert.deleted", "b"), null))));

    assertThat(next(cursor(hub, "{\"id\":\"b\"}", "one", 0, "alert.*"))).isEqualTo("[2] up to 2");
  }

  @Test
  void waitingThreadIsWokenByAnEvent() throws Exception {
    LogCursor cursor = from(0, "alert.*");
    CompletableFuture<String> got = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(() -> {
              try {
                got.complete(say(cursor.next(LONG)));
              } catch (InterruptedException e) {
                got.completeExceptionally(e);
              }
            });
    append("alert.deleted");

    assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo("[1] up to 1");
    waiting.join();
  }

  @Test
  void closingWakesAThreadThatWaits() throws Exception {
    LogCursor cursor = from(0, "alert.*");
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> got = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          begun.countDown();
          try {
            got.complete(say(cursor.next(LONG)));
          } catch (InterruptedException e) {
            got.completeExceptionally(e);
          }
        });
    begun.await();
    cursor.close();

    assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo("[] up to 0");
  }

  @Test
  void typesThatNobodyKnewAreWantedAsSoonAsTheyCome() throws Exception {
    LogCursor cursor = from(0, "foreign.*");
    append("foreign.thing");

    assertThat(next(cursor)).isEqualTo("[1] up to 1");
  }

  @Test
  void holesAreToldInTheirPlace() throws Exception {
    LogCursor cursor = from(0, "*");
    append("alert.deleted");
    log.lose(1);
    append("alert.deleted");

    assertThat(next(cursor)).isEqualTo("[1] up to 1");
    assertThat(next(cursor)).isEqualTo("lost 2 to 2");
    assertThat(next(cursor)).isEqualTo("[3] up to 3");
  }

  @Test
  void whatRetentionHasTakenIsToldAsLost() throws Exception {
    try (InMemoryEventLog small = new InMemoryEventLog("small", 10_000);
        Hub own = hub(small, 2_000)) {
      for (int i = 0; i < 200; i++) {
        Logs.await(small.append(SampleEvents.appends("alert.deleted")));
      }
      LogCursor cursor = cursor(own, null, "small", 5, "*");

      assertThat(next(cursor)).isEqualTo("lost 6 to " + (Logs.oldest(small) - 1));
      List<Long> sequences = new ArrayList<>();
      while (sequences.isEmpty() || sequences.getLast() < 200) {
        LogCursor.Step.Events events = (LogCursor.Step.Events) cursor.next(LONG);
        events.events().forEach(event -> sequences.add(event.sequence()));
      }
      assertThat(sequences).hasSize((int) (200 - Logs.oldest(small) + 1)).isSorted();
    }
  }

  @Test
  void farBehindItReadsTheLogPageByPageWithoutLoss() throws Exception {
    try (InMemoryEventLog large = new InMemoryEventLog("large", 1 << 24);
        Hub own = hub(new LateLog(large), 10_000)) {
      for (int i = 0; i < 50; i++) {
        Logs.await(
            large.append(
                SampleEvents.appends("alert.deleted", "job.progress", "alert.created", "a.b")));
      }
      LogCursor cursor = cursor(own, null, "large", 0, "alert.*");
      List<Long> sequences = new ArrayList<>();
      while (sequences.size() < 100) {
        if (cursor.next(LONG) instanceof LogCursor.Step.Events events) {
          events.events().forEach(event -> sequences.add(event.sequence()));
        }
      }

      assertThat(sequences).isSorted().doesNotHaveDuplicates().endsWith(199L);
    }
  }

  @Test
  void positionOfAnotherEpochSaysNothing() throws Exception {
    append("alert.deleted", "alert.deleted");
    LogCursor cursor = cursor(hub, null, "other", 1, "*");

    assertThat(next(cursor)).isEqualTo("restarted as one at 2");
    append("alert.deleted");
    assertThat(next(cursor)).isEqualTo("[3] up to 3");
  }

  @Test
  void newEpochIsToldAndNothingOfItIsMissed() throws Exception {
    append("alert.deleted", "alert.deleted");
    LogCursor cursor = from(1, "*");
    assertThat(next(cursor)).isEqualTo("[2] up to 2");
    InMemoryEventLog other = new InMemoryEventLog("two", 1 << 20);
    Logs.await(other.append(SampleEvents.appends("alert.deleted")));
    log.become(other);
    Logs.await(log.append(SampleEvents.appends("alert.deleted")));

    assertThat(next(cursor)).isEqualTo("restarted as two at 1");
    assertThat(next(cursor)).isEqualTo("[2] up to 2");
    other.close();
  }

  @Test
  void logThatCannotBeReadIsUnavailableAndTriedAgain() throws Exception {
    try (InMemoryEventLog good = new InMemoryEventLog("good", 1 << 20)) {
      boolean[] broken = {true};
      EventLog failing =
          new ForwardingLog(good) {
            @Override
            public CompletionStage<Page> read(
                long after, TypeFilter types, int maxEvents, int maxBytes) {
              return broken[0]
                  ? CompletableFuture.failedFuture(new IllegalStateException("the disk is gone"))
                  : super.read(after, types, maxEvents, maxBytes);
            }
          };
      Logs.await(good.append(SampleEvents.appends("alert.deleted")));
      try (Hub own = hub(failing, 1_000)) {
        LogCursor cursor = cursor(own, null, "good", 0, "*");
        assertThat(next(cursor)).isEqualTo("unavailable: the disk is gone");
        broken[0] = false;

        assertThat(next(cursor)).isEqualTo("[1] up to 1");
      }
    }
  }
}
