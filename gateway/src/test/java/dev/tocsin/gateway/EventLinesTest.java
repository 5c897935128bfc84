package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawStream;
import dev.tocsin.hub.InMemoryEventLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `GET /api/v1/events?follow=true`: a line for each event.
@Timeout(60)
class EventLinesTest {

  private static final String FOLLOW = "/api/v1/events?follow=true";
  private static final String NDJSON = "Accept: application/x-ndjson";

  private final TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private RawStream lines(String query) {
    return RawStream.open(server.port(), FOLLOW + query, NDJSON);
  }

  @Test
  void eachLineIsAnEnvelopeAndNothingComesBefore() {
    server.publish(TestServer.alert("before"));
    try (RawStream lines = lines("&events=alert.*")) {
      server.publish(TestServer.alert("a"));

      assertThat(lines.line())
          .isEqualTo(
              "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"},\"timestamp\":"
                  + "\"2026-03-04T05:06:07Z\",\"channel\":\"alerts\",\"sequence\":2,\"previous\":1}");
      server.publish(TestServer.job(1));
      server.publish(TestServer.alert("b"));
      assertThat(lines.json().path("previous").asLong()).isEqualTo(2);
    }
  }

  @Test
  void itsHeadersSayWhereItBegins() {
    server.publish(TestServer.alert("before"));
    try (RawStream lines = lines("")) {
      HttpAnswer head = lines.head();
      assertThat(head.header("content-type")).isEqualTo("application/x-ndjson");
      assertThat(head.header("cache-control")).isEqualTo("no-store");
      assertThat(head.header("x-accel-buffering")).isEqualTo("no");
      assertThat(head.header("tocsin-epoch")).isEqualTo("epoch-1");
      assertThat(head.header("tocsin-sequence")).isEqualTo("1");
    }
  }

  @Test
  void anEmptyLineIsASignOfLife() {
    try (RawStream lines = lines("")) {
      server.passSeconds(15);
      assertThat(lines.line()).isEmpty();
      server.publish(TestServer.alert("a"));
      assertThat(lines.line()).contains("\"sequence\":1");
    }
  }

  @Test
  void beginsAfterAPositionAndSaysNothingOfItWhenNothingIsMissing() {
    for (int i = 0; i < 5; i++) {
      server.publish(TestServer.alert("a"));
    }
    for (String query : new String[] {"&since=2", "&since=2&epoch=epoch-1"}) {
      try (RawStream lines = lines(query)) {
        for (int i = 3; i <= 5; i++) {
          JsonNode event = lines.json();
          assertThat(event.path("sequence").asLong()).isEqualTo(i);
          assertThat(event.path("previous").asLong()).isEqualTo(i - 1);
        }
      }
    }
  }

  @Test
  void saysSoWhenSomethingIsMissing() {
    server.publish(TestServer.alert("a"));
    try (RawStream foreign = lines("&since=0&epoch=other");
        RawStream ahead = lines("&since=7")) {
      assertThat(foreign.line())
          .isEqualTo(
              "{\"action\":\"resumed\",\"since\":1,\"sequence\":1,\"complete\":false,"
                  + "\"reason\":\"epoch_changed\",\"first_available\":1}");
      assertThat(ahead.json().path("reason").asString()).isEqualTo("ahead");
      server.publish(TestServer.alert("b"));
      assertThat(foreign.json().path("sequence").asLong()).isEqualTo(2);
      assertThat(ahead.json().path("sequence").asLong()).isEqualTo(2);
    }
  }

  @Test
  void saysFromWhereOnWhenTheBeginningIsGone() {
    InMemoryEventLog log = new InMemoryEventLog("epoch-1", 4_096);
    try (TestServer forgetful = TestServer.forgetful(log)) {
      for (int i = 0; i < 100; i++) {
        forgetful.publish(TestServer.large("a", 500));
      }
      try (RawStream lines = RawStream.open(forgetful.port(), FOLLOW + "&since=0", NDJSON)) {
        long oldest = log.state().oldest();
        assertThat(lines.json().path("first_available").asLong()).isEqualTo(oldest);
        for (long next = oldest; next <= 100; next++) {
          assertThat(lines.json().path("sequence").asLong()).isEqualTo(next);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Accept: */*", "Accept: application/*", "Accept:", NDJSON})
  void whoTakesItGetsIt(String accept) {
    try (RawStream lines = RawStream.open(server.port(), FOLLOW, accept)) {
      server.publish(TestServer.alert("a"));
      assertThat(lines.json().path("sequence").asLong()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Accept: application/json", "Accept: text/event-stream"})
  void whoDoesNotTakeItIsToldWhatThereIs(String accept) {
    HttpAnswer answer = server.ask(get(FOLLOW, accept));

    assertThat(answer.problem()).isEqualTo("406 not_acceptable");
    assertThat(answer.text()).contains("application/x-ndjson");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "follow=true&before=3",
        "follow=true&limit=3",
        "follow=true&order=desc",
        "follow=true&from=2026-01-09T12:00:00Z",
        "follow=true&to=2026-01-09T12:00:00Z",
        "follow=yes",
        "follow=",
        "follow=true&follow=true",
        "follow=false&epoch=epoch-1",
        "epoch=epoch-1"
      })
  void aQueryThatCannotBeMeantIsRefused(String query) {
    assertThat(server.ask(get("/api/v1/events?" + query)).problem()).isEqualTo("400 invalid_query");
  }

  @Test
  void withoutItHistoryIsWhatItWas() {
    server.publish(TestServer.alert("a"));
    for (String query : new String[] {"", "?follow=false"}) {
      assertThat(server.ask(get("/api/v1/events" + query)).json().path("next_since").asLong())
          .isEqualTo(1);
    }
  }

  @Test
  void headTellsWhatGetWouldBeginWith() {
    try (RawClient client = server.client()) {
      HttpAnswer head = client.send(request("HEAD", FOLLOW, "", NDJSON)).answerToHead();
      assertThat(head.header("content-type")).isEqualTo("application/x-ndjson");
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }
}
