package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SharedLog;
import dev.tocsin.hub.TypeFilter;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Subscriptions within the process.
class FollowingTest {

  private static final GatewaySettings SETTINGS =
      new GatewaySettings("127.0.0.1", 0, Set.of(), Set.of(), Transport.NIO);

  private final BlockingQueue<WebSocketEvent> came = new LinkedBlockingQueue<>();

  private static TocsinServer start() {
    return TocsinServer.builder().port(0).transport(Transport.NIO).loops(1).start();
  }

  /// A server that keeps next to nothing of its log in memory for those who are live.
  private static TocsinServer forgetful(long retainBytes) throws Exception {
    return TocsinServer.start(
        new ServerParts(
            EventCatalog.builtIn(),
            new InMemoryEventLog("forgetful", retainBytes),
            1_000,
            SETTINGS,
            InstantSource.system()));
  }

  /// Takes down what comes, and says at the first event that it was called; waits until it is released.
  private EventFollower held(CountDownLatch called, CountDownLatch release) {
    return event -> {
      called.countDown();
      await(release);
      came.add(event);
    };
  }

  private static void publish(TocsinServer server, int first, int last) {
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = first; i <= last; i++) {
      all.add(server.publish(new AlertDeletedPayload("a-" + i, "x".repeat(200))));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
  }

  private static void offline(TocsinServer server) {
    server
        .publish(
            server
                .catalog()
                .createEvent(
                    "camera.offline",
                    "{\"camera_id\":\"c\",\"camera_name\":\"C\",\"timestamp\":\"2026-01-01T00:00:00Z\"}"))
        .join();
  }

  private List<Long> sequences(int count) throws InterruptedException {
    List<Long> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      WebSocketEvent event = came.poll(30, TimeUnit.SECONDS);
      assertThat(event).as("event %s of %s", i + 1, count).isNotNull();
      sequences.add(event.sequence());
    }
    return sequences;
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void aFollowerGetsWhatItsPatternsMatch() throws Exception {
    try (TocsinServer server = start()) {
      server.follow(List.of("camera.*"), came::add);
      publish(server, 1, 3);
      offline(server);

      WebSocketEvent event = came.poll(30, TimeUnit.SECONDS);
      assertThat(event.type()).isEqualTo("camera.offline");
      assertThat(event.sequence()).isEqualTo(4);
      assertThat(came).isEmpty();
    }
  }

  @Test
  void oneThatIsHeldUpLosesNothing() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (TocsinServer server = forgetful(64 << 20)) {
      server.follow(
          List.of(),
          event -> {
            await(release);
            came.add(event);
          });
      publish(server, 1, 3_000);
      release.countDown();

      assertThat(sequences(3_000)).isEqualTo(upTo(3_000));
      // And it is live again.
      publish(server, 3_001, 3_010);
      assertThat(sequences(10)).endsWith(3_010L);
    }
  }

  @Test
  void whatTheLogHasThrownAwayIsAGap() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    BlockingQueue<List<Long>> gaps = new LinkedBlockingQueue<>();
    try (TocsinServer server = forgetful(50_000)) {
      server.follow(
          List.of(),
          new EventFollower() {
            @Override
            public void onEvent(WebSocketEvent event) {
              called.countDown();
              await(release);
              came.add(event);
            }

            @Override
            public void onGap(long from, long to) {
              gaps.add(List.of(from, to));
            }
          });
      publish(server, 1, 1);
      await(called);
      publish(server, 2, 1_000);
      long oldest = server.hub().log().state().oldest();
      release.countDown();

      List<Long> gap = gaps.poll(30, TimeUnit.SECONDS);
      assertThat(gap).isNotNull().endsWith(oldest - 1);
      int before = gap.getFirst().intValue() - 1;
      int after = (int) (1_000 - oldest + 1);
      assertThat(sequences(before + after))
          .startsWith(1L)
          .endsWith(1_000L)
          .doesNotHaveDuplicates()
          .isSorted();
    }
  }

  @Test
  void itBeginsInThePastWithoutASeam() throws Exception {
    try (TocsinServer server = forgetful(64 << 20)) {
      publish(server, 1, 500);
      server.follow(List.of(), 100, came::add);
      publish(server, 501, 600);

      assertThat(sequences(500)).isEqualTo(LongStream.rangeClosed(101, 600).boxed().toList());
    }
  }

  @Test
  void oneThatThrowsGetsTheNextEventAllTheSame() throws Exception {
    RecordedLogs.take();
    try (TocsinServer server = start()) {
      server.follow(
          List.of(),
          event -> {
            came.add(event);
            if (event.sequence() == 2) {
              throw new AssertionError("broken follower");
            }
            throw new IllegalStateException("broken follower");
          });
      publish(server, 1, 3);

      assertThat(sequences(3)).isEqualTo(upTo(3));
      server.stop(Duration.ofSeconds(5));
      assertThat(RecordedLogs.take()).hasSize(3).allMatch(line -> line.contains("follower"));
    }
  }

  @Test
  void itEndsFromWithin() throws Exception {
    AtomicReference<Following> self = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    try (TocsinServer server = start()) {
      self.set(
          server.follow(
              List.of(),
              event -> {
                await(known);
                came.add(event);
                self.get().close();
                self.get().close();
              }));
      known.countDown();
      publish(server, 1, 100);

      assertThat(sequences(1)).isEqualTo(upTo(1));
      // Nothing is left of it: there is room for as many as ever.
      List<Following> all = new ArrayList<>();
      for (int i = 0; i < TocsinServer.MAX_FOLLOWINGS; i++) {
        all.add(server.follow(List.of(), event -> {}));
      }
      assertThatThrownBy(() -> server.follow(List.of(), event -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("256");
      all.forEach(Following::close);
      assertThat(came).isEmpty();
    }
  }

  @Test
  void aNewEpochIsToldAndFollowed() throws Exception {
    SharedLog log = new SharedLog(new InMemoryEventLog("first", 1 << 20));
    BlockingQueue<String> epochs = new LinkedBlockingQueue<>();
    try (TocsinServer server =
        TocsinServer.start(
            ServerParts.of(EventCatalog.builtIn(), log, SETTINGS, InstantSource.system()))) {
      server.follow(
          List.of(),
          new EventFollower() {
            @Override
            public void onEvent(WebSocketEvent event) {
              came.add(event);
            }

            @Override
            public void onRestarted(String epoch, long newest) {
              epochs.add(epoch + " " + newest);
            }
          });
      publish(server, 1, 2);
      assertThat(sequences(2)).isEqualTo(upTo(2));

      log.become(new InMemoryEventLog("second", 1 << 20));
      assertThat(epochs.poll(30, TimeUnit.SECONDS)).isEqualTo("second 0");
      publish(server, 1, 1);

      assertThat(sequences(1)).isEqualTo(upTo(1));
      assertThat(RecordedLogs.take()).hasSize(1).allMatch(line -> line.contains("new epoch"));
    }
  }

  @Test
  void whatItsPatternsDoNotMatchIsNotFollowedInANewEpochEither() throws Exception {
    SharedLog log = new SharedLog(new InMemoryEventLog("first", 1 << 20));
    BlockingQueue<String> epochs = new LinkedBlockingQueue<>();
    try (TocsinServer server =
        TocsinServer.start(
            ServerParts.of(EventCatalog.builtIn(), log, SETTINGS, InstantSource.system()))) {
      server.follow(
          List.of("camera.*"),
          new EventFollower() {
            @Override
            public void onEvent(WebSocketEvent event) {
              came.add(event);
            }

            @Override
            public void onRestarted(String epoch, long newest) {
              epochs.add(epoch + " " + newest);
            }
          });
      log.become(new InMemoryEventLog("second", 1 << 20));
      assertThat(epochs.poll(30, TimeUnit.SECONDS)).isEqualTo("second 0");

      publish(server, 1, 2);
      offline(server);

      assertThat(sequences(1)).containsExactly(3L);
      assertThat(RecordedLogs.take()).hasSize(1);
    }
  }

  @Test
  void oneThatLagsWhenTheEpochEndsBeginsAnewInTheNext() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    SharedLog log = new SharedLog(new InMemoryEventLog("first", 64 << 20));
    try (TocsinServer server =
        TocsinServer.start(
            new ServerParts(
                EventCatalog.builtIn(), log, 1_000, SETTINGS, InstantSource.system()))) {
      publish(server, 1, 1_000);
      Following following = server.follow(List.of(), 0, held(called, release));
      await(called);
      log.become(new InMemoryEventLog("second", 64 << 20));
      release.countDown();
      following.caughtUp().get(30, TimeUnit.SECONDS);
      came.clear();

      publish(server, 1, 3);

      assertThat(sequences(3)).isEqualTo(upTo(3));
      following.caughtUp().get(30, TimeUnit.SECONDS);
      assertThat(came).isEmpty();
      assertThat(RecordedLogs.take()).allMatch(line -> line.contains("new epoch"));
    }
  }

  /// Its position means nothing there, and it is told of a position at which it goes on.
  @Test
  void whoBeginsWhileTheEpochEndsIsHandedNothingOfWhatTheNextBeginsWith() throws Exception {
    SharedLog log = new SharedLog(filled("first"));
    try (TocsinServer server =
        TocsinServer.start(
            ServerParts.of(EventCatalog.builtIn(), log, SETTINGS, InstantSource.system()))) {
      for (int round = 0; round < 300; round++) {
        String next = "next" + round;
        CompletableFuture<Void> becoming =
            CompletableFuture.runAsync(() -> log.become(filled(next)));
        List<Queue<String>> all = new ArrayList<>();
        List<Following> followings = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          Queue<String> told = new ConcurrentLinkedQueue<>();
          all.add(told);
          followings.add(server.follow(List.of(), 3, tellingInto(told)));
        }
        becoming.get(30, TimeUnit.SECONDS);
        for (Following following : followings) {
          following.caughtUp().get(30, TimeUnit.SECONDS);
          following.caughtUp().get(30, TimeUnit.SECONDS);
          following.close();
        }
        for (Queue<String> told : all) {
          if (told.contains("restarted in " + next)) {
            assertThat(told).doesNotContain(next + ".x");
          }
        }
      }
    }
    RecordedLogs.take();
  }

  private static EventFollower tellingInto(Queue<String> told) {
    return new EventFollower() {
      @Override
      public void onEvent(WebSocketEvent event) {
        told.add(event.type());
      }

      @Override
      public void onRestarted(String epoch, long newest) {
        told.add("restarted in " + epoch);
      }
    };
  }

  /// A log with events whose type says which it is.
  private static InMemoryEventLog filled(String epoch) {
    InMemoryEventLog log = new InMemoryEventLog(epoch, 1 << 20);
    Logs.await(
        log.append(
            SampleEvents.appends(Collections.nCopies(10, epoch + ".x").toArray(String[]::new))));
    return log;
  }

  @Test
  void aPageThatCannotBeReadIsAskedForAgain() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    EventLog log =
        new ForwardingLog(new InMemoryEventLog("broken", 64 << 20)) {
          @Override
          public CompletionStage<Page> read(
              long after, TypeFilter types, int maxEvents, int maxBytes) {
            return broken.getAndSet(false)
                ? CompletableFuture.failedFuture(new IOException("no disk"))
                : super.read(after, types, maxEvents, maxBytes);
          }
        };
    try (TocsinServer server =
        TocsinServer.start(
            new ServerParts(
                EventCatalog.builtIn(), log, 1_000, SETTINGS, InstantSource.system()))) {
      publish(server, 1, 500);
      server.follow(List.of(), 0, came::add);

      assertThat(sequences(500)).isEqualTo(upTo(500));
      assertThat(broken).isFalse();
      assertThat(RecordedLogs.take()).isNotEmpty().allMatch(line -> line.contains("read"));
    }
  }

  @Test
  void itHasCaughtUpWhenAllIsHandedOnThatWasAcknowledgedAndNotBefore() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    try (TocsinServer server = forgetful(64 << 20)) {
      Following following = server.follow(List.of(), held(called, release));
      publish(server, 1, 1);
      await(called);
      publish(server, 2, 3_000);
      CompletableFuture<Void> caughtUp = following.caughtUp();
      assertThat(caughtUp).isNotDone();
      release.countDown();

      caughtUp.get(30, TimeUnit.SECONDS);
      assertThat(came).hasSize(3_000);
      following.close();
      assertThat(following.caughtUp()).isDone();
    }
  }

  @Test
  void oneThatIsClosedWhileItLagsIsCalledNoMore() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    try (TocsinServer server = forgetful(64 << 20)) {
      publish(server, 1, 2_000);
      Following following = server.follow(List.of(), 0, held(called, release));
      await(called);
      CompletableFuture<Void> caughtUp = following.caughtUp();
      following.close();
      release.countDown();
      caughtUp.get(30, TimeUnit.SECONDS);
      // Another one reads the same pages of the log, and is not kept from them.
      CountDownLatch other = new CountDownLatch(2_000);
      server.follow(List.of(), 0, event -> other.countDown());

      await(other);
      assertThat(came).hasSize(1);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(RecordedLogs.take()).isEmpty();
    assertThat(uncaught).isEmpty();
  }

  @Test
  void whatAFollowerDoesNotWantToKnowIsLogged() {
    RecordedLogs.take();
    EventFollower follower = event -> {};
    follower.onGap(3, 5);
    follower.onRestarted("second", 7);

    List<String> logged = RecordedLogs.take();
    assertThat(logged).hasSize(2);
    assertThat(logged.getFirst()).startsWith("WARN ").contains("missed", "from=3", "to=5");
    assertThat(logged.getLast())
        .startsWith("WARN ")
        .contains("new epoch", "epoch=second", "newest=7");
  }

  @Test
  void allThatTheLogHasIsWhatComesAfterZeroOrLess() throws Exception {
    try (TocsinServer server = forgetful(64 << 20)) {
      publish(server, 1, 20);
      server.follow(List.of(), 0, came::add);
      assertThat(sequences(20)).isEqualTo(upTo(20));
      server.follow(List.of(), -7, came::add);
      assertThat(sequences(20)).isEqualTo(upTo(20));
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
