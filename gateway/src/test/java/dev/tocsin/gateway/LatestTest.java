package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.CountedReads;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.ForgottenKeys;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.LateLog;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What is the case now: `latest`, and `last` of the history.
class LatestTest {

  private static JsonNode ask(TestServer server, String path, String... headers) {
    HttpAnswer answer = server.ask(get("/api/v1/" + path, headers));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private static List<Long> sequences(JsonNode answer) {
    List<Long> sequences = new ArrayList<>();
    answer.path("events").forEach(event -> sequences.add(event.path("sequence").asLong()));
    return sequences;
  }

  private static List<Long> upTo(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private static String where(String json) {
    return "where=" + URLEncoder.encode(json.replace('\'', '"'), StandardCharsets.UTF_8);
  }

  private static String service(String name, String status) {
    return ("{'type':'service.status_changed','payload':{'service':'%s','status':'%s',"
            + "'timestamp':'2026-01-09T12:00:00Z'}}")
        .formatted(name, status)
        .replace('\'', '"');
  }

  private static EventLog log() {
    return new LateLog(new InMemoryEventLog("epoch-1", 64L << 20));
  }

  @Test
  void givesTheNewestEventOfEachTypeAndKeyInTheOrderOfTheLog() {
    try (TestServer server = TestServer.forgetful(log())) {
      server.publish(service("detector", "healthy")); // 1
      server.publish(service("recorder", "healthy")); // 2
      server.publish(TestServer.alert("a")); // 3
      server.publish(service("detector", "failed")); // 4
      server.publish(TestServer.job(10)); // 5
      server.publish(TestServer.job(20)); // 6

      JsonNode all = ask(server, "latest");
      assertThat(sequences(all)).containsExactly(2L, 3L, 4L, 6L);
      assertThat(all.path("sequence").asLong()).isEqualTo(6);
      assertThat(all.path("epoch").asString()).isEqualTo("epoch-1");
      assertThat(all.propertyNames()).containsExactly("events", "sequence", "epoch");
      JsonNode event = all.path("events").get(2);
      assertThat(event.path("payload").path("status").asString()).isEqualTo("failed");
      assertThat(event.has("previous")).isFalse();
      assertThat(sequences(ask(server, "latest?events=service.*,job.*")))
          .containsExactly(2L, 4L, 6L);
      assertThat(sequences(ask(server, "latest?events=camera.*"))).isEmpty();
      JsonNode slip = ask(server, "latest?events=servce.*");
      assertThat(slip.path("warnings").get(0).path("suggestion").asString()).isEqualTo("service.*");
    }
  }

  /// Of the newest event of each key: an older one that matches is not the case any more.
  @Test
  void whereAsksOfTheNewestEventOfEachKey() {
    try (TestServer server = TestServer.forgetful(log())) {
      server.publish(service("detector", "failed"));
      server.publish(service("recorder", "failed"));
      server.publish(service("detector", "healthy"));

      assertThat(sequences(ask(server, "latest?events=service.*&" + where("{'status':'failed'}"))))
          .containsExactly(2L);
    }
  }

  @Test
  void saysWhereToGoOnWhenThereAreMore() {
    try (TestServer server = TestServer.forgetful(log())) {
      for (int i = 1; i <= 700; i++) {
        server.publish(TestServer.alert("a" + i));
      }

      JsonNode first = ask(server, "latest?limit=300");
      assertThat(sequences(first)).isEqualTo(upTo(1, 300));
      assertThat(first.path("next_since").asLong()).isEqualTo(300);
      assertThat(first.path("sequence").asLong()).isEqualTo(700);
      JsonNode second = ask(server, "latest?limit=400&since=300");
      assertThat(sequences(second)).isEqualTo(upTo(301, 700));
      assertThat(second.has("next_since")).isFalse();
      assertThat(sequences(ask(server, "latest?since=700"))).isEmpty();
      assertThat(sequences(ask(server, "latest?limit=999999999"))).isEqualTo(upTo(1, 700));
    }
  }

  @Test
  void endsWhenTheAnswerGrowsTooLarge() {
    try (TestServer server = TestServer.forgetful(log())) {
      for (int i = 1; i <= 100; i++) {
        server.publish(TestServer.large("a" + i, 60_000));
      }

      List<Long> all = new ArrayList<>();
      JsonNode answer = ask(server, "latest");
      assertThat(answer.path("events").size()).isBetween(60, 70);
      all.addAll(sequences(answer));
      while (answer.has("next_since")) {
        answer = ask(server, "latest?since=" + answer.path("next_since").asLong());
        all.addAll(sequences(answer));
      }
      assertThat(all).isEqualTo(upTo(1, 100));
    }
  }

  @Test
  void looksThroughMoreKeysThanItIsGivenAtATime() {
    try (TestServer server = TestServer.start()) {
      for (int i = 1; i <= 10_500; i++) {
        server.publish(TestServer.alert("a" + i));
      }

      assertThat(sequences(ask(server, "latest?" + where("{'id':['a10400','a3']}"))))
          .containsExactly(3L, 10_400L);
      JsonNode first = ask(server, "latest");
      assertThat(first.path("events").size()).isEqualTo(10_000);
      assertThat(sequences(ask(server, "latest?since=" + first.path("next_since").asLong())))
          .isEqualTo(upTo(10_001, 10_500));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "latest?since=x, since has to be a whole number from 0 on",
    "latest?limit=0, limit has to be a whole number from 1 on",
    "latest?last=5, ",
    "latest?events=[, ",
    "latest?where=x, ",
    "events?last=0, last has to be a whole number from 1 on",
    "events?last=-1, last has to be a whole number from 1 on",
    "events?last=x, last has to be a whole number from 1 on",
    "events?last=99999999999999999999, last has to be a whole number from 1 on",
    "events?last=5&since=0, last asks for the newest events: it cannot be combined with since",
    "events?last=5&before=9, last asks for the newest events: it cannot be combined with before",
    "events?last=5&order=desc, last asks for the newest events: it cannot be combined with order",
    "events?last=5&limit=5, last asks for the newest events: it cannot be combined with limit",
    "events?latest=true, latest goes with follow=true; or ask /api/v1/latest",
    "events?latest=1, latest has to be true or false"
  })
  void whatMakesNoSenseIsRefused(String path, String detail) {
    try (TestServer server = TestServer.start()) {
      HttpAnswer answer = server.ask(get("/api/v1/" + path));

      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.json().path("detail").asString()).contains(detail == null ? "" : detail);
    }
  }

  @Test
  void whatIsNotAskedForChangesNothing() {
    try (TestServer server = TestServer.start()) {
      server.publish(TestServer.alert("a"));

      assertThat(sequences(ask(server, "events?latest=false&follow=false"))).containsExactly(1L);
    }
  }

  @Test
  void lastGivesTheNewestThatMatchOldestFirst() {
    try (TestServer server = TestServer.forgetful(log())) {
      for (int i = 1; i <= 1_300; i++) {
        server.publish(i % 100 == 0 ? TestServer.alert("a") : TestServer.job(i % 100));
      }

      JsonNode last = ask(server, "events?last=3&events=alert.*");
      assertThat(sequences(last)).containsExactly(1_100L, 1_200L, 1_300L);
      assertThat(last.path("next_since").asLong()).isEqualTo(1_300);
      assertThat(last.path("next_before").asLong()).isEqualTo(1_100);
      JsonNode some = ask(server, "events?last=2&" + where("{'progress':{'max':50}}"));
      assertThat(sequences(some)).containsExactly(1_249L, 1_250L);
      assertThat(some.path("next_since").asLong()).isEqualTo(1_300);
      JsonNode all = ask(server, "events?last=50&events=alert.*");
      assertThat(all.path("events").size()).isEqualTo(13);
      assertThat(all.has("next_before")).isFalse();
      assertThat(sequences(ask(server, "events?last=1000000000"))).isEqualTo(upTo(301, 1_300));
      JsonNode none = ask(server, "events?last=9&events=camera.*");
      assertThat(sequences(none)).isEmpty();
      assertThat(none.path("next_since").asLong()).isEqualTo(1_300);
    }
  }

  @Test
  void onlyWhatMayBeReadIsTheCase() {
    TestAuthenticator door = new TestAuthenticator();
    door.let(
        "front",
        "front",
        TestAuthenticator.reader(
            TestAuthenticator.grant("{'service':'detector'}", "service.*"),
            TestAuthenticator.grant(null, "job.*")));
    try (TestServer server =
        TestServer.start(
            TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)))) {
      server.publish(service("detector", "failed"));
      server.publish(service("recorder", "failed"));
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.job(7));
      String key = "Authorization: Bearer front";

      assertThat(sequences(ask(server, "latest", key))).containsExactly(1L, 4L);
      assertThat(sequences(ask(server, "events?last=3", key))).containsExactly(1L, 4L);
      JsonNode alerts = ask(server, "latest?events=alert.*", key);
      assertThat(sequences(alerts)).isEmpty();
      assertThat(alerts.path("warnings").get(0).path("code").asString()).isEqualTo("denied");
      assertThat(server.ask(get("/api/v1/latest")).status()).isEqualTo(401);
    }
  }

  /// A log of which some events are damaged: one that is the newest of its key, one that nobody can tell of, and one of which
  /// it knows only when it is asked for.
  private static final class DamagedLog extends LosingLog {

    DamagedLog() {
      super(TestServer.memory(), Set.of(5L));
    }

    @Override
    public LogState state() {
      LogState state = super.state();
      return new LogState(
          state.epoch(),
          state.oldest(),
          state.newest(),
          Optional.empty(),
          List.of(new Stretch(2, 2), new Stretch(9, 9)),
          Optional.empty());
    }
  }

  @Test
  void tellsWhatIsDamaged() {
    try (TestServer server = TestServer.start(new DamagedLog(), Transport.AUTO)) {
      for (int i = 1; i <= 10; i++) {
        server.publish(TestServer.alert("a" + i));
      }

      assertThat(ask(server, "latest").path("gaps").toString())
          .isEqualTo("[{\"from\":2,\"to\":2},{\"from\":9,\"to\":9}]");
      assertThat(ask(server, "latest?since=2&limit=3").has("gaps")).isFalse();
    }
  }

  @Test
  void tellsWhatIsDamagedInTheOrderOfTheLogAlsoWhatIsFoundOutLate() {
    try (TestServer server = TestServer.forgetful(new DamagedLog())) {
      for (int i = 1; i <= 10; i++) {
        server.publish(TestServer.alert("a" + i));
      }
      forget(server);

      JsonNode answer = ask(server, "latest?events=alert.*");
      assertThat(answer.path("gaps").toString())
          .isEqualTo("[{\"from\":2,\"to\":2},{\"from\":5,\"to\":5},{\"from\":9,\"to\":9}]");
      assertThat(sequences(answer)).containsExactly(1L, 2L, 3L, 4L, 6L, 7L, 8L, 9L, 10L);
    }
  }

  /// So many jobs that what was published before is no longer in memory.
  private static void forget(TestServer server) {
    for (int i = 0; i < 60; i++) {
      server.publish(TestServer.job(i));
    }
  }

  /// It is not the case any more, as everything that retention has deleted.
  @Test
  void whatIsDeletedWhileTheLogIsReadIsNoGap() {
    HeldReads log = new HeldReads(new InMemoryEventLog("epoch-1", 64 << 10));
    try (TestServer server = TestServer.forgetful(log);
        RawClient client = server.client()) {
      for (int i = 1; i <= 10; i++) {
        server.publish(TestServer.alert("a" + i));
      }
      forget(server);
      client.send(get("/api/v1/latest?events=alert.*"));
      log.asked.join();
      server.publish(TestServer.large("b", 60_000));
      server.publish(TestServer.large("b", 60_000));
      assertThat(log.state().oldest()).isGreaterThan(10);
      log.mayGoOn.complete(null);

      JsonNode answer = client.answer().json();
      assertThat(sequences(answer)).isEmpty();
      assertThat(answer.path("sequence").asLong()).isEqualTo(70);
      assertThat(answer.has("gaps")).isFalse();
    }
  }

  @Test
  void waitsForTheIndexAfterAStartAndThenSaysWhenToComeBack() {
    CountedReads log = new CountedReads(TestServer.memory());
    try (TestServer before = TestServer.start(log, Transport.AUTO)) {
      before.publish(TestServer.alert("a"));
      log.failure = new IllegalStateException("not now");
      try (TestServer server = TestServer.start(log, Transport.AUTO)) {
        HttpAnswer answer = server.ask(get("/api/v1/latest"));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().path("error").asString()).isEqualTo("unavailable");
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.json().path("detail").asString())
            .contains("latest is not known")
            .contains("started");
        // It takes events, and says so.
        assertThat(server.ask(get("/readyz")).text()).contains("\"ready\"");
        assertThat(ask(server, "stats").path("latest").path("whole").asBoolean()).isFalse();

        log.failure = null;
        server
            .hub
            .latest()
            .choose(TypeFilter.ALL, 0, Long.MAX_VALUE, 1, false)
            .toCompletableFuture()
            .join();

        assertThat(sequences(ask(server, "latest"))).containsExactly(1L);
        assertThat(ask(server, "stats").path("latest").toString())
            .isEqualTo("{\"keys\":1,\"whole\":true,\"forgotten\":{}}");
      }
    }
  }

  /// Whoever asks for a type of which keys were forgotten is told, in each way of asking, and nobody else.
  @Test
  void saysUpToWhereKeysWereForgotten() {
    EventLog log = ForgottenKeys.of("alert.deleted", "id", 1_500);
    assertThat(RecordedLogs.take()).singleElement().asString().contains("there are too many keys");
    try (TestServer server = TestServer.start(log, Transport.AUTO)) {
      JsonNode answer = ask(server, "latest");
      long forgotten = answer.path("forgotten").path("alert.deleted").asLong();
      assertThat(forgotten).isBetween(1_300L, 1_499L);
      assertThat(answer.path("forgotten").propertyNames()).containsExactly("alert.deleted");
      assertThat(sequences(answer)).isEqualTo(upTo(forgotten + 1, 1_500));
      assertThat(ask(server, "stats").path("latest").path("forgotten"))
          .isEqualTo(answer.path("forgotten"));
      assertThat(ask(server, "latest?events=job.*").has("forgotten")).isFalse();

      try (RawWebSocket socket = server.socket("?events=alert.*&latest=true")) {
        JsonNode established = socket.established().path("payload");
        assertThat(established.path("initial").asLong()).isEqualTo(1_500 - forgotten);
        assertThat(established.path("initial_complete").asBoolean(true)).isFalse();
      }
      try (RawWebSocket socket = server.socket("?events=job.*&latest=true")) {
        assertThat(socket.established().path("payload").has("initial_complete")).isFalse();
      }
    }
  }

  /// A log that reads single events when the test says so.
  private static final class HeldReads extends ForwardingLog {

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Void> mayGoOn = new CompletableFuture<>();

    HeldReads(EventLog log) {
      super(log);
    }

    @Override
    public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
      asked.complete(null);
      return mayGoOn.thenCompose(now -> super.readEach(sequences, maxBytes));
    }
  }

  @Test
  void rightsThatChangeWhileTheLogIsReadEndTheAnswer() {
    HeldReads log = new HeldReads(TestServer.memory());
    TestAuthenticator door = new TestAuthenticator();
    door.let("x", "x", TestAuthenticator.reader(TestAuthenticator.grant(null, "*")));
    try (TestServer server =
            TestServer.forgetful(
                log, TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));
        RawClient client = server.client()) {
      for (int i = 0; i < 200; i++) {
        server.publish(TestServer.large("a" + i, 1_000));
      }
      client.send(get("/api/v1/latest", "Authorization: Bearer x"));
      log.asked.join();
      door.let("x", "x", TestAuthenticator.reader(TestAuthenticator.grant(null, "job.*")));
      log.mayGoOn.complete(null);

      assertThat(client.answer().problem()).isEqualTo("503 unavailable");
    }
  }
}
