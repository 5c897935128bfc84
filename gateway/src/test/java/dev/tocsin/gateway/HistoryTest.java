package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.LateLog;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SharedLog;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// History newest first, by time, and of a log that has lost some.
class HistoryTest {

  private final ManualClock clock = new ManualClock();

  private EventLog log() {
    return new LateLog(new InMemoryEventLog("epoch-1", 64L << 20, Duration.ofMinutes(10), clock));
  }

  private static JsonNode ask(TestServer server, String query) {
    HttpAnswer answer = server.ask(get("/api/v1/events?" + query, "Connection: close"));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private static List<Long> sequences(JsonNode answer) {
    List<Long> sequences = new ArrayList<>();
    answer.path("events").forEach(event -> sequences.add(event.path("sequence").asLong()));
    return sequences;
  }

  private static List<Long> descending(long first, long last) {
    return LongStream.iterate(first, i -> i >= last, i -> i - 1).boxed().toList();
  }

  @Test
  void tellsTheNewestFirst() {
    try (TestServer server = TestServer.forgetful(log())) {
      for (int i = 0; i < 1_200; i++) {
        server.publish(i % 100 == 0 ? TestServer.alert("a") : TestServer.job(i % 100));
      }

      JsonNode first = ask(server, "order=desc&limit=700");
      assertThat(sequences(first)).isEqualTo(descending(1_200, 501));
      assertThat(first.path("next_before").asLong()).isEqualTo(501);
      assertThat(first.has("next_since")).isFalse();
      JsonNode second = ask(server, "order=desc&limit=1000&before=501");
      assertThat(sequences(second)).isEqualTo(descending(500, 1));
      assertThat(second.path("next_before").asLong()).isEqualTo(1);
      assertThat(sequences(ask(server, "order=desc&before=1"))).isEmpty();

      JsonNode rare = ask(server, "order=desc&events=alert.*&limit=3");
      assertThat(sequences(rare)).containsExactly(1_101L, 1_001L, 901L);
      assertThat(sequences(ask(server, "order=desc&events=alert.*&limit=3&before=901")))
          .containsExactly(801L, 701L, 601L);
      assertThat(sequences(ask(server, "order=desc&since=1197")))
          .containsExactly(1_200L, 1_199L, 1_198L);
      assertThat(ask(server, "order=desc&since=1197").path("next_before").asLong())
          .isEqualTo(1_198);
      assertThat(sequences(ask(server, "since=1&before=4"))).containsExactly(2L, 3L);
    }
  }

  @Test
  void findsWhatWasAcceptedBetweenTwoTimes() {
    try (TestServer server = TestServer.forgetful(log())) {
      for (int second = 0; second < 6; second++) {
        server.publish(TestServer.alert("a"));
        server.publish(TestServer.job(second));
        clock.advance(Duration.ofSeconds(1));
      }

      // The clock begins at 03:04:05.
      assertThat(sequences(ask(server, "from=2026-01-02T03:04:06Z&to=2026-01-02T03:04:08Z")))
          .containsExactly(3L, 4L, 5L, 6L);
      assertThat(sequences(ask(server, "from=2026-01-02T04:04:09%2B01:00"))).startsWith(9L);
      assertThat(sequences(ask(server, "from=2026-01-02T04:04:09+01:00"))).startsWith(9L);
      assertThat(sequences(ask(server, "to=2026-01-02T03:04:07Z&order=desc&events=alert.*")))
          .containsExactly(3L, 1L);
      JsonNode none = ask(server, "from=2026-01-02T05:00:00Z");
      assertThat(sequences(none)).isEmpty();
      assertThat(none.path("next_since").asLong()).isEqualTo(12);
      assertThat(sequences(ask(server, "to=2020-01-01T00:00:00Z"))).isEmpty();
    }
  }

  @Test
  void namesAPatternThatMatchesNothing() {
    try (TestServer server = TestServer.forgetful(log())) {
      server.publish(TestServer.alert("a"));

      JsonNode answer = ask(server, "events=alrt.*,alert.*");
      assertThat(sequences(answer)).containsExactly(1L);
      JsonNode warnings = answer.path("warnings");
      assertThat(warnings.size()).isEqualTo(1);
      assertThat(warnings.get(0).path("pattern").asString()).isEqualTo("alrt.*");
      assertThat(warnings.get(0).path("suggestion").asString()).isEqualTo("alert.*");
      assertThat(ask(server, "events=alrt.*&order=desc").path("warnings")).isEqualTo(warnings);
      assertThat(ask(server, "events=alert.*").has("warnings")).isFalse();
      assertThat(ask(server, "").has("warnings")).isFalse();
    }
  }

  /// A range in which nothing can be is empty, and nobody is sent back by it.
  @Test
  void anEmptyRangeSendsNobodyBack() {
    try (TestServer server = TestServer.start()) {
      for (int i = 0; i < 9; i++) {
        server.publish(TestServer.alert("a"));
      }

      JsonNode forth = ask(server, "since=8&before=5");
      assertThat(sequences(forth)).isEmpty();
      assertThat(forth.path("next_since").asLong()).isEqualTo(8);
      JsonNode back = ask(server, "since=8&before=5&order=desc");
      assertThat(sequences(back)).isEmpty();
      assertThat(back.path("next_before").asLong()).isEqualTo(5);
    }
  }

  @Test
  void namesWhatTheLogHasLost() {
    SharedLog shared = new SharedLog(TestServer.memory());
    try (TestServer server = TestServer.forgetful(shared)) {
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.alert("a"));
      shared.lose(1);
      server.publish(TestServer.alert("a"));

      for (String query :
          List.of("", "events=alert.*", "order=desc", "order=desc&events=alert.*")) {
        JsonNode answer = ask(server, query);
        assertThat(sequences(answer)).containsExactlyInAnyOrder(1L, 2L, 4L);
        assertThat(answer.path("gaps").toString()).isEqualTo("[{\"from\":3,\"to\":3}]");
      }
      JsonNode gap = ask(server, "since=2&before=4");
      assertThat(sequences(gap)).isEmpty();
      assertThat(gap.path("next_since").asLong()).isEqualTo(3);
      assertThat(gap.path("gaps").size()).isEqualTo(1);
      assertThat(ask(server, "limit=2").has("gaps")).isFalse();
      assertThat(RecordedLogs.take())
          .singleElement()
          .asString()
          .contains("the log has lost events");
    }
  }

  /// Also to who asks from the beginning: nothing was thrown away there.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "since=0",
        "events=alert.*",
        "order=desc",
        "order=desc&since=0",
        "order=desc&events=alert.*",
        "before=9&order=desc"
      })
  void namesWhatIsLostAtTheHead(String query) {
    SharedLog shared = new SharedLog(TestServer.memory());
    try (TestServer server = TestServer.forgetful(shared)) {
      shared.lose(2);
      server.publish(TestServer.alert("a"));

      JsonNode answer = ask(server, query);
      assertThat(sequences(answer)).containsExactly(3L);
      assertThat(answer.path("gaps").toString()).isEqualTo("[{\"from\":1,\"to\":2}]");
      RecordedLogs.take();
    }
  }

  /// What was thrown away and what is damaged beside it come as one stretch.
  @ParameterizedTest
  @ValueSource(strings = {"", "order=desc", "since=0", "events=alert.*"})
  void namesOfAStretchOnlyWhatWasNotThrownAway(String query) {
    EventLog log =
        new ForwardingLog(TestServer.memory()) {
          @Override
          public LogState state() {
            LogState state = super.state();
            return new LogState(state.epoch(), 3, state.newest(), state.fault());
          }

          @Override
          public CompletionStage<Page> read(long after, TypeFilter types, int events, int bytes) {
            return super.read(Math.max(after, 4), types, events, bytes)
                .thenApply(page -> new Page(page.events(), lost(), page.position()));
          }

          @Override
          public CompletionStage<Page> readBack(
              long before, TypeFilter types, int events, int bytes) {
            return super.readBack(before, types, 1, bytes)
                .thenApply(page -> new Page(page.events(), lost(), 0));
          }

          private List<Stretch> lost() {
            return List.of(new Stretch(1, 4));
          }
        };
    try (TestServer server = TestServer.forgetful(log)) {
      for (int i = 0; i < 5; i++) {
        server.publish(TestServer.alert("a"));
      }

      JsonNode answer = ask(server, query);
      assertThat(sequences(answer)).containsExactly(5L);
      assertThat(answer.path("gaps").toString()).isEqualTo("[{\"from\":3,\"to\":4}]");
    }
  }

  @Test
  void namesWhatWasThrownAwayOnlyToWhoHadAPosition() {
    InMemoryEventLog small = new InMemoryEventLog("e", 3_000, Duration.ofMinutes(10), clock);
    try (TestServer server = TestServer.start(small, Transport.AUTO)) {
      for (int i = 0; i < 50; i++) {
        server.publish(TestServer.alert("a"));
      }
      long oldest = Logs.oldest(small);

      assertThat(ask(server, "limit=1").has("gaps")).isFalse();
      assertThat(ask(server, "order=desc").has("gaps")).isFalse();
      assertThat(ask(server, "since=1&limit=1").path("gaps").toString())
          .isEqualTo("[{\"from\":2,\"to\":" + (oldest - 1) + "}]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order=up",
        "order=asc&order=desc",
        "from=yesterday",
        "from=2026-01-02",
        "since=1&from=2026-01-02T03:04:05Z",
        "before=9&to=2026-01-02T03:04:05Z",
        "from=2026-01-02T03:04:05Z&to=2026-01-02T03:04:05Z",
        "before=0",
        "to="
      })
  void refusesWhatCannotBeMeant(String query) {
    try (TestServer server = TestServer.start()) {
      HttpAnswer answer = server.ask(get("/api/v1/events?" + query, "Connection: close"));
      assertThat(answer.problem()).isEqualTo("400 invalid_query");
    }
  }

  /// A log whose pages come when the test says so.
  private static final class HeldPages extends ForwardingLog {

    private final Deque<Runnable> held = new ArrayDeque<>();

    HeldPages(EventLog log) {
      super(log);
    }

    private CompletionStage<Page> hold(Supplier<CompletionStage<Page>> reading) {
      CompletableFuture<Page> page = new CompletableFuture<>();
      held.add(() -> page.complete(Logs.await(reading.get())));
      return page;
    }

    @Override
    public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
      return hold(() -> super.read(after, types, maxEvents, maxBytes));
    }

    @Override
    public CompletionStage<Page> readBack(
        long before, TypeFilter types, int maxEvents, int maxBytes) {
      return hold(() -> super.readBack(before, types, maxEvents, maxBytes));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"asc", "desc"})
  void readsNothingMoreForWhoHasGone(String order) {
    HeldPages log = new HeldPages(TestServer.memory());
    try (EmbeddedServer server = new EmbeddedServer(log)) {
      // What was there before, the server would read for itself.
      for (int i = 0; i < 1_000; i++) {
        log.append(SampleEvents.appends("job.started"));
      }
      server.receive(get("/api/v1/events?limit=1000&order=" + order, "Connection: close"));
      log.held.remove().run();
      server.runTasks();
      assertThat(log.held).as("goes on").hasSize(1);

      server.disconnect();
      log.held.remove().run();
      server.runTasks();

      assertThat(log.held).isEmpty();
    }
  }
}
