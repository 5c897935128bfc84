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
import dev.tocsin.hub.InMemoryEventLog;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `GET /sse/events`, read as a browser reads it.
@Timeout(60)
class ServerSentEventsTest {

  private static final String SSE = "/sse/events";

  private final TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private RawEventSource source(String query) {
    return RawEventSource.open(server.port(), SSE + query, "Accept: text/event-stream");
  }

  private RawEventSource again(String query, String lastEventId) {
    return RawEventSource.again(server.port(), SSE + query, lastEventId);
  }

  private static String encoded(String json) {
    return json.replace("'", "%22").replace("{", "%7B").replace("}", "%7D");
  }

  @Test
  void greetsWithWhatAWebSocketIsGreetedWith() {
    server.publish(TestServer.alert("a"));
    try (RawEventSource source = source("");
        RawWebSocket socket = server.socket("")) {
      JsonNode established = source.json("established");

      assertThat(established.propertyNames())
          .isEqualTo(socket.established().path("payload").propertyNames());
      assertThat(established.path("epoch").asString()).isEqualTo("epoch-1");
      assertThat(established.path("sequence").asLong()).isEqualTo(1);
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");
    }
  }

  @Test
  void itsHeadersLetNobodyKeepIt() {
    try (RawEventSource source = source("")) {
      HttpAnswer head = source.stream().head();

      assertThat(head.header("content-type")).isEqualTo("text/event-stream");
      assertThat(head.header("cache-control")).isEqualTo("no-store");
      assertThat(head.header("x-accel-buffering")).isEqualTo("no");
      assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
      assertThat(head.header("connection")).isEqualTo("close");
      assertThat(head.headers()).doesNotContainKey("content-length");
    }
  }

  @Test
  void anEventIsTheEnvelopeOfAWebSocketAndOnmessageGetsIt() {
    try (RawEventSource source = source("?events=alert.*");
        RawWebSocket socket = server.socket("?events=alert.*")) {
      source.json("established");
      for (String id : new String[] {"a", "ü😀\u2028", "</script>"}) {
        server.publish(TestServer.job(1));
        server.publish(TestServer.alert(id));

        RawEventSource.Event event = source.event();
        assertThat(event.type()).isEqualTo("message");
        assertThat(event.data())
            .isEqualTo(
                new String(socket.frame().payload(), java.nio.charset.StandardCharsets.UTF_8));
        assertThat(event.lastEventId())
            .isEqualTo("epoch-1:" + event.json().path("sequence").asLong());
      }
    }
  }

  /// JSON may be broken into lines between its tokens, and what is broken into lines would be several fields.
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r", "\n\n", "\n\ndata: x\n\n"})
  void anEventIsOneLineHoweverItWasWritten(String lineBreak) {
    try (RawEventSource source = source("");
        RawStream lines = RawStream.open(server.port(), "/api/v1/events?follow=true")) {
      source.json("established");
      String space = lineBreak.replace("data: x", " ");
      server.publish(
          "{\"type\":\"alert.deleted\",\"payload\":{" + space + "\"id\":" + space + "\"a\\n\"}}");

      JsonNode event = source.json("message");
      assertThat(event.path("payload").path("id").asString()).isEqualTo("a\n");
      assertThat(lines.json()).isEqualTo(event);
      server.publish(TestServer.alert("b"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(2);
      assertThat(lines.json().path("sequence").asLong()).isEqualTo(2);
    }
  }

  @Test
  void eventsHaveTheirTypeAsTheirNameWhereThatIsAskedFor() {
    try (RawEventSource source = source("?named=true")) {
      source.json("established");
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.job(1));

      assertThat(source.json("alert.deleted").path("sequence").asLong()).isEqualTo(1);
      assertThat(source.json("job.progress").path("sequence").asLong()).isEqualTo(2);
    }
  }

  @Test
  void filtersAsAWebSocketDoes() {
    try (RawEventSource source = source("?events=alert.*,job.*&where=" + encoded("{'id':'b'}"))) {
      source.json("established");
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.job(1));
      server.publish(TestServer.alert("b"));

      assertThat(source.json("message").path("payload").path("id").asString()).isEqualTo("b");
    }
  }

  @Test
  void aPatternThatMatchesNothingIsWarnedOf() {
    try (RawEventSource source = source("?events=alrt.*")) {
      assertThat(source.json("established").path("warnings").get(0).path("suggestion").asString())
          .isEqualTo("alert.*");
    }
  }

  /// Nothing is given to the page, and yet the browser would come back with the newer position.
  @Test
  void movesTheBrowserOnWithoutAnEvent() {
    try (RawEventSource source = source("?events=alert.*")) {
      source.json("established");
      assertThat(source.lastEventId()).isEqualTo("epoch-1:0");
      for (int i = 1; i <= 3; i++) {
        server.publish(TestServer.job(i));
        server.passSeconds(15);

        assertThat(source.block()).isNull();
        assertThat(source.lastEventId()).isEqualTo("epoch-1:" + i);
      }
      server.publish(TestServer.alert("a"));
      JsonNode event = source.json("message");
      assertThat(event.path("sequence").asLong()).isEqualTo(4);
      assertThat(event.path("previous").asLong()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void comesBackWhereItWas() {
    String lastEventId;
    try (RawEventSource source = source("?events=alert.*")) {
      source.json("established");
      server.publish(TestServer.alert("a"));
      source.json("message");
      lastEventId = source.lastEventId();
    }
    server.publish(TestServer.job(1));
    server.publish(TestServer.alert("b"));

    try (RawEventSource source = again("?events=alert.*", lastEventId)) {
      source.json("established");
      // Until it is told where it goes on, it stands where it was.
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");
      JsonNode resumed = source.json("control");
      assertThat(resumed.toString())
          .isEqualTo("{\"action\":\"resumed\",\"since\":1,\"sequence\":3,\"complete\":true}");
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");
      JsonNode missed = source.json("message");
      assertThat(missed.path("sequence").asLong()).isEqualTo(3);
      assertThat(missed.path("previous").asLong()).isEqualTo(1);
      server.publish(TestServer.alert("c"));
      assertThat(source.json("message").path("previous").asLong()).isEqualTo(3);
    }
  }

  @Test
  void theHeaderCountsBeforeTheAddressItFirstCameWith() {
    for (int i = 0; i < 5; i++) {
      server.publish(TestServer.alert("a"));
    }
    for (String first :
        new String[] {"?since=0", "?since=2&epoch=gone", "?last_event_id=epoch-1:1"}) {
      try (RawEventSource source = again(first, "epoch-1:4")) {
        source.json("established");
        assertThat(source.json("control").path("since").asLong()).isEqualTo(4);
        assertThat(source.json("message").path("sequence").asLong()).isEqualTo(5);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?last_event_id=epoch-1:1",
        "?last_event_id=epoch-1%3A1",
        "?since=1",
        "?since=1&epoch=epoch-1"
      })
  void resumesByTheAddressAsWell(String query) {
    server.publish(TestServer.alert("a"));
    server.publish(TestServer.alert("b"));
    try (RawEventSource source = source(query)) {
      source.json("established");
      assertThat(source.json("control").path("since").asLong()).isEqualTo(1);
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(2);
    }
  }

  /// A browser cannot correct its header: a refusal would lock it out until the page is loaded anew.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rubbish",
        "17",
        "epoch-1",
        "epoch-1:",
        ":1",
        "epoch-1:-1",
        "epoch-1:1.5",
        "epoch-1:99999999999999999999",
        "epoch-0:1",
        "%00\u00ff",
        "x:x:x"
      })
  void whoComesWithRubbishIsServedAndToldThatNobodyKnowsWhatItMissed(String rubbish) {
    server.publish(TestServer.alert("a"));
    try (RawEventSource source = again("", rubbish)) {
      source.json("established");
      JsonNode resumed = source.json("control");
      assertThat(resumed.path("complete").asBoolean()).isFalse();
      assertThat(resumed.path("reason").asString()).isEqualTo("epoch_changed");
      assertThat(source.lastEventId()).isEqualTo("epoch-1:1");
      server.publish(TestServer.alert("b"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(2);
    }
  }

  @Test
  void aPositionThatWasNeverGivenIsAhead() {
    try (RawEventSource source = again("", "epoch-1:1000")) {
      source.json("established");
      assertThat(source.json("control").path("reason").asString()).isEqualTo("ahead");
      assertThat(source.lastEventId()).isEqualTo("epoch-1:0");
    }
  }

  @Test
  void anEmptyPositionIsNone() {
    server.publish(TestServer.alert("a"));
    try (RawEventSource source = again("?last_event_id=", "")) {
      source.json("established");
      server.publish(TestServer.alert("b"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?last_event_id=rubbish",
        "?last_event_id=17",
        "?last_event_id=epoch-1:1&since=1",
        "?last_event_id=epoch-1:1&last_event_id=epoch-1:2",
        "?since=x",
        "?named=yes",
        "?events=[",
        "?event=alert.*",
        "?limit=3"
      })
  void aQueryThatCannotBeMeantIsRefused(String query) {
    assertThat(server.ask(get(SSE + query)).problem()).isEqualTo("400 invalid_query");
  }

  @Test
  void aFilterThatCannotMatchIsRefused() {
    for (String where : new String[] {"{'camera_di':1}", "{"}) {
      assertThat(server.ask(get(SSE + "?where=" + encoded(where))).problem())
          .isEqualTo("400 invalid_filter");
    }
  }

  @Test
  void tellsOfEventsThatAreGone() {
    server.close();
    InMemoryEventLog log = new InMemoryEventLog("epoch-1", 4_096);
    try (TestServer forgetful = TestServer.forgetful(log)) {
      for (int i = 0; i < 100; i++) {
        forgetful.publish(TestServer.large("a", 500));
      }
      long oldest = log.state().oldest();
      try (RawEventSource source = RawEventSource.again(forgetful.port(), SSE, "epoch-1:1")) {
        source.json("established");
        JsonNode resumed = source.json("control");
        assertThat(resumed.path("reason").asString()).isEqualTo("truncated");
        assertThat(resumed.path("first_available").asLong()).isEqualTo(oldest);
        assertThat(source.lastEventId()).isEqualTo("epoch-1:" + (oldest - 1));
        for (long next = oldest; next <= 100; next++) {
          assertThat(source.json("message").path("sequence").asLong()).isEqualTo(next);
        }
      }
    }
  }

  @Test
  void browsersAreSpreadWhenTheyComeBack() {
    Set<Integer> pauses = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      try (RawEventSource source = source("")) {
        source.json("established");
        assertThat(source.reconnectionMillis()).isBetween(500, 5_500);
        pauses.add(source.reconnectionMillis());
      }
    }
    assertThat(pauses).hasSizeGreaterThan(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: text/event-stream",
        "Accept: TEXT/Event-Stream; charset=utf-8",
        "Accept: text/*",
        "Accept: */*",
        "Accept: application/json, text/event-stream;q=0.1",
        "Accept: application/json, */*;q=0.1",
        "Accept:",
        "X: y"
      })
  void whoTakesItGetsIt(String accept) {
    try (RawStream stream = RawStream.open(server.port(), SSE, accept)) {
      assertThat(stream.line()).isEqualTo("event: established");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: application/json",
        "Accept: text/html, image/*",
        "Accept: text/event-stream;q=0",
        "Accept: text/event-stream;q=0.0, */*",
        "Accept: text/*;q=0, */*",
        "Accept: text/event-streams"
      })
  void whoDoesNotTakeItIsToldWhatThereIs(String accept) {
    HttpAnswer answer = server.ask(get(SSE, accept));

    assertThat(answer.problem()).isEqualTo("406 not_acceptable");
    assertThat(answer.text()).contains("text/event-stream");
  }

  @Test
  void headTellsWhatGetWouldBeginWith() {
    try (RawClient client = server.client()) {
      HttpAnswer head = client.send(request("HEAD", SSE, "")).answerToHead();

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-type")).isEqualTo("text/event-stream");
      assertThat(head.header("cache-control")).isEqualTo("no-store");
      assertThat(head.headers()).doesNotContainKey("content-length");
      // And the connection goes on.
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
    assertThat(server.ask(request("POST", SSE, "")).problem()).isEqualTo("405 method_not_allowed");
  }

  @Test
  void anOldClientIsNotGivenChunks() {
    try (RawClient client = server.client();
        RawEventSource source =
            RawEventSource.over(
                RawStream.over(client.send("GET " + SSE + " HTTP/1.0\r\nHost: localhost\r\n\r\n")),
                "")) {
      assertThat(source.stream().head().headers()).doesNotContainKey("transfer-encoding");
      source.json("established");
      server.publish(TestServer.alert("a"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(1);
    }
  }

  @Test
  void aBodyIsReadAndMeansNothing() {
    try (RawClient client = server.client();
        RawEventSource source =
            RawEventSource.over(
                RawStream.over(client.send(request("GET", SSE, "{\"events\":[]}"))), "")) {
      source.json("established");
    }
    assertThat(server.ask(request("GET", SSE, "x".repeat(70_000))).status()).isEqualTo(413);
  }

  @Test
  void whatIsSentBehindARequestIsThrownAwayUpToABound() {
    try (RawClient client = server.client();
        RawEventSource source =
            RawEventSource.over(
                RawStream.over(client.send(get(SSE) + get("/healthz").repeat(20))), "")) {
      source.json("established");
      client.send(get("/healthz"));
      server.publish(TestServer.alert("a"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(1);

      client.trySend(new byte[200_000]);
      assertThatThrownBy(source::event).isInstanceOf(UncheckedIOException.class);
      server.awaitNobody();
    }
  }

  @Test
  void whoHasFinishedSendingIsServedOn() {
    try (RawClient client = server.client();
        RawEventSource source =
            RawEventSource.over(RawStream.over(client.send(get(SSE)).finishSending()), "")) {
      source.json("established");
      server.publish(TestServer.alert("a"));
      assertThat(source.json("message").path("sequence").asLong()).isEqualTo(1);
    }
  }

  @Test
  void whoHasGoneIsForgotten() {
    for (int i = 0; i < 20; i++) {
      try (RawEventSource source = source("")) {
        source.json("established");
      }
    }
    server.awaitNobody();
  }
}
