package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.CountedReads;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SharedLog;
import dev.tocsin.hub.Stretch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// A server on a log that it does not have for itself, or that is not whole.
@Timeout(60)
class SharedServerTest {

  @Test
  void aNewEpochClosesWhoeverStoodInTheEarlierOne() {
    SharedLog shared = new SharedLog(TestServer.memory());
    try (TestServer server = TestServer.start(shared, Transport.AUTO);
        RawWebSocket live = server.socket("?events=alert.*");
        RawWebSocket silent = server.socket("?events=none")) {
      server.publish(TestServer.alert("a"));
      assertThat(live.message().path("sequence").asLong()).isEqualTo(1);
      InMemoryEventLog other = new InMemoryEventLog("epoch-2", 1 << 20);
      other.append(SampleEvents.appends("alert.deleted", "alert.deleted"));
      shared.become(other);

      for (RawWebSocket socket : List.of(live, silent)) {
        List<Frame> frames = socket.rest();
        assertThat(frames.getLast().closeCode()).isEqualTo(4510);
        assertThat(frames.getFirst().json().path("payload").path("error").asString())
            .isEqualTo("epoch_changed");
      }
      assertThat(RecordedLogs.take())
          .singleElement()
          .asString()
          .contains("the log has begun a new epoch");
      try (RawWebSocket again = RawWebSocket.open(server.port(), "?since=1&epoch=epoch-1")) {
        JsonNode resumed = again.message();
        assertThat(resumed.path("reason").asString()).isEqualTo("epoch_changed");
        assertThat(resumed.path("since").asLong()).isEqualTo(2);
        server.publish(TestServer.alert("b"));
        assertThat(again.message().path("sequence").asLong()).isEqualTo(3);
      }
    }
  }

  /// Another server has told a position that has not come here yet.
  @Test
  void aResumptionWaitsForAPositionThatHasNotComeHereYet() {
    SharedLog shared = new SharedLog(TestServer.memory());
    try (TestServer server = TestServer.start(shared, Transport.AUTO)) {
      server.publish(TestServer.alert("a"));
      CompletableFuture<Void> goOn = shared.pause();
      Logs.await(shared.append(SampleEvents.appends("alert.deleted", "alert.deleted")));
      try (RawWebSocket socket = server.socket("?since=2")) {
        socket.say("{\"action\":\"subscribe\",\"events\":[\"alert.*\"]}");
        socket.send(Frame.PING, new byte[] {1});
        assertThat(socket.frame().first()).isEqualTo(Frame.PONG);
        goOn.complete(null);

        JsonNode resumed = socket.message();
        assertThat(resumed.path("action").asString()).isEqualTo("resumed");
        assertThat(resumed.path("since").asLong()).isEqualTo(2);
        assertThat(resumed.path("complete").asBoolean()).isTrue();
        assertThat(resumed.path("sequence").asLong()).isEqualTo(3);
      }
    }
  }

  /// Another server has begun the epoch and told a position of it: the client is let go to come back, and loses nothing.
  @Test
  void aResumptionWaitsForAnEpochThatHasNotComeHereYet() {
    SharedLog shared = new SharedLog(TestServer.memory());
    try (TestServer server = TestServer.start(shared, Transport.AUTO)) {
      server.publish(TestServer.alert("a"));
      InMemoryEventLog other = new InMemoryEventLog("epoch-2", 1 << 20);
      other.append(SampleEvents.appends("alert.deleted", "alert.deleted"));
      shared.coming = "epoch-2";
      try (RawWebSocket socket = server.socket("?since=1&epoch=epoch-2")) {
        socket.send(Frame.PING, new byte[] {1});
        assertThat(socket.frame().first()).isEqualTo(Frame.PONG);
        shared.become(other);

        List<Frame> frames = socket.rest();
        assertThat(frames.getLast().closeCode()).isEqualTo(4510);
        assertThat(frames.getFirst().json().path("type").asString()).isEqualTo("connection.error");
      }
      RecordedLogs.take();
      try (RawWebSocket again = server.socket("?since=1&epoch=epoch-2")) {
        JsonNode resumed = again.message();
        assertThat(resumed.path("complete").asBoolean()).isTrue();
        assertThat(again.message().path("sequence").asLong()).isEqualTo(2);
      }
    }
  }

  /// Pages that went back would bring the same events again.
  @Test
  void historyAndLatestWaitForAPositionThatHasNotComeHereYet() {
    for (String path : List.of("/api/v1/events?since=2", "/api/v1/latest?since=2")) {
      SharedLog shared = new SharedLog(TestServer.memory());
      try (TestServer server = TestServer.start(shared, Transport.AUTO);
          RawClient waiting = server.client();
          RawClient other = server.client()) {
        server.publish(TestServer.alert("a"));
        // What is latest is known from the first question on.
        assertThat(other.ask(get("/api/v1/latest")).json().path("sequence").asLong()).isEqualTo(1);
        CompletableFuture<Void> goOn = shared.pause();
        Logs.await(shared.append(SampleEvents.appends("alert.deleted", "alert.deleted")));
        waiting.send(get(path));
        assertThat(other.ask(get("/api/v1/latest")).json().path("sequence").asLong()).isEqualTo(1);
        assertThat(other.ask(get("/api/v1/events?since=1")).json().path("next_since").asLong())
            .isEqualTo(1);
        goOn.complete(null);

        JsonNode page = waiting.answer().json();
        assertThat(page.path("events")).as(path).hasSize(1);
        assertThat(page.path("events").path(0).path("sequence").asLong()).isEqualTo(3);
      }
    }
  }

  @Test
  void saysOnEveryWayInThatNobodyKnowsWhatBecameOfAnEvent() {
    StallingLog log = new StallingLog();
    try (TestServer server = TestServer.timeless(log);
        RawClient http = server.client();
        RawWebSocket socket = server.socket("?events=none")) {
      http.send(post("/api/v1/events", TestServer.alert("a")));
      log.loseAnswer();
      HttpAnswer one = http.answer();
      assertThat(one.problem()).isEqualTo("503 unavailable");
      assertUncertain(one.json());

      http.send(
          RawClient.request(
              "POST",
              "/api/v1/events",
              TestServer.alert("a") + "\n" + TestServer.alert("b") + "\n",
              "Content-Type: application/x-ndjson"));
      log.loseAnswer();
      HttpAnswer lines = http.answer();
      assertThat(lines.problem()).isEqualTo("503 unavailable");
      assertUncertain(lines.json());
      assertThat(lines.json().path("next_line").asInt()).isEqualTo(1);
      assertThat(lines.json().path("rejected").valueStream())
          .extracting(line -> line.path("line") + " " + line.path("details"))
          .containsExactly("1 {\"uncertain\":true}", "2 {\"uncertain\":true}");

      socket.say("{\"action\":\"publish\",\"id\":7,\"event\":" + TestServer.alert("a") + "}");
      log.loseAnswer();
      JsonNode error = socket.message();
      assertThat(error.path("id").asInt()).isEqualTo(7);
      assertThat(error.path("payload").path("error").asString()).isEqualTo("unavailable");
      assertUncertain(error.path("payload"));
    }
  }

  private static void assertUncertain(JsonNode told) {
    assertThat(told.path("details").toString()).isEqualTo("{\"uncertain\":true}");
    String sentence = told.path(told.has("detail") ? "detail" : "message").asString();
    assertThat(sentence).contains("idempotency key");
  }

  @Test
  void tellsOfWhatTheLogHasLostAsAGap() {
    SharedLog shared = new SharedLog(TestServer.memory());
    try (TestServer server = TestServer.forgetful(shared);
        RawWebSocket live = server.socket("?events=alert.*")) {
      server.publish(TestServer.alert("a"));
      assertThat(live.message().path("sequence").asLong()).isEqualTo(1);
      shared.lose(1);

      // Alone: the connection is on the live path again when it comes.
      assertGap(live.message(), 2);
      server.publish(TestServer.alert("b"));
      assertThat(RecordedLogs.take())
          .singleElement()
          .asString()
          .contains("the log has lost events");
      JsonNode next = live.message();
      assertThat(next.path("sequence").asLong()).isEqualTo(3);
      assertThat(next.path("previous").asLong()).isEqualTo(1);
      try (RawWebSocket later = server.socket("?events=alert.*&since=1")) {
        assertThat(later.message().path("complete").asBoolean()).isTrue();
        // In one page with the event, whose `previous` is its end then.
        assertGap(later.message(), 2);
        JsonNode read = later.message();
        assertThat(read.path("sequence").asLong()).isEqualTo(3);
        assertThat(read.path("previous").asLong()).isEqualTo(2);
      }
    }
  }

  private static void assertGap(JsonNode message, long lost) {
    assertThat(message.path("action").asString()).isEqualTo("gap");
    assertThat(message.path("from").asLong()).isEqualTo(lost);
    assertThat(message.path("to").asLong()).isEqualTo(lost);
  }

  /// A log of which a stretch is damaged.
  private static final class DamagedLog extends ForwardingLog {

    DamagedLog() {
      super(TestServer.memory());
    }

    @Override
    public LogState state() {
      LogState state = super.state();
      return new LogState(
          state.epoch(),
          state.oldest(),
          state.newest(),
          Optional.empty(),
          List.of(new Stretch(3, 5), new Stretch(9, 9)),
          Optional.of("The roof leaks"));
    }
  }

  @Test
  void isReadyButDegradedWhenTheLogIsDamaged() {
    try (TestServer server = TestServer.start(new DamagedLog(), Transport.AUTO)) {
      HttpAnswer ready = server.ask(get("/readyz", "Connection: close"));
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.json().path("status").asString()).isEqualTo("degraded");
      assertThat(ready.json().path("reason").asString())
          .isEqualTo("The log is damaged: events from 3 to 9 cannot all be read. The roof leaks");
      assertThat(
              server
                  .ask(get("/api/v1/stats", "Connection: close"))
                  .json()
                  .path("log")
                  .path("unreadable")
                  .toString())
          .isEqualTo("[{\"from\":3,\"to\":5},{\"from\":9,\"to\":9}]");
    }
  }

  @Test
  void aRarePatternResumesWithoutReadingTheOthers() {
    InMemoryEventLog stored = TestServer.memory();
    stored.append(SampleEvents.appends("alert.deleted"));
    stored.append(Collections.nCopies(30_000, SampleEvents.appends("job.progress").getFirst()));
    stored.append(SampleEvents.appends("alert.deleted", "job.progress"));
    CountedReads log = new CountedReads(stored);
    try (TestServer server = TestServer.forgetful(log)) {
      // Without a note of what is latest the whole log is read once, which this waits for.
      assertThat(server.ask(get("/api/v1/latest?events=camera.online")).status()).isEqualTo(200);
      long before = log.events();
      resumeOfARarePattern(server);

      assertThat(log.events() - before).isLessThanOrEqualTo(4);
    }
  }

  private static void resumeOfARarePattern(TestServer server) {
    try (RawWebSocket socket = server.socket("?events=alert.*&since=0")) {
      assertThat(socket.message().path("complete").asBoolean()).isTrue();
      assertThat(socket.message().path("sequence").asLong()).isEqualTo(1);
      JsonNode last = socket.message();
      assertThat(last.path("sequence").asLong()).isEqualTo(30_002);
      assertThat(last.path("previous").asLong()).isEqualTo(1);
      server.publish(TestServer.alert("live"));
      JsonNode live = socket.message();
      assertThat(live.path("sequence").asLong()).isEqualTo(30_004);
      assertThat(live.path("previous").asLong()).isEqualTo(30_002);
    }
  }

  @Test
  void warnsOnceOfALogThatCannotBeReadAndSaysSoUntilItCan() {
    CountedReads log = new CountedReads(TestServer.memory());
    log.failure = new IllegalStateException("the disk cannot be read");
    List<RawWebSocket> sockets = new ArrayList<>();
    try (TestServer server = TestServer.forgetful(log)) {
      for (int i = 0; i < 40; i++) {
        server.publish(TestServer.large("a", 1_000));
      }
      RecordedLogs.take();
      for (int i = 0; i < 30; i++) {
        sockets.add(server.socket("?since=" + i));
      }
      while (log.pages() < 60) {
        Thread.onSpinWait();
      }
      assertThat(RecordedLogs.take()).singleElement().asString().contains("log not readable");
      HttpAnswer ready = server.ask(get("/readyz", "Connection: close"));
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.json().path("reason").asString()).isEqualTo("the disk cannot be read");
      log.failure = null;

      for (int i = 0; i < sockets.size(); i++) {
        assertThat(sockets.get(i).message().path("since").asLong()).isEqualTo(i);
        assertThat(sockets.get(i).message().path("sequence").asLong()).isEqualTo(i + 1);
      }
      ready = server.ask(get("/readyz", "Connection: close"));
      assertThat(ready.json().path("status").asString()).isEqualTo("ready");
    } finally {
      sockets.forEach(RawWebSocket::close);
    }
  }

  @Test
  void historyIsUnavailableWhileTheDiskCannotBeRead() {
    CountedReads log = new CountedReads(TestServer.memory());
    try (TestServer server = TestServer.forgetful(log)) {
      server.publish(TestServer.alert("a"));
      log.failure = new IllegalStateException("unreadable");
      assertThat(server.ask(get("/api/v1/events", "Connection: close")).problem())
          .isEqualTo("503 unavailable");

      assertThat(RecordedLogs.take()).hasSize(1);
      log.failure = null;
      assertThat(server.ask(get("/api/v1/events", "Connection: close")).status()).isEqualTo(200);
    }
  }
}
