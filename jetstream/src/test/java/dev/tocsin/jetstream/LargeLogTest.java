package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.RecordedFollower;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Logs at their bounds: the largest events, many types, a clock that is wrong, an answer that is lost.
@Timeout(180)
class LargeLogTest extends OnRealServers {

  private static NatsServers servers;

  @BeforeAll
  static void start(@TempDir Path folder) {
    servers = NatsServers.one(folder);
  }

  @AfterAll
  static void stop() {
    if (servers != null) {
      servers.close();
    }
  }

  private static EncodedEvent largest() {
    int frame = SampleEvents.event("a.a", "").json().length;
    return SampleEvents.event("a.a", "x".repeat(WebSocketEvent.MAX_BYTES - frame));
  }

  @Test
  void theLargestEventsComeThroughWhole() throws Exception {
    EncodedEvent event = largest();
    assertThat(event.json()).hasSize(WebSocketEvent.MAX_BYTES);
    try (JetStreamEventLog log = open(TestSettings.of(servers, "largest"))) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      for (int i = 1; i <= 100; i++) {
        assertThat(
                append(
                    log, new Append(event, SampleEvents.keyed("key" + i, "a.a").idempotencyKey())))
            .isEqualTo(stored(i));
      }
      reach(log, 100);
      assertThat(followed.events())
          .hasSize(100)
          .allSatisfy(one -> assertThat(one.event().json()).isEqualTo(event.json()));
    }
    try (JetStreamEventLog log = open(TestSettings.of(servers, "largest"))) {
      List<LoggedEvent> read = Logs.readAll(log, 0);
      assertThat(sequences(read)).isEqualTo(upTo(100));
      assertThat(read).allSatisfy(one -> assertThat(one.event().json()).isEqualTo(event.json()));
    }
  }

  @Test
  void aLogMayHaveMoreTypesThanNatsTellsAtOnce() throws Exception {
    int types = 1_300;
    try (JetStreamEventLog log = open(TestSettings.of(servers, "types"))) {
      append(log, "a.first");
      append(
          log, IntStream.range(0, types).mapToObj(i -> "many.types_" + i).toArray(String[]::new));
      append(log, "a.last");
    }

    try (JetStreamEventLog log = open(TestSettings.of(servers, "types"))) {
      assertThat(log.lastByType())
          .hasSize(types + 2)
          .containsEntry("a.first", 1L)
          .containsEntry("many.types_0", 2L)
          .containsEntry("many.types_1299", 1_301L)
          .containsEntry("a.last", 1_302L);
      assertThat(
              sequences(
                  Logs.await(log.read(0, TypeFilter.of(Set.of("many.types_1299")), 10, Logs.ALL))
                      .events()))
          .containsExactly(1_301L);
    }
  }

  private static List<String> clockWarnings() {
    return RecordedLogs.take().stream().filter(line -> line.contains("clock")).toList();
  }

  @Test
  void aClockThatIsWrongIsWarnedOf() throws Exception {
    RecordedLogs.take();
    JetStreamSettings settings = TestSettings.of(servers, "wrong").build();
    try (JetStreamEventLog log =
        JetStreamEventLog.open(settings, () -> Instant.now().plusSeconds(30))) {
      assertThat(log.state().fault()).isEmpty();
      awaitLooks(servers, "wrong", 3);

      // Once, however often it is seen.
      assertThat(clockWarnings()).hasSize(1).first().asString().contains("seconds=");
    }
  }

  @Test
  void aClockThatIsNearlyRightIsNot() throws Exception {
    RecordedLogs.take();
    JetStreamSettings settings = TestSettings.of(servers, "right").build();
    try (JetStreamEventLog log =
        JetStreamEventLog.open(settings, () -> Instant.now().plusMillis(500))) {
      awaitLooks(servers, "right", 3);

      assertThat(clockWarnings()).isEmpty();
      assertThat(log.state().fault()).isEmpty();
    }
  }

  @Test
  void whatWasUnknownIsSettledByItsKeyOnAnotherGateway() throws Exception {
    JetStreamSettings settings = TestSettings.of(servers, "settled").build();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (JetStreamEventLog other = JetStreamEventLog.open(settings, Instant::now);
        Link link = Link.open(settings, "deaf")) {
      JetStreamApi api = new JetStreamApi(link.connection());
      EventCodec codec = new EventCodec("settled", "deaf");
      // It is not started: it hears no answer, and no follower tells it anything.
      Sender deaf =
          new Sender(
              new EventChannel(link.connection(), api, codec),
              new FirstUse(new StreamLeader(api, settings.stream()), codec),
              new SendWindow(),
              settings.idempotencyWindow(),
              timer,
              () -> null);
      deaf.open();
      var unknown = deaf.append(List.of(SampleEvents.keyed("key", "a.a")));
      reach(other, 1);
      deaf.tick(System.nanoTime() + Sender.PATIENCE.toNanos());
      assertThat(Logs.await(unknown).getFirst()).isInstanceOf(AppendResult.Unknown.class);
      assertThat(deaf.uncertain()).isEqualTo(1);

      assertThat(append(other, SampleEvents.keyed("key", "a.a"))).isEqualTo(stored(1));
      assertThat(append(other, SampleEvents.keyed("key", "a.b")))
          .isEqualTo(new AppendResult.Conflict());
      assertThat(append(other, "a.c")).isEqualTo(2);
      assertThat(Logs.await(other.reach(2, Duration.ofSeconds(30)))).isEqualTo(2);
    } finally {
      timer.shutdownNow();
    }
  }
}
