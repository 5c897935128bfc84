package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawEventSource;
import dev.tocsin.fixtures.RawStream;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SharedLog;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// How streams begin, go on and end: whose they are, what becomes of their rights, who does not read them.
@Timeout(60)
class StreamLifeTest {

  private static final String SSE = "/sse/events";
  private static final String FOLLOW = "/api/v1/events?follow=true";
  private static final String TOKEN = "token";
  private static final String BEARER = "Authorization: Bearer " + TOKEN;
  private static final int SMALL_BUFFER = 4_096;

  private static final Rights ALERTS =
      TestAuthenticator.reader(TestAuthenticator.grant(null, "alert.*"));
  private static final Rights JOBS =
      TestAuthenticator.reader(TestAuthenticator.grant(null, "job.*"));

  private final TestAuthenticator door = new TestAuthenticator();
  private TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private void ask() {
    server.close();
    door.let(TOKEN, "somebody", ALERTS);
    server =
        TestServer.start(
            TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));
  }

  private RawEventSource source(String query, String... headers) {
    return RawEventSource.open(server.port(), SSE + query, headers);
  }

  private static RawEventSource established(RawEventSource source) {
    source.json("established");
    return source;
  }

  /// The next message that the server says, past events.
  private static JsonNode control(RawEventSource source) {
    RawEventSource.Event event = source.event();
    while (!event.type().equals("control")) {
      event = source.event();
    }
    return event.json();
  }

  private static JsonNode error(RawEventSource source) {
    JsonNode control = control(source);
    assertThat(control.path("type").asString()).isEqualTo("connection.error");
    return control.path("payload").path("error");
  }

  // Who comes in.

  @ParameterizedTest
  @ValueSource(strings = {SSE, FOLLOW})
  void nobodyIsServedWhoIsNotKnown(String path) {
    ask();
    assertThat(server.ask(get(path)).problem()).isEqualTo("401 unauthenticated");
    assertThat(server.ask(get(path, "Authorization: Bearer x")).problem())
        .isEqualTo("401 unauthenticated");
  }

  @Test
  void aTicketLetsInOnce() {
    ask();
    String ticket =
        server.ask(request("POST", "/api/v1/tickets", "", BEARER)).json().path("ticket").asString();
    try (RawEventSource source = established(source("?ticket=" + ticket))) {
      server.publish(TestServer.alert("a"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(1);
    }
    assertThat(server.ask(get(SSE + "?ticket=" + ticket, "Last-Event-ID: epoch-1:1")).problem())
        .isEqualTo("401 unauthenticated");
  }

  @Test
  void whoMayReadNothingIsRefusedAndTheBrowserThatComesBackEndsForGood() {
    ask();
    door.let(TOKEN, "somebody", TestAuthenticator.reader());

    for (String path : new String[] {SSE, FOLLOW}) {
      assertThat(server.ask(get(path, BEARER)).problem()).isEqualTo("403 forbidden");
      try (RawClient client = server.client()) {
        HttpAnswer head = client.send(request("HEAD", path, "", BEARER)).answerToHead();
        assertThat(head.status()).as("HEAD " + path).isEqualTo(403);
      }
    }
    HttpAnswer again = server.ask(get(SSE, BEARER, "Last-Event-ID: epoch-1:1"));
    assertThat(again.status()).isEqualTo(204);
    assertThat(again.body()).isEmpty();
    assertThat(again.header("cache-control")).isEqualTo("no-store");
    // An empty id is none: nobody comes back with it.
    assertThat(server.ask(get(SSE, BEARER, "Last-Event-ID: ")).problem())
        .isEqualTo("403 forbidden");
  }

  /// A producer where WebSockets are blocked.
  @Test
  void whoMayOnlyPublishMayHaveAStreamThatCarriesNothing() {
    ask();
    Grants alerts = new Grants(List.of(TestAuthenticator.grant(null, "alert.*")));
    door.let(TOKEN, "somebody", new Rights(new Grants(List.of()), alerts, Set.of()));

    for (String wish : List.of("", "?events=alert.*", "?events=-,alert.*", "?events=-&events=*")) {
      assertThat(server.ask(get(SSE + wish, BEARER)).status()).as(wish).isIn(400, 403);
    }
    assertThat(server.ask(get(FOLLOW + "&events=*", BEARER)).problem()).isEqualTo("403 forbidden");
    RawStream.open(server.port(), FOLLOW + "&events=-", BEARER).close();
    try (RawEventSource source = established(source("?events=-", BEARER))) {
      server.passSeconds(1);
      server.publish(TestServer.alert("a"));
      server.passSeconds(15);
      assertThat(source.block()).isNull();
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");

      door.let(TOKEN, "somebody", TestAuthenticator.reader());
      server.passSeconds(1);
      assertThat(error(source).asString()).isEqualTo("forbidden");
    }
    assertThat(server.ask(get(SSE + "?events=-", BEARER)).problem()).isEqualTo("403 forbidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {SSE, FOLLOW})
  void countsAsAConnectionOfItsPrincipal(String path) {
    ask();
    door.let(TOKEN, new Access("somebody", ALERTS, new Limits(1L, null, null), null));
    RawStream first = RawStream.open(server.port(), path, BEARER);

    HttpAnswer second = server.ask(get(path, BEARER));
    assertThat(second.problem()).isEqualTo("429 rate_limited");
    assertThat(second.header("retry-after")).isNotNull();
    first.close();
    server.awaitNobody();
    RawStream.open(server.port(), path, BEARER).close();
  }

  @Test
  void aNamedPageMayReadItAndAnotherMayNot() {
    server.close();
    server =
        TestServer.start(
            new GatewaySettings(
                "127.0.0.1", 0, Set.of("https://app.example"), Set.of(), Transport.AUTO));
    String origin = "Origin: https://app.example";
    for (String path : new String[] {SSE, FOLLOW}) {
      try (RawStream stream = RawStream.open(server.port(), path, origin)) {
        HttpAnswer head = stream.head();
        assertThat(head.header("access-control-allow-origin")).isEqualTo("https://app.example");
        assertThat(head.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(head.header("vary")).isEqualTo("origin");
      }
      assertThat(server.ask(get(path, "Origin: https://evil.example")).problem())
          .isEqualTo("403 forbidden");
      HttpAnswer preflight =
          server.ask(
              request(
                  "OPTIONS",
                  path,
                  "",
                  origin,
                  "Access-Control-Request-Method: GET",
                  "Access-Control-Request-Headers: authorization, last-event-id"));
      assertThat(preflight.header("access-control-allow-headers"))
          .containsIgnoringCase("authorization")
          .containsIgnoringCase("last-event-id");
    }
  }

  // What becomes of rights.

  @Test
  void isSentWhatItMayReadAndNothingElse() {
    ask();
    try (RawEventSource source = established(source("", BEARER));
        RawStream lines = RawStream.open(server.port(), FOLLOW, BEARER)) {
      server.publish(TestServer.job(1));
      server.publish(TestServer.alert("a"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(2);
      assertThat(lines.json().path("sequence").asLong()).isEqualTo(2);
    }
  }

  @Test
  void aRightThatIsTakenAwayEndsAtOnceAndIsNoGap() {
    ask();
    try (RawEventSource source = established(source("", BEARER))) {
      server.publish(TestServer.alert("a"));
      source.json("message");
      door.let(TOKEN, "somebody", JOBS);
      server.passSeconds(1);
      // Told at once where it stands with the new rights.
      assertThat(source.block()).isNull();
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");
      server.publish(TestServer.alert("b"));
      server.publish(TestServer.job(1));

      JsonNode event = source.json("message");
      assertThat(event.path("sequence").asLong()).isEqualTo(3);
      assertThat(event.path("previous").asLong()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void aCredentialThatEndsEndsTheStreamAndWhoComesBackIsNotKnown() {
    ask();
    try (RawEventSource source = established(source("", BEARER));
        RawStream lines = RawStream.open(server.port(), FOLLOW, BEARER)) {
      door.revoke(TOKEN);
      server.passSeconds(1);

      assertThat(error(source).asString()).isEqualTo("credential_ended");
      assertThat(source.stream().rest()).isEmpty();
      assertThat(lines.json().path("payload").path("error").asString())
          .isEqualTo("credential_ended");
      assertThat(lines.rest()).isEmpty();
      assertThat(server.ask(get(SSE, BEARER, "Last-Event-ID: " + source.lastEventId())).problem())
          .isEqualTo("401 unauthenticated");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {SSE + "?", FOLLOW + "&", "/ws/events?"})
  void whatIsDeniedAndWhatEndsIsWrittenDown(String path) {
    server.close();
    door.let(TOKEN, "somebody", ALERTS);
    List<Audit.Entry> audited = new CopyOnWriteArrayList<>();
    server =
        TestServer.start(
            TestServer.settings(Transport.AUTO)
                .with(new AccessSettings(door, false, AddressRules.NONE, null, audited::add)));
    try (RawClient client = server.client()) {
      String target = path + "events=alert.*,job.*";
      if (path.startsWith("/ws")) {
        RawWebSocket.opened(client.send(RawWebSocket.handshake(target, BEARER)));
      } else {
        client.send(get(target, BEARER));
      }
      await(audited, Audit.What.SUBSCRIPTION_DENIED);
      door.revoke(TOKEN);
      server.passSeconds(1);
      await(audited, Audit.What.CREDENTIAL_ENDED);
    }

    assertThat(audited)
        .containsExactly(
            new Audit.Entry(
                Audit.What.CREDENTIAL_ACCEPTED, "somebody", "127.0.0.1", null, List.of()),
            new Audit.Entry(
                Audit.What.SUBSCRIPTION_DENIED, "somebody", "127.0.0.1", null, List.of("job.*")),
            new Audit.Entry(Audit.What.CREDENTIAL_ENDED, "somebody", "127.0.0.1", null, List.of()));
  }

  private static void await(List<Audit.Entry> audited, Audit.What what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (audited.stream().noneMatch(entry -> entry.what() == what)) {
      assertThat(System.nanoTime() - end).as(what + " in " + audited).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void whoMayReadNothingAnyMoreIsToldAndDoesNotComeBack() {
    ask();
    try (RawEventSource source = established(source("", BEARER))) {
      door.let(TOKEN, "somebody", TestAuthenticator.reader());
      server.passSeconds(1);

      assertThat(error(source).asString()).isEqualTo("forbidden");
      assertThat(source.stream().rest()).isEmpty();
      assertThat(server.ask(get(SSE, BEARER, "Last-Event-ID: " + source.lastEventId())).status())
          .isEqualTo(204);
    }
  }

  @Test
  void isToldWhenItsCredentialEndsSoon() {
    ask();
    Instant end = TestServer.CLOCK.instant().plusSeconds(30);
    door.let(TOKEN, "somebody", ALERTS, end.plusSeconds(3600));
    try (RawEventSource source = established(source("", BEARER))) {
      door.let(TOKEN, "somebody", ALERTS, TestServer.CLOCK.instant());
      server.passSeconds(1);

      JsonNode expiring = control(source);
      assertThat(expiring.path("action").asString()).isEqualTo("expiring");
      assertThat(expiring.path("at").asString()).isEqualTo("2026-03-04T05:06:07Z");
    }
  }

  // Who does not read.

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void whoReadsSlowlyReadsOnAtItsOwnPaceAndNothingIsLost(Transport transport) {
    server.close();
    server = TestServer.start(transport);
    try (RawEventSource slow = slow(SSE);
        RawStream slowLines =
            RawStream.over(RawClient.to(server.port(), SMALL_BUFFER).send(get(FOLLOW)));
        RawEventSource quick = established(source(""))) {
      int sent = 200;
      for (int i = 1; i <= sent; i++) {
        server.publish(TestServer.large("a", 60_000));
        assertThat(quick.json("message").path("sequence").asLong()).isEqualTo(i);
      }
      assertThat(server.hub.stats().lagging()).isPositive();

      slow.json("established");
      for (int i = 1; i <= sent; i++) {
        for (JsonNode event : List.of(slow.json("message"), slowLines.json())) {
          assertThat(event.path("sequence").asLong()).isEqualTo(i);
          assertThat(event.path("previous").asLong()).isEqualTo(i - 1);
        }
      }
      server.publish(TestServer.alert("b"));
      assertThat(slow.json("message").path("sequence").asLong()).isEqualTo(sent + 1);
      assertThat(slowLines.json().path("sequence").asLong()).isEqualTo(sent + 1);
    }
  }

  private RawEventSource slow(String path) {
    return RawEventSource.over(
        RawStream.over(RawClient.to(server.port(), SMALL_BUFFER).send(get(path))), "");
  }

  @Test
  void whoNeverReadsIsEndedAfterTheStallTimeAndNotBefore() {
    server.close();
    server = TestServer.start(TestServer.impatient(Duration.ofMinutes(2), null));
    try (RawEventSource slow = slow(SSE)) {
      for (int i = 0; i < 100; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      // Its side acknowledges that it has no room, which is a sign of life.
      server.passSeconds(110);
      assertThat(server.openConnections()).isEqualTo(1);
      server.passSeconds(20);
      server.awaitNobody();
      assertThatThrownBy(slow.stream()::rest).isInstanceOf(UncheckedIOException.class);
      assertThat(server.gateway.address()).isNotNull();
    }
  }

  @Test
  void whoReadsAndSaysNothingIsKept() throws IOException {
    try (RawEventSource source = established(source("?events=none"))) {
      for (int i = 1; i <= 10; i++) {
        server.passSeconds(15);
        source.block();
        assertThat(source.blocks()).isEqualTo(i + 1);
      }
      assertThat(server.openConnections()).isEqualTo(1);
    }
  }

  // How they end.

  @Test
  void theServerThatGoesAwayDeliversWhatItHasAcceptedAndSaysWhenToComeBack() {
    try (RawEventSource source = established(source(""));
        RawStream lines = RawStream.open(server.port(), FOLLOW)) {
      for (int i = 0; i < 50; i++) {
        server.publish(TestServer.alert("a"));
      }
      CompletableFuture<Void> stopped =
          CompletableFuture.runAsync(() -> server.gateway.stop(Duration.ofSeconds(8)));
      for (int i = 1; i <= 50; i++) {
        assertThat(source.json("message").path("sequence").asLong()).isEqualTo(i);
        assertThat(lines.json().path("sequence").asLong()).isEqualTo(i);
      }
      JsonNode reconnect = source.json("control");
      assertThat(reconnect.path("action").asString()).isEqualTo("reconnect");
      // The browser obeys its own rules, and they say the same.
      assertThat(source.reconnectionMillis()).isEqualTo(reconnect.path("after_ms").asInt());
      assertThat(source.lastEventId()).isEqualTo("epoch-1:50");
      assertThat(source.stream().rest()).isEmpty();
      assertThat(lines.json().path("action").asString()).isEqualTo("reconnect");
      assertThat(lines.rest()).isEmpty();
      stopped.join();
    }
  }

  @Test
  void aNewEpochEndsTheStreamAndWhoComesBackIsTold() {
    server.close();
    SharedLog shared = new SharedLog(TestServer.memory());
    server = TestServer.start(shared, Transport.AUTO);
    try (RawEventSource source = established(source(""));
        RawStream lines = RawStream.open(server.port(), FOLLOW)) {
      server.publish(TestServer.alert("a"));
      source.json("message");
      lines.json();
      InMemoryEventLog other = new InMemoryEventLog("epoch-2", 1 << 20);
      other.append(SampleEvents.appends("alert.deleted", "alert.deleted"));
      shared.become(other);

      assertThat(error(source).asString()).isEqualTo("epoch_changed");
      assertThat(source.stream().rest()).isEmpty();
      assertThat(lines.json().path("payload").path("error").asString()).isEqualTo("epoch_changed");
      assertThat(lines.rest()).isEmpty();
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");
      RecordedLogs.take();
      try (RawEventSource again = RawEventSource.again(server.port(), SSE, source.lastEventId())) {
        assertThat(again.json("established").path("epoch").asString()).isEqualTo("epoch-2");
        assertThat(again.json("control").path("reason").asString()).isEqualTo("epoch_changed");
        assertThat(again.lastEventId()).isEqualTo("epoch-2:2");
        server.publish(TestServer.alert("b"));
        assertThat(again.event().lastEventId()).isEqualTo("epoch-2:3");
      }
    }
  }

  /// Until the position has come here, the browser must not be moved on.
  @Test
  void whoWaitsForAPositionThatHasNotComeHereYetStaysWhereItWas() {
    server.close();
    SharedLog shared = new SharedLog(TestServer.memory());
    server = TestServer.start(shared, Transport.AUTO);
    server.publish(TestServer.alert("a"));
    CompletableFuture<Void> goOn = shared.pause();
    shared.append(SampleEvents.appends("alert.deleted", "alert.deleted"));
    try (RawEventSource source = RawEventSource.again(server.port(), SSE, "epoch-1:2")) {
      source.json("established");
      assertThat(source.lastEventId()).isEqualTo("epoch-1:2");
      goOn.complete(null);
      assertThat(source.json("control").path("complete").asBoolean()).isTrue();
      assertThat(source.lastEventId()).isEqualTo("epoch-1:2");
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(3);
    }
  }

  @Test
  void halfOpenOnesAreAllServedAndAllForgotten() {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(server.client().send(get(i % 2 == 0 ? SSE : FOLLOW)).finishSending());
    }
    clients.forEach(client -> assertThat(client.answerToHead().status()).isEqualTo(200));
    clients.forEach(RawClient::close);
    server.awaitNobody();
  }

  /// By itself no server hears that a client has gone which had finished sending before, and some transports do not tell: it is
  /// looked at more often than others are. No time passes here until the next sign of life.
  @Test
  void whoHasFinishedSendingAndGoneIsNotKeptUntilTheNextSignOfLife() throws IOException {
    server.close();
    server = TestServer.timeless(TestServer.settings(Transport.AUTO));
    RawClient client = server.client().send(get(SSE)).finishSending();
    assertThat(client.answerToHead().status()).isEqualTo(200);
    client.socket().setSoLinger(true, 0); // closing resets the connection
    client.close();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (server.openConnections() > 0) {
      assertThat(System.nanoTime() - end).isNegative();
      server.standStill(0);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  // What their patterns weigh.

  private static final String FILTERED =
      SSE + "?events=alert.*&where=%7B%22id%22%3A%22" + "x".repeat(2_000) + "%22%7D";

  @Test
  void patternsOfAStreamWeighUntilItEnds() {
    try (EmbeddedServer embedded = new EmbeddedServer()) {
      embedded.receive(get(FILTERED));
      assertThat(embedded.said()).contains("established");
      assertThat(embedded.loop().patterns().heldBytes()).isGreaterThan(2_000);

      embedded.disconnect();

      assertThat(embedded.loop().patterns().heldBytes()).isZero();
    }
  }

  @Test
  void whatAStreamHasInCommonWithOthersIsItsOwnWhenTheyHaveGone() {
    try (EmbeddedServer embedded = new EmbeddedServer()) {
      embedded.receive(get(FILTERED));
      long alone = embedded.loop().patterns().heldBytes();
      EmbeddedChannel other = embedded.another(get(FILTERED));
      embedded.pass(20_000);
      long together = embedded.loop().patterns().heldBytes();
      assertThat(together).isBetween(alone, 3 * alone / 2);
      other.finishAndReleaseAll();
      assertThat(embedded.loop().patterns().heldBytes()).isLessThan(alone);

      embedded.pass(20_000);

      assertThat(embedded.loop().patterns().heldBytes()).isEqualTo(alone);
    }
  }

  @Test
  void rightsThatChangeWeighAtOnce() {
    door.let(TOKEN, "somebody", ALERTS);
    try (EmbeddedServer embedded =
        EmbeddedServer.of(
            TestServer.settings(Transport.NIO).with(TestAuthenticator.settings(door)))) {
      embedded.receive(get(SSE + "?events=alert.*", BEARER));
      long before = embedded.loop().patterns().heldBytes();
      String ids =
          IntStream.range(0, 200).mapToObj(i -> "'" + i + "'").collect(Collectors.joining(","));
      door.let(
          TOKEN,
          "somebody",
          TestAuthenticator.reader(TestAuthenticator.grant("{'id':[" + ids + "]}", "alert.*")));

      embedded.pass(2_000);

      assertThat(embedded.loop().patterns().heldBytes()).isGreaterThan(before);
    }
  }

  // Figures.

  @Test
  void figuresTellThemByTheirTransport() {
    RawEventSource source = established(source("?events=alert.*"));
    RawStream lines = RawStream.open(server.port(), FOLLOW);
    assertThat(server.ask(get("/metrics")).text())
        .contains("tocsin_connections{transport=\"sse\"} 1")
        .contains("tocsin_connections{transport=\"ndjson\"} 1")
        .contains("tocsin_connections{transport=\"websocket\"} 0");
    JsonNode stats = server.ask(get("/api/v1/stats")).json();
    assertThat(stats.path("streams").path("sse").path("open").asLong()).isEqualTo(1);
    assertThat(stats.path("total_connections").asLong()).isEqualTo(2);
    assertThat(stats.path("explicit_subscriptions").asLong()).isEqualTo(1);

    source.close();
    lines.close();
    server.awaitNobody();
    JsonNode streams = server.ask(get("/api/v1/stats")).json().path("streams");
    for (String kind : new String[] {"sse", "ndjson"}) {
      assertThat(streams.path(kind).path("open").asLong()).isZero();
      assertThat(streams.path(kind).path("opened").asLong()).isEqualTo(1);
      assertThat(streams.path(kind).path("closed").path("1006").asLong()).isEqualTo(1);
    }
    assertThat(server.ask(get("/metrics")).text())
        .contains("tocsin_connections_closed_total{code=\"1006\"} 2");
  }
}
