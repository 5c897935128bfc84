package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawWebSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `where`, on every way in.
class FilterTest {

  private final TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static String detection(String camera, double confidence) {
    return ("{'type':'detection.new','payload':{'detection_id':'d','event_id':'e','camera_id':'%s',"
            + "'label':'person','confidence':%s,'timestamp':'2026-01-09T12:00:00Z'}}")
        .formatted(camera, confidence)
        .replace('\'', '"');
  }

  private static String subscribe(String events, String where) {
    return ("{'action':'subscribe','events':" + events + ",'where':" + where + "}")
        .replace('\'', '"');
  }

  private static String encoded(String where) {
    return URLEncoder.encode(where.replace('\'', '"'), StandardCharsets.UTF_8);
  }

  @Test
  void saysWhatIsStoredAndDeliversNothingElse() {
    try (RawWebSocket socket = server.socket("")) {
      JsonNode answer =
          socket.ask(
              subscribe(
                  "['Detection.*']", "{'camera_id':['front','yard'],'confidence':{'min':0.8}}"));
      assertThat(answer.toString())
          .isEqualTo(
              "{\"action\":\"subscribed\",\"events\":[\"detection.*\"],\"where\":"
                  + "{\"camera_id\":[\"front\",\"yard\"],\"confidence\":{\"min\":0.8}},\"sequence\":0}");

      server.publish(detection("front", 0.79));
      server.publish(detection("shed", 0.9));
      server.publish(detection("yard", 0.8));
      server.publish(TestServer.alert("a"));
      server.publish(detection("front", 1));

      assertThat(place(socket.message())).isEqualTo("3 after 0");
      assertThat(place(socket.message())).isEqualTo("5 after 3");
      assertThat(socket.ask("{\"action\":\"ping\"}").path("type").asString()).isEqualTo("pong");
    }
  }

  private static String place(JsonNode event) {
    return event.path("sequence").asLong() + " after " + event.path("previous").asLong();
  }

  @Test
  void whoMeansTheSameSharesOneAudienceButNotItsPositions() {
    try (RawWebSocket early = server.socket("?events=ping");
        RawWebSocket late = server.socket("?events=ping")) {
      early.ask(subscribe("['detection.*']", "{'camera_id':'front'}"));
      server.publish(detection("yard", 0.5));
      server.publish(TestServer.alert("a"));
      late.ask(subscribe("['detection.*']", "{'camera_id':['front']}"));
      server.publish(detection("front", 0.5));

      assertThat(place(early.message())).isEqualTo("3 after 0");
      assertThat(place(late.message())).isEqualTo("3 after 2");
    }
  }

  @Test
  void aPatternHoldsOneFilterOrNone() {
    try (RawWebSocket socket = server.socket("")) {
      socket.ask(subscribe("['detection.*']", "{'camera_id':'front'}"));
      socket.ask(subscribe("['detection.new']", "{'camera_id':'yard'}"));
      server.publish(detection("front", 0.5));
      server.publish(detection("yard", 0.5));
      assertThat(place(socket.message())).isEqualTo("1 after 0");
      assertThat(place(socket.message())).isEqualTo("2 after 1");

      socket.ask(subscribe("['detection.*']", "{'camera_id':'shed'}"));
      server.publish(detection("front", 0.5));
      server.publish(detection("shed", 0.5));
      assertThat(socket.message().path("sequence").asLong()).isEqualTo(4);

      assertThat(socket.subscribe("detection.*").has("where")).isFalse();
      server.publish(detection("cellar", 0.5));
      assertThat(place(socket.message())).isEqualTo("5 after 4");
    }
  }

  @Test
  void explainsWhichTypesComeAfterAll() {
    try (RawWebSocket socket = server.socket("")) {
      JsonNode answer =
          socket.ask(
              "{\"action\":\"subscribe\",\"events\":[\"detection.*\",\"job.*\"],"
                  + "\"where\":{\"camera_id\":\"front\"},\"explain\":true}");

      assertThat(answer.path("matched").valueStream().map(JsonNode::asString))
          .contains("detection.new")
          .noneMatch(type -> type.startsWith("job."))
          .isSorted();
      assertThat(answer.path("denied").size()).isZero();
      assertThat(answer.path("denied").isArray()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "['detection.*']|{'camera_di':'front'}|camera_di|camera_id",
        "['detection.*']|{'confidence':'high'}|confidence|",
        "['detection.*']|{'camera_id':{'min':3}}|camera_id|",
        "['alert.*']|{'severity':'hihg'}|severity|high",
        "['job.*']|{'camera_id':'front'}|camera_id|",
        "['detection.*']|{'camera_id':[]}|camera_id|",
        "['detection.*']|{'camera_id':{}}|camera_id|",
        "['detection.*']|{'camera_id':null}|camera_id|",
        "['detection.*']|{'confidence':{'mni':3}}|confidence|min",
        "['detection.*']|{'confidence':{'min':3,'max':2}}|confidence|",
        "['detection.*']|{'confidence':{'min':'3'}}|confidence|",
      })
  void refusesWhatCanNeverBe(String events, String where, String field, String suggestion) {
    try (RawWebSocket socket = server.socket("")) {
      socket.subscribe("detection.*");
      JsonNode error = socket.ask(subscribe(events, where)).path("payload");

      assertThat(error.path("error").asString()).isEqualTo("invalid_filter");
      assertThat(error.path("message").asString()).contains("\"" + field + "\"");
      assertThat(error.path("details").path("field").asString()).isEqualTo(field);
      assertThat(error.path("details").path("suggestion").asString(null)).isEqualTo(suggestion);
      server.publish(detection("front", 0.5));
      assertThat(socket.message().path("sequence").asLong()).as("nothing changed").isOne();
    }
    HttpAnswer answer =
        server.ask(
            get(
                "/api/v1/events?events="
                    + encoded(events.replaceAll("[\\[\\]']", ""))
                    + "&where="
                    + encoded(where),
                "Connection: close"));
    assertThat(answer.problem()).isEqualTo("400 invalid_filter");
    assertThat(answer.json().path("details").path("field").asString()).isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "3", "'x'", "true"})
  void refusesWhatIsNoObject(String where) {
    try (RawWebSocket socket = server.socket("")) {
      assertThat(socket.ask(subscribe("['*']", where)).path("payload").path("error").asString())
          .isEqualTo("invalid_filter");
    }
  }

  @Test
  void refusesTooMuchOfIt() {
    List<String> tooMuch = new ArrayList<>();
    tooMuch.add(
        IntStream.range(0, 17).mapToObj(i -> "'f" + i + "':1").collect(Collectors.joining(",")));
    tooMuch.add(
        "'camera_id':["
            + IntStream.range(0, 257).mapToObj(i -> "'" + i + "'").collect(Collectors.joining(","))
            + "]");
    tooMuch.add("'camera_id':'" + "x".repeat(8 * 1024) + "'");
    try (RawWebSocket socket = server.socket("")) {
      for (String members : tooMuch) {
        assertThat(
                socket
                    .ask(subscribe("['detection.*']", "{" + members + "}"))
                    .path("payload")
                    .path("error")
                    .asString())
            .isEqualTo("invalid_filter");
      }
      String most =
          "{'camera_id':["
              + IntStream.range(0, 256)
                  .mapToObj(i -> "'" + i + "'")
                  .collect(Collectors.joining(","))
              + "]}";
      assertThat(socket.ask(subscribe("['detection.*']", most)).path("action").asString())
          .isEqualTo("subscribed");
    }
  }

  /// Percent-encoding makes up to three bytes of each.
  @Test
  void theLongestFitsIntoAQueryAndALongerOneIsRefusedAsWhatItIs() {
    String name = "\u00e4".repeat((8 * 1024 - "{'camera_id':''}".length()) / 2);
    String longest =
        "/ws/events?events=detection.*&where=" + encoded("{'camera_id':'" + name + "'}");
    String longer = longest + "&where=" + encoded("{}");
    String tooLong =
        "/api/v1/events?events=detection.*&where=" + encoded("{'camera_id':'xx" + name + "'}");

    try (RawWebSocket socket =
        RawWebSocket.open(server.port(), longest.substring("/ws/events".length()))) {
      assertThat(socket.position()).isZero();
    }
    assertThat(server.ask(get(longest.replace("/ws/", "/api/v1/"), "Connection: close")).status())
        .isEqualTo(200);
    assertThat(server.ask(get(longer.replace("/ws/", "/api/v1/"), "Connection: close")).problem())
        .isEqualTo("400 invalid_query");
    assertThat(server.ask(get(tooLong, "Connection: close")).problem())
        .isEqualTo("400 invalid_filter");
  }

  @Test
  void narrowsAQueryTheHistoryAndWhatIsResumed() {
    server.publish(detection("front", 0.5));
    server.publish(detection("yard", 0.5));
    server.publish(TestServer.alert("a"));
    server.publish(detection("front", 0.7));
    String where = encoded("{'camera_id':'front'}");

    try (RawWebSocket socket = server.socket("?since=0&where=" + where)) {
      assertThat(socket.message().path("action").asString()).isEqualTo("resumed");
      assertThat(place(socket.message())).isEqualTo("1 after 0");
      assertThat(place(socket.message())).isEqualTo("4 after 1");
      server.publish(detection("yard", 0.5));
      server.publish(detection("front", 0.5));
      assertThat(place(socket.message())).isEqualTo("6 after 4");
    }
    for (String order : List.of("asc", "desc")) {
      JsonNode page =
          server
              .ask(
                  get(
                      "/api/v1/events?events=detection.*&order=" + order + "&where=" + where,
                      "Connection: close"))
              .json();
      List<Long> sequences =
          page.path("events").valueStream().map(e -> e.path("sequence").asLong()).toList();
      assertThat(sequences)
          .isEqualTo(order.equals("asc") ? List.of(1L, 4L, 6L) : List.of(6L, 4L, 1L));
    }
  }

  @Test
  void refusesFiltersThatTogetherComeToTooMuch() {
    try (RawWebSocket socket = server.socket("")) {
      JsonNode answer = socket.ask("{\"action\":\"ping\"}");
      int taken = 0;
      do {
        int first = taken * 256;
        String values =
            IntStream.range(first, first + 256)
                .mapToObj(i -> "'" + i + "'")
                .collect(Collectors.joining(","));
        answer =
            socket.ask(
                subscribe(
                    "['*" + "?".repeat(taken) + "']",
                    "{'$correlation_id':{'not':[" + values + "]}}"));
        taken++;
      } while (answer.path("action").asString("").equals("subscribed") && taken < 50);

      assertThat(answer.path("payload").path("error").asString()).isEqualTo("invalid_filter");
      assertThat(answer.path("payload").path("message").asString()).contains("32768 comparisons");
      assertThat(taken).as("one for all types is not too much").isGreaterThan(2);
    }
  }
}
