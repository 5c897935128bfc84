package dev.tocsin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.Doc;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.alert.AlertDismissedPayload;
import dev.tocsin.server.TocsinServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/// The extension, run by JUnit on classes that use it.
class TocsinExtensionTest {

  /// What the classes below have seen.
  private static final List<TocsinServer> SEEN = new CopyOnWriteArrayList<>();

  private static final List<TocsinClient> CLIENTS = new CopyOnWriteArrayList<>();

  private static Events run(Class<?> tests) {
    SEEN.clear();
    CLIENTS.clear();
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(tests))
        .execute()
        .testEvents();
  }

  @TocsinTest
  static class Ordinary {

    @BeforeEach
    void before(TocsinServer server, TocsinClient client) {
      SEEN.add(server);
      CLIENTS.add(client);
    }

    @Test
    void allParametersAreOfOneHub(
        TocsinServer server, TocsinClient client, URI url, HeardEvents heard, TestClock clock)
        throws Exception {
      assertThat(server).isSameAs(SEEN.getLast());
      assertThat(client).isSameAs(CLIENTS.getLast());
      assertThat(url).isEqualTo(server.uri());
      clock.advance(Duration.ofHours(1));
      client.publish(new AlertDeletedPayload("by-client", null)).join();
      server.publish(new AlertDeletedPayload("by-server", null)).join();
      String json = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"by-http\"}}";
      HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(url.resolve("/api/v1/events"))
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(json))
                  .build(),
              BodyHandlers.discarding());

      for (String id : List.of("by-client", "by-server", "by-http")) {
        assertThat(heard.awaitEvent(AlertDeletedPayload.class).id()).isEqualTo(id);
      }
      assertThat(heard.all().getLast().timestamp()).startsWith("2026-01-01T01:00:00");
    }

    @Test
    void aHubBeginsEmptyAndLeavesOtherParametersToOthers(HeardEvents heard, TestInfo test) {
      assertThat(heard.all()).isEmpty();
      assertThat(test.getTags()).isEmpty();
    }

    @Nested
    class Inside {
      @Test
      void aNestedClassHasHubsToo(TocsinServer server) {
        assertThat(server.isAlive()).isTrue();
      }
    }
  }

  @Test
  void eachTestHasAHubOfItsOwnWhichEndsWithIt() throws Exception {
    run(Ordinary.class).assertStatistics(stats -> stats.started(3).succeeded(3));

    assertThat(SEEN).hasSize(3).doesNotHaveDuplicates().noneMatch(TocsinServer::isAlive);
    // One that were not closed would wait for its hub to come back.
    assertThat(CLIENTS).hasSize(3).doesNotHaveDuplicates();
    for (TocsinClient client : CLIENTS) {
      assertThat(client.publish(new AlertDeletedPayload("late", null)).get(30, TimeUnit.SECONDS))
          .isInstanceOf(PublishOutcome.NotSent.class);
    }
  }

  @TocsinTest(awaitMillis = 300)
  static class Failing {
    @Test
    void waitsInVain(TocsinServer server, HeardEvents heard) {
      SEEN.add(server);
      server.publish(new AlertDeletedPayload("a-1", null)).join();
      heard.awaitEvent(AlertDismissedPayload.class);
    }
  }

  @Test
  void aWaitInVainFailsInWordsAndTheHubEndsAllTheSame() {
    run(Failing.class)
        .assertThatEvents()
        .haveExactly(
            1,
            event(
                test("waitsInVain"),
                finishedWithFailure(
                    instanceOf(AssertionError.class),
                    message(
                        text -> text.contains("within PT0.3S; what came:\n  1 alert.deleted")))));

    assertThat(SEEN).hasSize(1).noneMatch(TocsinServer::isAlive);
  }

  /// A payload of an application's own.
  record DoorOpenedPayload(@Doc(value = "Which door", example = "front") String door) {}

  private static final class OwnTypes implements TestCatalog {
    @Override
    public EventCatalog catalog() {
      return EventCatalog.builtIn()
          .with(
              EventType.of(
                  "door.opened", "doors", "A door", PayloadSchema.of(DoorOpenedPayload.class)));
    }
  }

  @TocsinTest(catalog = OwnTypes.class)
  static class WithOwnTypes {
    @Test
    void knowsThem(TocsinClient client, HeardEvents heard) {
      client.publish(new DoorOpenedPayload("front")).join();
      assertThat(heard.awaitEvent(DoorOpenedPayload.class).door()).isEqualTo("front");
    }

    @Nested
    class Inside {
      @Test
      void knowsThemToo(TocsinServer server) {
        assertThat(server.catalog().find("door.opened")).isPresent();
      }
    }
  }

  /// A class says what hub it wants for those below it as well.
  static class Below extends WithOwnTypes {}

  @Test
  void typesOfTheApplicationsOwnAreKnownToHubAndClient() {
    run(WithOwnTypes.class).assertStatistics(stats -> stats.started(2).succeeded(2));
    run(Below.class).assertStatistics(stats -> stats.started(2).succeeded(2));
  }

  static class Registered {
    @RegisterExtension
    final TocsinExtension hub = TocsinExtension.with(builder -> builder.console(true));

    @Test
    void isAsItWasSaid(URI url) throws Exception {
      assertThat(console(url)).isEqualTo(200);
    }
  }

  private static int console(URI url) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(url.resolve("/console/")).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }

  @TocsinTest
  static class Both {
    @RegisterExtension
    final TocsinExtension hub = TocsinExtension.with(builder -> builder.console(true));

    @Test
    void any() {}
  }

  @Test
  void twoHubsForOneTestAreRefusedInWordsAndBothEnd() throws Exception {
    Set<Thread> before = loops();
    run(Both.class)
        .assertThatEvents()
        .haveExactly(
            1,
            event(
                finishedWithFailure(
                    instanceOf(ExtensionConfigurationException.class),
                    message(text -> text.contains("a test has one hub")))));
    // A thread is there for a moment after its loop has ended.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!before.containsAll(loops()) && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(loops()).isSubsetOf(before);
  }

  private static Set<Thread> loops() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("tocsin-loop-"))
        .collect(Collectors.toSet());
  }

  @Test
  void aRegisteredExtensionMakesAnotherHub() throws Exception {
    run(Registered.class).assertStatistics(stats -> stats.succeeded(1));
    try (TestHub usual = TestHub.start(builder -> builder, Duration.ofSeconds(30))) {
      assertThat(console(usual.server().uri())).isEqualTo(404);
    }
  }

  @TocsinTest
  static class TooEarly {
    @BeforeAll
    static void before(TocsinServer server) {
      SEEN.add(server);
    }

    @Test
    void any() {}
  }

  @TocsinTest
  static class InAConstructor {
    InAConstructor(TocsinServer server) {
      SEEN.add(server);
    }

    @Test
    void any() {}
  }

  @Test
  void aHubThatIsAskedForTooEarlyIsRefusedInWords() {
    for (Class<?> early : List.of(TooEarly.class, InAConstructor.class)) {
      SEEN.clear();
      EngineTestKit.engine("junit-jupiter")
          .selectors(selectClass(early))
          .execute()
          .allEvents()
          .assertThatEvents()
          .haveExactly(
              1,
              event(
                  finishedWithFailure(
                      instanceOf(ParameterResolutionException.class),
                      message(text -> text.contains("a hub is there for one test")))));
      assertThat(SEEN).isEmpty();
    }
  }

  @Test
  void hubsOfTestsThatRunAtOnceAreEachAtAPlaceOfTheirOwn() {
    try (TestHub one = TestHub.start(builder -> builder, Duration.ofSeconds(30));
        TestHub other = TestHub.start(builder -> builder, Duration.ofSeconds(30))) {
      assertThat(one.server().uri()).isNotEqualTo(other.server().uri());
    }
  }

  @Test
  void aFollowerThatDoesNotReturnHoldsTheEndUpForAMomentAlone() throws Exception {
    CompletableFuture<Void> never = new CompletableFuture<>();
    TestHub hub = TestHub.start(builder -> builder, Duration.ofSeconds(30));
    hub.server().follow(List.of(), event -> never.join());
    hub.server().publish(new AlertDeletedPayload("a-1", null)).join();

    CompletableFuture.runAsync(hub::close).get(30, TimeUnit.SECONDS);

    assertThat(hub.server().isAlive()).isFalse();
    never.complete(null);
  }

  @Test
  void aClockStandsStillUntilItIsMoved() {
    TestClock clock = new TestClock();
    assertThat(clock.instant()).isEqualTo(TestClock.START);

    clock.advance(Duration.ofMinutes(-1));
    assertThat(clock.instant()).isEqualTo(TestClock.START.minusSeconds(60));
    clock.set(TestClock.START);
    assertThat(clock.instant()).isEqualTo(TestClock.START);
  }

  @Test
  void anEventHasTheTimeOfTheClock() {
    try (TestHub hub = TestHub.start(builder -> builder, Duration.ofSeconds(30))) {
      hub.clock().advance(Duration.ofDays(1));
      hub.server().publish(new AlertDeletedPayload("a-1", null)).join();
      assertThat(hub.heard().all())
          .extracting(WebSocketEvent::timestamp)
          .singleElement()
          .asString()
          .startsWith("2026-01-02T00:00:00");
    }
  }
}
