package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Slice;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PublishCommand;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Clients that come back, and those that ask for history.
class ResumeTest {

  /// A server whose log is in memory; [LateResumeTest] has another.
  TestServer start() {
    return TestServer.start();
  }

  private static void publish(TestServer server, int count) {
    for (int i = 0; i < count; i++) {
      server.publish(i % 2 == 0 ? TestServer.alert("a") : TestServer.job(i % 100));
    }
  }

  @Test
  void givesWhatWasMissedThenWhatComes() {
    try (TestServer server = start()) {
      publish(server, 10);
      try (RawWebSocket socket = server.socket("?events=alert.*&since=4")) {
        JsonNode resumed = socket.message();
        assertThat(resumed.path("action").asString()).isEqualTo("resumed");
        assertThat(resumed.path("since").asLong()).isEqualTo(4);
        assertThat(resumed.path("sequence").asLong()).isEqualTo(10);
        assertThat(resumed.path("complete").asBoolean()).isTrue();
        expect(socket, 5, 4);
        expect(socket, 7, 5);
        expect(socket, 9, 7);
        server.publish(TestServer.alert("b"));
        expect(socket, 11, 9);
      }
    }
  }

  @Test
  void canGoBackMoreThanOnce() {
    try (TestServer server = start()) {
      publish(server, 3);
      try (RawWebSocket socket = server.socket("")) {
        for (int round = 0; round < 3; round++) {
          socket.say("{\"action\":\"resume\",\"since\":1,\"id\":\"r\"}");
          JsonNode resumed = socket.message();
          assertThat(resumed.path("id").asString()).isEqualTo("r");
          assertThat(resumed.path("since").asLong()).isEqualTo(1);
          expect(socket, 2, 1);
          expect(socket, 3, 2);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"since=2&epoch=another", "since=999"})
  void goesOnWithLiveEventsWhenThePositionIsNotOfThisLog(String query) {
    try (TestServer server = start()) {
      publish(server, 3);
      try (RawWebSocket socket = server.socket("?" + query)) {
        JsonNode resumed = socket.message();
        assertThat(resumed.path("complete").asBoolean()).isFalse();
        assertThat(resumed.path("reason").asString())
            .isEqualTo(query.contains("epoch") ? "epoch_changed" : "ahead");
        assertThat(resumed.path("since").asLong()).isEqualTo(3);
        assertThat(resumed.path("first_available").asLong()).isEqualTo(1);
        server.publish(TestServer.alert("b"));
        expect(socket, 4, 3);
      }
    }
  }

  @Test
  void saysWhatTheLogHasLost() {
    InMemoryEventLog small =
        new InMemoryEventLog("e", 3_000, Duration.ofMinutes(10), InstantSource.system());
    try (TestServer server = TestServer.start(small, Transport.AUTO)) {
      publish(server, 50);
      long oldest = small.state().oldest();
      assertThat(oldest).isGreaterThan(2);
      try (RawWebSocket socket = server.socket("?since=1")) {
        JsonNode resumed = socket.message();
        assertThat(resumed.path("complete").asBoolean()).isFalse();
        assertThat(resumed.path("reason").asString()).isEqualTo("truncated");
        assertThat(resumed.path("first_available").asLong()).isEqualTo(oldest);
        assertThat(resumed.path("since").asLong()).isEqualTo(oldest - 1);
        expect(socket, oldest, oldest - 1);
      }
    }
  }

  @Test
  void theSeamIsWithoutGapOrDoubleWhileEventsCome() throws Exception {
    try (TestServer server = start()) {
      publish(server, 2_000);
      Thread publisher = Thread.ofVirtual().start(() -> publish(server, 2_000));
      try (RawWebSocket socket = server.socket("?since=0")) {
        socket.message();
        for (int i = 1; i <= 4_000; i++) {
          expect(socket, i, i - 1);
        }
      }
      publisher.join();
    }
  }

  /// Whatever happens between the two messages of a connection that resumes, nothing comes between.
  @Test
  void theAnswerToSinceFollowsTheFirstMessageWhileEventsCome() throws Exception {
    try (TestServer server = start()) {
      publish(server, 10);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong asked = new AtomicLong();
      Thread publisher =
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  // What is asked for has to be there still, however long the machine takes for a
                  // connection.
                  if (server.hub.log().state().newest() - asked.get() < 2_000) {
                    publish(server, 10);
                  }
                }
              });
      for (int i = 0; i < 300; i++) {
        long since = server.hub.log().state().newest() - 5;
        asked.set(since);
        try (RawWebSocket socket = server.socket("?since=" + since)) {
          assertThat(socket.message().path("action").asString()).isEqualTo("resumed");
          expect(socket, since + 1, since);
        }
      }
      stop.set(true);
      publisher.join();
    }
  }

  private static void expect(RawWebSocket socket, long sequence, long previous) {
    JsonNode event = socket.message();
    assertThat(event.path("sequence").asLong()).isEqualTo(sequence);
    assertThat(event.path("previous").asLong()).isEqualTo(previous);
  }

  @Test
  void givesHistoryInPages() {
    try (TestServer server = start();
        RawClient client = server.client()) {
      publish(server, 10);

      JsonNode first = client.ask(get("/api/v1/events?events=alert.*&limit=3")).json();
      assertThat(first.path("events").size()).isEqualTo(3);
      assertThat(first.path("events").path(0).path("sequence").asLong()).isEqualTo(1);
      assertThat(first.path("events").path(0).has("previous")).isFalse();
      assertThat(first.path("next_since").asLong()).isEqualTo(5);
      assertThat(first.path("epoch").asString()).isEqualTo(server.hub.log().state().epoch());

      JsonNode rest = client.ask(get("/api/v1/events?events=alert.*&since=5")).json();
      assertThat(rest.path("events").size()).isEqualTo(2);
      assertThat(rest.path("next_since").asLong()).isEqualTo(10);
      JsonNode ahead = client.ask(get("/api/v1/events?since=99")).json();
      assertThat(ahead.path("events").size()).isZero();
      assertThat(ahead.path("next_since").asLong()).isEqualTo(10);
    }
  }

  @Test
  void findsRareEventsInALongHistory() {
    try (TestServer server = start();
        RawClient client = server.client()) {
      server.publish(TestServer.alert("a"));
      for (int i = 0; i < 3_000; i++) {
        server.publish(TestServer.job(i % 100));
      }
      server.publish(TestServer.alert("b"));
      server.publish(TestServer.job(1));

      JsonNode answer = client.ask(get("/api/v1/events?events=alert.*&since=1")).json();
      assertThat(answer.path("events").size()).isEqualTo(1);
      assertThat(answer.path("events").path(0).path("sequence").asLong()).isEqualTo(3_002);
      assertThat(answer.path("next_since").asLong()).isEqualTo(3_003);
      JsonNode none = client.ask(get("/api/v1/events?events=camera.*")).json();
      assertThat(none.path("events").size()).isZero();
      assertThat(none.path("next_since").asLong()).isEqualTo(3_003);
      JsonNode all = client.ask(get("/api/v1/events?since=2500&limit=1000")).json();
      assertThat(all.path("events").size()).isEqualTo(503);
      assertThat(all.path("next_since").asLong()).isEqualTo(3_003);
    }
  }

  @Test
  void endsAnAnswerBeforeItGrowsTooLarge() {
    try (TestServer server = start();
        RawClient client = server.client()) {
      int count = 80;
      for (int i = 0; i < count; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      for (String query : List.of("", "&events=alert.*")) {
        HttpAnswer first = client.ask(get("/api/v1/events?limit=1000" + query));
        assertThat(first.body().length).isBetween(4_100_000, 4 * 1024 * 1024 + 1_000);
        int got = first.json().path("events").size();
        assertThat(first.json().path("next_since").asInt()).isEqualTo(got);
        HttpAnswer rest = client.ask(get("/api/v1/events?limit=1000&since=" + got + query));
        assertThat(rest.json().path("events").size()).isEqualTo(count - got);
      }
    }
  }

  @Test
  void givesLessHistoryToEachWhenManyAskForIt() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      for (int i = 0; i < 3; i++) {
        server.publish(TestServer.large("a", 30_000));
      }
      server.context.historyCount().set(10_000);
      server.receive(get("/api/v1/events"));

      assertThat(server.said()).contains("\"next_since\":1,");
      assertThat(server.context.historyCount()).hasValue(10_000);
    }
  }

  /// `previous` is a position that was told, also when the subscription changes on the way to the head.
  @Test
  void namesNoOlderEventThanThePositionThatWasTold() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      for (int i = 0; i < 3; i++) {
        server.publish(TestServer.job(i));
      }
      server.takesOutput(false);
      server.receive(RawWebSocket.textFrame("{\"action\":\"resume\",\"since\":99}"));
      server.receive(RawWebSocket.textFrame("{\"action\":\"subscribe\",\"events\":[\"job.*\"]}"));
      server.takesOutput(true);
      server.publish(TestServer.job(4));

      assertThat(positions(server.said())).containsExactly("\"sequence\":4,\"previous\":3");
    }
  }

  /// The loop was held up for so long that memory no longer holds what it has not delivered.
  @Test
  void readsTheLogForWhatMemoryNoLongerHolds() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=alert.*")) {
      int count = 40;
      for (int i = 0; i < count; i++) {
        server.hub.publish(
            new PublishCommand(Slice.of(TestServer.large("a", EmbeddedServer.RECENT_BYTES / 20))));
      }
      assertThat(positions(server.said())).isEqualTo(chain(1, count));

      server.publish(TestServer.alert("b"));
      assertThat(positions(server.said())).isEqualTo(chain(count + 1, count + 1));
    }
  }

  private static List<String> positions(String said) {
    return Pattern.compile("\"sequence\":\\d+,\"previous\":\\d+")
        .matcher(said)
        .results()
        .map(MatchResult::group)
        .toList();
  }

  private static List<String> chain(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> "\"sequence\":" + i + ",\"previous\":" + (i - 1))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=x",
        "since=-1",
        "since=1&since=2",
        "events=",
        "events=[a",
        "events=%zz"
      })
  void refusesBadHistoryQueries(String query) {
    try (TestServer server = start();
        RawClient client = server.client()) {
      HttpAnswer answer = client.ask(get("/api/v1/events?" + query));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).isEqualTo("invalid_query");
    }
  }
}
