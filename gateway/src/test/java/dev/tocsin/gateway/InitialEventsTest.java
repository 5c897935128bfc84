package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawEventSource;
import dev.tocsin.fixtures.RawStream;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.CountedReads;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.ForgottenKeys;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.LateLog;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Rights;
import dev.tocsin.hub.TypeFilter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Subscriptions that begin with `last` or `latest`.
@Timeout(120)
class InitialEventsTest {

  private static TestServer start() {
    return TestServer.start(log(), Transport.AUTO);
  }

  private static EventLog log() {
    return new LateLog(new InMemoryEventLog("epoch-1", 64L << 20));
  }

  private static String subscribe(String patterns, String fields) {
    return "{\"action\":\"subscribe\",\"events\":[\"" + patterns + "\"]," + fields + "}";
  }

  private static List<Long> initial(RawWebSocket socket, int count) {
    List<Long> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode event = socket.message();
      assertThat(event.path("initial").asBoolean()).as(event.toString()).isTrue();
      assertThat(event.has("previous")).isFalse();
      sequences.add(event.path("sequence").asLong());
    }
    return sequences;
  }

  /// @param position where the client stands: nothing after it has been missed
  private static void expectLive(RawWebSocket socket, long sequence, long position) {
    JsonNode event = socket.message();
    assertThat(event.path("sequence").asLong()).as(event.toString()).isEqualTo(sequence);
    assertThat(event.path("previous").asLong(-1)).isBetween(0L, position);
    assertThat(event.has("initial")).isFalse();
  }

  @Test
  void latestComesFirstAndThenWhatIsLive() {
    try (TestServer server = start();
        RawWebSocket socket = server.socket("?events=camera.*")) {
      server.publish(TestServer.alert("a")); // 1
      server.publish(TestServer.alert("b")); // 2
      server.publish(TestServer.alert("a")); // 3
      server.publish(TestServer.job(1)); // 4

      JsonNode subscribed = socket.ask(subscribe("alert.*", "\"latest\":true,\"id\":7"));
      assertThat(subscribed.path("action").asString()).isEqualTo("subscribed");
      assertThat(subscribed.path("id").asInt()).isEqualTo(7);
      assertThat(subscribed.path("initial").asInt()).isEqualTo(2);
      assertThat(subscribed.has("initial_complete")).isFalse();
      assertThat(subscribed.path("sequence").asLong()).isEqualTo(4);
      assertThat(initial(socket, 2)).containsExactly(2L, 3L);
      server.publish(TestServer.alert("c"));
      expectLive(socket, 5, 4);
    }
  }

  @Test
  void lastComesFirstAndThenWhatIsLive() {
    try (TestServer server = start();
        RawWebSocket socket = server.socket("?events=camera.*")) {
      for (int i = 1; i <= 900; i++) {
        server.publish(i % 3 == 0 ? TestServer.alert("a") : TestServer.job(i % 100));
      }

      JsonNode subscribed = socket.ask(subscribe("alert.*", "\"last\":200"));
      assertThat(subscribed.path("initial").asInt()).isEqualTo(200);
      assertThat(subscribed.has("initial_complete")).isFalse();
      assertThat(initial(socket, 200))
          .isEqualTo(LongStream.rangeClosed(101, 300).map(i -> 3 * i).boxed().toList());
      server.publish(TestServer.alert("c"));
      expectLive(socket, 901, 900);
    }
  }

  @Test
  void moreThanThereMayBeIsTold() {
    try (TestServer server = TestServer.start();
        RawWebSocket socket = server.socket("?events=camera.*")) {
      for (int i = 1; i <= 1_500; i++) {
        server.publish(TestServer.alert("a" + i));
      }

      JsonNode all = socket.ask(subscribe("alert.*", "\"last\":1000000000"));
      assertThat(all.path("initial").asInt()).isEqualTo(1_000);
      assertThat(all.path("initial_complete").asBoolean(true)).isFalse();
      assertThat(initial(socket, 1_000)).startsWith(501L).endsWith(1_500L);
      JsonNode few = socket.ask(subscribe("job.*", "\"last\":1000000000"));
      assertThat(few.path("initial").asInt(-1)).isZero();
      assertThat(few.has("initial_complete")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"latest=true", "last=2"})
  void queryBeginsInTheSameWay(String query) {
    try (TestServer server = start()) {
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.job(1));
      server.publish(TestServer.alert("b"));

      try (RawWebSocket socket = server.socket("?events=alert.*&" + query)) {
        assertThat(socket.established().path("payload").path("initial").asInt()).isEqualTo(2);
        assertThat(socket.position()).isEqualTo(3);
        assertThat(initial(socket, 2)).containsExactly(1L, 3L);
        server.publish(TestServer.alert("c"));
        expectLive(socket, 4, 3);
        assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "last=1&latest=true",
    "last=0",
    "last=x",
    "latest=yes",
    "latest=true&since=1",
    "last=1&since=1"
  })
  void queryThatMakesNoSenseIsRefusedBeforeTheUpgrade(String query) {
    try (TestServer server = TestServer.start()) {
      HttpAnswer answer = server.client().ask(RawWebSocket.handshake("/ws/events?" + query));
      assertThat(answer.problem()).isEqualTo("400 invalid_query");
    }
  }

  @Test
  void whereAndRightsApplyToWhatASubscriptionBeginsWith() {
    TestAuthenticator door = new TestAuthenticator();
    door.let(
        "front",
        "front",
        TestAuthenticator.reader(TestAuthenticator.grant("{'id':['a','b']}", "alert.*")));
    try (TestServer server =
            TestServer.start(
                TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));
        RawWebSocket socket =
            RawWebSocket.opened(
                server
                    .client()
                    .send(
                        RawWebSocket.handshake(
                            "/ws/events?events=camera.*", "Authorization: Bearer front")))) {
      for (String id : List.of("a", "b", "c", "a")) {
        server.publish(TestServer.alert(id));
      }
      server.publish(TestServer.job(1));

      JsonNode all = socket.ask(subscribe("*", "\"latest\":true"));
      assertThat(all.path("initial").asInt()).isEqualTo(2);
      assertThat(initial(socket, 2)).containsExactly(2L, 4L);
      JsonNode some =
          socket.ask(subscribe("alert.*", "\"last\":9,\"where\":{\"id\":[\"b\",\"c\"]}"));
      assertThat(some.path("initial").asInt()).isEqualTo(1);
      assertThat(initial(socket, 1)).containsExactly(2L);
    }
  }

  /// The seam: whatever is published meanwhile, each key is known from the initial events and what follows, no event comes
  /// twice, and none that was subscribed to before is lost.
  @ParameterizedTest
  @ValueSource(strings = {"\"latest\":true", "\"last\":40"})
  void nothingIsLostOrDoubledWhileEventsCome(String beginning) throws InterruptedException {
    nothingIsLostOrDoubled(start(), beginning);
    // Where nothing stays in memory, connections lag again and again.
    nothingIsLostOrDoubled(TestServer.forgetful(log()), beginning);
  }

  private void nothingIsLostOrDoubled(TestServer started, String beginning)
      throws InterruptedException {
    try (TestServer server = started) {
      AtomicBoolean stop = new AtomicBoolean();
      Thread publisher =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; !stop.get(); i++) {
                  server.publish(TestServer.alert("a" + i % 17));
                  server.publish(TestServer.job(i % 100));
                }
              });
      for (int round = 0; round < 30; round++) {
        try (RawWebSocket socket = server.socket("?events=job.*")) {
          long position = socket.position();
          socket.say(subscribe("alert.*", beginning));
          position = expectJobsUntilSubscribed(socket, position);
          goThroughTheSeam(socket, position, beginning.contains("latest"));
        }
      }
      stop.set(true);
      publisher.join();
    }
  }

  private int initialCount;

  /// Each second event is a job: none may be missing.
  private long expectJobsUntilSubscribed(RawWebSocket socket, long begin) {
    long position = begin;
    while (true) {
      JsonNode message = socket.message();
      if (message.path("action").asString("").equals("subscribed")) {
        long told = message.path("sequence").asLong();
        assertThat(told).isBetween(position, position + 1);
        initialCount = message.path("initial").asInt(-1);
        return told;
      }
      assertThat(message.path("type").asString()).isEqualTo("job.progress");
      assertThat(message.path("previous").asLong()).isLessThanOrEqualTo(position);
      assertThat(message.path("sequence").asLong()).isBetween(position + 1, position + 2);
      position = message.path("sequence").asLong();
    }
  }

  private void goThroughTheSeam(RawWebSocket socket, long told, boolean latest) {
    long before = 0;
    for (long sequence : initial(socket, initialCount)) {
      assertThat(sequence).isGreaterThan(before).isLessThanOrEqualTo(told);
      before = sequence;
    }
    // From the told position on everything comes, one after another.
    for (long next = told + 1; next <= told + 60; next++) {
      JsonNode event = socket.message();
      assertThat(event.path("sequence").asLong()).as(event.toString()).isEqualTo(next);
      assertThat(event.path("previous").asLong()).isLessThan(next);
      assertThat(event.has("initial")).isFalse();
    }
    // 17 alerts there are.
    assertThat(initialCount).isLessThanOrEqualTo(latest ? 17 : 40);
  }

  /// Each has to be preceded by all initial events: an action takes effect when those before it have.
  @ParameterizedTest
  @CsvSource({
    "ping, pong",
    "'{\"action\":\"resume\",\"since\":298}', resumed",
    "'{\"action\":\"subscribe\",\"events\":[\"job.*\"]}', subscribed",
    "'{\"action\":\"subscribe\",\"events\":[\"job.*\"],\"last\":3}', subscribed",
    "'{\"action\":\"unsubscribe\",\"events\":[\"alert.*\"]}', unsubscribed",
    "'{\"action\":\"unsubscribe\"}', unsubscribed",
    "'{\"action\":\"publish\",\"event\":{\"type\":\"ping\"}}', error",
    "'{\"action\":\"nothing\"}', error"
  })
  void whatFollowsWaitsUntilTheBeginningHasCome(String next, String answer) {
    try (TestServer server = start();
        RawWebSocket socket = server.socket("?events=camera.*")) {
      for (int i = 0; i < 300; i++) {
        server.publish(TestServer.alert("a" + i));
      }

      socket.say(subscribe("alert.*", "\"latest\":true"));
      socket.say(next);
      socket.say("ping");
      assertThat(socket.message().path("initial").asInt()).isEqualTo(300);
      assertThat(initial(socket, 300)).isEqualTo(LongStream.rangeClosed(1, 300).boxed().toList());
      JsonNode message = socket.message();
      assertThat(message.path("action").asString(message.path("type").asString()))
          .isEqualTo(answer);
    }
  }

  @Test
  void whatFollowsTheHandshakeWaitsUntilTheBeginningHasCome() {
    try (TestServer server = start()) {
      for (int i = 0; i < 300; i++) {
        server.publish(TestServer.alert("a" + i));
      }

      try (RawWebSocket socket = server.socket("?events=alert.*&latest=true")) {
        socket.say("ping");
        initial(socket, 300);
        assertThat(socket.message().path("type").asString()).isEqualTo("pong");
      }
    }
  }

  /// Pages that do not go out at once: what waits behind them goes on when the last one has been taken.
  @Test
  void unsubscribingMeanwhileWaitsForALargeBeginning() {
    try (TestServer server = start();
        RawWebSocket socket = server.socket("?events=camera.*")) {
      for (int i = 0; i < 60; i++) {
        server.publish(TestServer.large("a" + i, 50_000));
      }

      socket.say(subscribe("alert.*", "\"latest\":true"));
      socket.say("{\"action\":\"unsubscribe\",\"events\":[\"alert.*\"]}");
      socket.say("ping");
      assertThat(socket.message().path("initial").asInt()).isEqualTo(60);
      initial(socket, 60);
      assertThat(socket.message().path("action").asString()).isEqualTo("unsubscribed");
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    }
  }

  @Test
  void subscriptionThatCannotBeginChangesNothing() {
    CountedReads log = new CountedReads(TestServer.memory());
    try (TestServer before = TestServer.start(log, Transport.AUTO)) {
      before.publish(TestServer.alert("a"));
      log.failure = new IllegalStateException("not now");
      try (TestServer server = TestServer.start(log, Transport.AUTO);
          RawWebSocket socket = server.socket("?events=camera.*")) {
        JsonNode error = socket.ask(subscribe("alert.*", "\"latest\":true"));
        assertThat(error.path("payload").path("error").asString()).isEqualTo("unavailable");
        assertThat(socket.message().path("type").asString()).isEqualTo("ping");
        server.publish(TestServer.alert("b"));
        assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
        log.failure = null;
      }
    }
  }

  /// Thousands of events, and a client that reads none of them: what waits for it stays bounded, and it gets all.
  @Test
  void clientThatReadsLateGetsTheWholeBeginning() {
    try (TestServer server = TestServer.start();
        RawWebSocket socket = server.socket("?events=camera.*")) {
      for (int i = 0; i < 400; i++) {
        server.publish(TestServer.large("a" + i, 40_000));
      }
      socket.say(subscribe("alert.*", "\"latest\":true"));
      for (int i = 0; i < 100; i++) {
        server.publish(TestServer.large("b" + i, 40_000));
      }

      JsonNode subscribed = socket.message();
      int count = subscribed.path("initial").asInt();
      long told = subscribed.path("sequence").asLong();
      assertThat(initial(socket, count))
          .isEqualTo(LongStream.rangeClosed(1, told).boxed().toList());
      for (long next = told + 1; next <= 500; next++) {
        assertThat(socket.message().path("sequence").asLong()).isEqualTo(next);
      }
    }
  }

  /// What was found within the bound counts, and it is told that there may be others.
  @Test
  void searchInALogThatIsSlowEndsAndSaysSo() {
    EmbeddedServer[] slow = new EmbeddedServer[1];
    EventLog log =
        new ForwardingLog(TestServer.memory()) {
          @Override
          public CompletionStage<Page> readBack(
              long before, TypeFilter types, int maxEvents, int maxBytes) {
            slow[0].takes(Limits.INITIAL_MILLIS / 2 - 1);
            return super.readBack(before, types, maxEvents, maxBytes);
          }
        };
    try (EmbeddedServer server = EmbeddedServer.webSocket(log, "?events=camera.*")) {
      slow[0] = server;
      for (int i = 0; i < 1_000; i++) {
        server.publish(TestServer.alert("a" + i));
      }
      server.receive(RawWebSocket.textFrame(subscribe("alert.*", "\"last\":1000")));
      String said = server.said();

      // Two pages took less than the bound, the third more.
      int found = 3 * LogPages.PAGE_EVENTS;
      assertThat(said)
          .contains("\"initial\":" + found + ",")
          .contains("\"initial_complete\":false")
          .contains("\"sequence\":" + (1_000 - found + 1) + ",");
    }
  }

  /// In its place, also where nothing comes after it.
  @Test
  void whatTheLogHasLostMeanwhileIsToldAsAGap() {
    try (TestServer server =
        TestServer.forgetful(new LosingLog(TestServer.memory(), Set.of(1L, 3L)))) {
      for (String id : List.of("a", "b", "c")) {
        server.publish(TestServer.alert(id));
      }
      for (int i = 0; i < 60; i++) {
        server.publish(TestServer.job(i)); // so many that the alerts are no longer in memory
      }

      try (RawWebSocket socket = server.socket("?events=alert.*&latest=true")) {
        assertThat(socket.established().path("payload").path("initial").asInt()).isEqualTo(3);
        assertThat(socket.message().toString()).isEqualTo(gap(1));
        assertThat(initial(socket, 1)).containsExactly(2L);
        assertThat(socket.message().toString()).isEqualTo(gap(3));
        assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
      }
    }
  }

  private static String gap(long sequence) {
    return "{\"action\":\"gap\",\"from\":" + sequence + ",\"to\":" + sequence + "}";
  }

  @Test
  void streamBeginsInTheSameWay() {
    try (TestServer server = start()) {
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.alert("b"));
      String where = URLEncoder.encode("{\"id\":\"a\"}", StandardCharsets.UTF_8);
      try (RawEventSource source =
          RawEventSource.open(
              server.port(), "/sse/events?events=alert.*&latest=true&where=" + where)) {
        RawEventSource.Event established = source.event();
        assertThat(established.json().path("initial").asInt()).isEqualTo(1);
        assertThat(established.lastEventId()).isEmpty();
        RawEventSource.Event first = source.event();
        assertThat(first.json().path("sequence").asLong()).isEqualTo(2);
        assertThat(first.json().path("initial").asBoolean()).isTrue();
        // Whoever loses the connection now gets the rest, and what came after it.
        assertThat(first.lastEventId()).isEqualTo("epoch-1:2");
        server.publish(TestServer.alert("a"));
        RawEventSource.Event live = source.event();
        assertThat(live.json().path("sequence").asLong()).isEqualTo(4);
        assertThat(live.lastEventId()).isEqualTo("epoch-1:4");
      }
      assertThat(server.ask(get("/sse/events?latest=true&last_event_id=epoch-1:2")).problem())
          .isEqualTo("400 invalid_query");
    }
  }

  /// What comes just when a connection is let in, before it has been told anything, comes after the beginning: it is neither
  /// the first thing that is said nor given twice.
  @ParameterizedTest
  @CsvSource({
    "/ws/events?, latest=true",
    "/ws/events?, last=5",
    "/sse/events?, latest=true",
    "/sse/events?, last=5",
    "/api/v1/events?follow=true&, latest=true",
    "/api/v1/events?follow=true&, last=5"
  })
  void whatComesWhileAConnectionIsLetInComesAfterItsBeginning(String path, String query) {
    TestAuthenticator door = new TestAuthenticator();
    door.let(
        "alerts", "alerts", TestAuthenticator.reader(TestAuthenticator.grant(null, "alert.*")));
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    Audit audit =
        entry -> {
          if (entry.what() == Audit.What.SUBSCRIPTION_DENIED) {
            meanwhile.get().run();
          }
        };
    try (TestServer server =
        TestServer.start(
            TestServer.settings(Transport.AUTO)
                .with(new AccessSettings(door, false, AddressRules.NONE, null, audit)))) {
      server.publish(TestServer.alert("a")); // 1
      meanwhile.set(() -> server.publish(TestServer.alert("b"))); // 2
      String target = path + "events=alert.*,job.*&" + query;
      String bearer = "Authorization: Bearer alerts";
      List<JsonNode> events;
      if (path.startsWith("/ws")) {
        try (RawClient client = server.client()) {
          RawWebSocket socket =
              RawWebSocket.opened(client.send(RawWebSocket.handshake(target, bearer)));
          assertThat(socket.established().at("/payload/initial").asInt()).isEqualTo(1);
          assertThat(socket.position()).isEqualTo(1);
          events = List.of(socket.message(), socket.message());
        }
      } else if (path.startsWith("/sse")) {
        try (RawEventSource source = RawEventSource.open(server.port(), target, bearer)) {
          JsonNode established = source.json("established");
          assertThat(established.path("initial").asInt()).isEqualTo(1);
          assertThat(established.path("sequence").asLong()).isEqualTo(1);
          events = List.of(source.json("message"), source.json("message"));
        }
      } else {
        try (RawStream stream = RawStream.open(server.port(), target, bearer)) {
          assertThat(stream.head().header("tocsin-sequence")).isEqualTo("1");
          events = List.of(stream.json(), stream.json());
        }
      }
      assertThat(events.getFirst().path("sequence").asLong()).isEqualTo(1);
      assertThat(events.getFirst().path("initial").asBoolean()).isTrue();
      assertThat(events.getLast().path("sequence").asLong()).isEqualTo(2);
      assertThat(events.getLast().has("initial")).isFalse();
      assertThat(events.getLast().path("previous").asLong(-1)).isBetween(0L, 1L);
    }
  }

  @Test
  void ofTooManyKeysTheNewestComeAndItIsTold() {
    try (TestServer server =
            TestServer.start(
                ForgottenKeys.none("alert.deleted", "id", Limits.MAX_LATEST_EVENTS + 1),
                Transport.AUTO);
        RawWebSocket socket = server.socket("?events=alert.*&latest=true")) {
      JsonNode established = socket.established().path("payload");
      assertThat(established.path("initial").asInt()).isEqualTo(Limits.MAX_LATEST_EVENTS);
      assertThat(established.path("initial_complete").asBoolean(true)).isFalse();
      assertThat(socket.message().path("sequence").asLong()).isEqualTo(2);
    }
  }

  /// A browser that is told a position while it is still owed events with which its stream begins would never ask for them
  /// again.
  @Test
  void signOfLifeAmongTheBeginningOfAStreamMovesTheBrowserNowhere() {
    CountedReads log = new CountedReads(TestServer.memory());
    try (TestServer server = TestServer.forgetful(log)) {
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.alert("b"));
      for (int i = 0; i < 60; i++) {
        server.publish(TestServer.job(i)); // so many that the alerts are no longer in memory
      }
      assertThat(server.ask(get("/api/v1/latest?events=alert.*")).status()).isEqualTo(200);
      log.failure = new IllegalStateException("not now");
      try (RawEventSource source =
          RawEventSource.open(server.port(), "/sse/events?events=alert.*&latest=true")) {
        assertThat(source.event().json().path("initial").asInt()).isEqualTo(2);
        int before = source.blocks();
        server.passSeconds(16);
        assertThat(source.block()).isNull();

        assertThat(source.blocks()).isEqualTo(before + 1);
        assertThat(source.lastEventId()).isEmpty();
        log.failure = null;
        assertThat(source.event().lastEventId()).isEqualTo("epoch-1:1");
        assertThat(source.event().lastEventId()).isEqualTo("epoch-1:2");
      }
    }
  }

  @Test
  void rightsThatAreTakenAwayMeanwhileCount() {
    TestAuthenticator door = new TestAuthenticator();
    Rights all = TestAuthenticator.reader(TestAuthenticator.grant(null, "*"));
    door.let("x", "x", all);
    try (TestServer server =
            TestServer.start(
                TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));
        RawWebSocket socket =
            RawWebSocket.opened(
                server
                    .client()
                    .send(
                        RawWebSocket.handshake(
                            "/ws/events?events=job.*", "Authorization: Bearer x")))) {
      for (int i = 0; i < 400; i++) {
        server.publish(TestServer.large("a" + i, 40_000));
      }
      socket.say(subscribe("alert.*", "\"latest\":true"));
      assertThat(socket.message().path("initial").asInt()).isEqualTo(400);
      // The client reads nothing more, so that most of it waits.
      door.let("x", "x", TestAuthenticator.reader(TestAuthenticator.grant(null, "job.*")));
      server.passSeconds(3);
      server.publish(TestServer.job(1));

      int begun = 0;
      JsonNode message = socket.message();
      while (!message.path("type").asString("").equals("job.progress")) {
        begun += message.path("initial").asBoolean(false) ? 1 : 0;
        message = socket.message();
      }
      assertThat(begun).isLessThan(400);
    }
  }
}
