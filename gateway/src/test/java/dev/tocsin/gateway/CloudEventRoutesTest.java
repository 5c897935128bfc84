package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.http.Transport;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// CloudEvents over HTTP, in and out.
class CloudEventRoutesTest {

  private static final String EVENTS = "/api/v1/events";
  private static final String EVENT = "Content-Type: application/cloudevents+json; charset=UTF-8";
  private static final String BATCH = "Content-Type: application/cloudevents-batch+json";
  private static final String JSON = "Content-Type: application/json";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpAnswer post(String body, String... headers) {
    return server.ask(request("POST", EVENTS, body, headers));
  }

  private static HttpAnswer binary(String id, String body, String... more) {
    String[] headers = new String[more.length + 5];
    System.arraycopy(more, 0, headers, 5, more.length);
    headers[0] = JSON;
    headers[1] = "ce-specversion: 1.0";
    headers[2] = "CE-Type: tocsin.alert.deleted";
    headers[3] = "ce-source: /s";
    headers[4] = "ce-id: " + id;
    return post(body, headers);
  }

  private static String event(String id, String more) {
    return "{\"specversion\":\"1.0\",\"type\":\"tocsin.alert.deleted\",\"source\":\"/s\",\"id\":\""
        + id
        + "\",\"data\":{\"id\":\"a\"}"
        + more
        + "}";
  }

  private static long newest() {
    return server.hub.log().state().newest();
  }

  private static JsonNode last() {
    return server.ask(get(EVENTS + "?since=" + (newest() - 1))).json().path("events").path(0);
  }

  @Test
  void structuredOneIsPublished() {
    long before = newest();

    HttpAnswer answer =
        post(
            event(
                "s1",
                ",\"time\":\"2026-01-02T03:04:05Z\",\"correlationid\":\"k\",\"channel\":\"c\",\"x\":1"),
            EVENT);

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().path("sequence").asLong()).isEqualTo(before + 1);
    assertThat(last().toString())
        .isEqualTo(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"},\"timestamp\":\"2026-01-02T03:04:05Z\",\"correlation_id\":\"k\",\"channel\":\"c\",\"sequence\":"
                + (before + 1)
                + "}");
  }

  @Test
  void binaryOneIsPublished() {
    HttpAnswer answer =
        binary(
            "b1", "{ \"id\":\"a\"}", "ce-correlationid: Euro%20%E2%82%AC", "ce-traceparent: 00-1");

    assertThat(answer.status()).isEqualTo(201);
    assertThat(last().path("correlation_id").asString()).isEqualTo("Euro €");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/json", "application/vnd.x+json", "application/json;charset=utf-8"})
  void binaryOneMayHaveAnyMediaTypeOfJson(String type) {
    assertThat(
            post(
                    "{\"id\":\"a\"}",
                    "Content-Type: " + type,
                    "ce-specversion: 1.0",
                    "ce-type: alert.deleted",
                    "ce-source: /s",
                    "ce-id: m" + type)
                .status())
        .isEqualTo(201);
  }

  @Test
  void repetitionIsOneEventInWhateverForm() {
    HttpAnswer first = post(event("r", ""), EVENT);
    long sequence = first.json().path("sequence").asLong();

    assertThat(post(event("r", ""), EVENT).json().path("sequence").asLong()).isEqualTo(sequence);
    assertThat(binary("r", "{\"id\":\"a\"}").json().path("sequence").asLong()).isEqualTo(sequence);
    assertThat(post("[" + event("r", "") + "]", BATCH).json().path("last_sequence").asLong())
        .isEqualTo(sequence);
    assertThat(binary("r", "{\"id\":\"b\"}").error()).isEqualTo("idempotency_conflict");
    assertThat(
            post(event("r", "").replace("\"/s\"", "\"/t\""), EVENT)
                .json()
                .path("sequence")
                .asLong())
        .isGreaterThan(sequence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "{                                               => 400 invalid_json",
        "[]                                              => 400 invalid_message",
        "{}                                              => 400 invalid_message",
        "{\"specversion\":\"1.0\",\"type\":\"no.such\",\"source\":\"/s\",\"id\":\"1\"} => 422"
            + " unknown_event_type",
        "{\"specversion\":\"1.0\",\"type\":\"tocsin.ping\",\"source\":\"/s\",\"id\":\"1\"} => 422"
            + " reserved_event_type",
        "{\"specversion\":\"1.0\",\"type\":\"alert.deleted\",\"source\":\"/s\",\"id\":\"1\"} => 422"
            + " invalid_payload",
        "{\"specversion\":\"1.0\",\"type\":\"alert.deleted\",\"source\":\"/s\",\"id\":\"1\",\"data\":\"x\"}"
            + " => 422 invalid_payload"
      })
  void whatIsRefusedIsToldAsElsewhere(String event, String told) {
    HttpAnswer answer = post(event, EVENT);

    assertThat(answer.status() + " " + answer.error()).isEqualTo(told);
  }

  @Test
  void allFaultsOfTheAttributesAreInTheAnswer() {
    JsonNode problem = post("{\"specversion\":\"2\",\"type\":\"\"}", EVENT).json();

    assertThat(
            problem.at("/details/errors").valueStream().map(error -> error.path("path").asString()))
        .containsExactlyInAnyOrder("/type", "/source", "/id", "/specversion");
  }

  @Test
  void binaryOneOfAnotherMediaTypeOrWithATwofoldHeaderIsRefused() {
    assertThat(post("x", "Content-Type: text/plain", "ce-specversion: 1.0").status())
        .isEqualTo(415);
    assertThat(post("{}", "ce-specversion: 1.0").status()).isEqualTo(415);
    assertThat(binary("t", "{}", "ce-channel: a", "ce-channel: b").error())
        .isEqualTo("invalid_message");
    assertThat(binary("t", "not json").error()).isEqualTo("invalid_json");
  }

  @Test
  void goodOnesOfABatchArePublishedAndBadOnesTold() {
    long before = newest();

    HttpAnswer answer =
        post(
            "["
                + event("p1", "")
                + ", {\"specversion\":\"1.0\"}, 7 ,"
                + event("p2", ",\"data_base64\":\"\"")
                + ","
                + event("p3", "")
                + "]",
            BATCH);

    assertThat(answer.status()).isEqualTo(200);
    JsonNode report = answer.json();
    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("rejected").valueStream().map(line -> line.path("line").asInt()))
        .containsExactly(2, 3, 4);
    assertThat(report.at("/rejected/0/details/errors")).hasSize(3);
    assertThat(report.path("rejected_count").asInt()).isEqualTo(3);
    assertThat(newest()).isEqualTo(before + 2);
  }

  @Test
  void batchIsStreamedWithoutABound() {
    String many =
        IntStream.range(0, 3_000)
            .mapToObj(i -> event("many" + i, ""))
            .collect(Collectors.joining(","));

    HttpAnswer answer = post("[" + many + "]", BATCH);

    assertThat(many.length()).isGreaterThan(4 * Limits.MAX_MESSAGE_BYTES);
    assertThat(answer.json().path("accepted").asInt()).isEqualTo(3_000);
  }

  @Test
  void itemThatIsTooLongIsOneOfTheRefused() {
    String tooLong = event("x", ",\"y\":\"" + "z".repeat(Limits.MAX_MESSAGE_BYTES) + "\"");

    JsonNode report = post("[" + tooLong + "," + event("after", "") + "]", BATCH).json();

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.at("/rejected/0/error").asString()).isEqualTo("message_too_large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "} ]"})
  void whatEndsBadlyIsToldWithWhatWasTaken(String end) {
    long before = newest();

    HttpAnswer answer = post("[" + event("end" + end.length() + before, "") + end, BATCH);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_json");
    assertThat(answer.json().path("accepted").asInt()).isEqualTo(end.isEmpty() ? 0 : 1);
    assertThat(newest()).isEqualTo(before + answer.json().path("accepted").asInt());
  }

  @Test
  void itemThatIsMoreThanAnEventIsOneOfTheRefused() {
    HttpAnswer answer = post("[" + event("more", "") + " x]", BATCH);

    assertThat(answer.status() + " " + answer.error()).isEqualTo("422 invalid_json");
    assertThat(answer.json().at("/rejected/0/line").asInt()).isEqualTo(1);
  }

  @Test
  void batchThatIsNoArrayIsRefusedBeforeItEnds() {
    try (RawClient client = server.client()) {
      client.send(request("POST", EVENTS, "", BATCH, "Transfer-Encoding: chunked"));

      HttpAnswer answer = client.send(chunk("{\"a\":")).answer();

      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.json().path("next_line").asInt()).isEqualTo(1);
    }
  }

  @Test
  void emptyBatchIsNothingAccepted() {
    HttpAnswer answer = post(" [ ] ", BATCH);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("accepted").asInt()).isZero();
  }

  @Test
  void historyGivesThemOutInItsObject() {
    post(event("h", ",\"time\":\"2026-01-02T03:04:05Z\""), EVENT);
    String epoch = server.hub.log().state().epoch();

    JsonNode answer =
        server.ask(get(EVENTS + "?format=cloudevents&since=" + (newest() - 1))).json();

    assertThat(answer.path("next_since").asLong()).isEqualTo(newest());
    assertThat(answer.at("/events/0").toString())
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"source\":\"/tocsin/"
                + epoch
                + "\",\"id\":\""
                + epoch
                + ":"
                + newest()
                + "\",\"type\":\"tocsin.alert.deleted\",\"time\":\"2026-01-02T03:04:05Z\",\"datacontenttype\":\"application/json\","
                + "\"subject\":\"a\",\"sequence\":\""
                + newest()
                + "\",\"channel\":\"alerts\",\"data\":{\"id\":\"a\"}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/cloudevents-batch+json",
        "text/html;q=0.1, Application/CloudEvents-Batch+JSON; q=0.5",
        "application/cloudevents+json"
      })
  void historyIsABatchForWhoAcceptsOne(String accept) {
    post(event("b" + accept, ""), EVENT);

    HttpAnswer answer =
        server.ask(get(EVENTS + "?limit=1&since=" + (newest() - 1), "Accept: " + accept));

    assertThat(answer.header("content-type")).isEqualTo("application/cloudevents-batch+json");
    assertThat(answer.json().isArray()).isTrue();
    assertThat(answer.json()).hasSize(1);
    assertThat(answer.header("tocsin-next-since")).isEqualTo(String.valueOf(newest()));
    assertThat(answer.header("tocsin-epoch")).isEqualTo(server.hub.log().state().epoch());
    assertThat(
            server
                .ask(get(EVENTS + "?order=desc&limit=1", "Accept: " + accept))
                .header("tocsin-next-before"))
        .isEqualTo(String.valueOf(newest()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "*/*",
        "application/cloudevents-batch+json;q=0",
        "application/json, application/cloudevents+json;q=0.9"
      })
  void historyIsAsEverForOthers(String accept) {
    HttpAnswer answer = server.ask(get(EVENTS + "?limit=1", "Accept: " + accept));

    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.json().at("/events").isArray()).isTrue();
  }

  @Test
  void formatIsOneOfTwo() {
    assertThat(server.ask(get(EVENTS + "?format=xml")).error()).isEqualTo("invalid_query");
    assertThat(
            server
                .ask(
                    get(
                        EVENTS + "?format=json&limit=1",
                        "Accept: application/cloudevents-batch+json"))
                .json()
                .isObject())
        .isTrue();
  }

  @Test
  void aNamedPageMaySendTheHeadersOfTheBinaryFormAndReadThoseOfABatch() {
    String origin = "Origin: https://app.example";
    try (TestServer named =
        TestServer.start(
            new GatewaySettings(
                "127.0.0.1", 0, Set.of("https://app.example"), Set.of(), Transport.AUTO))) {
      HttpAnswer preflight =
          named.ask(
              request(
                  "OPTIONS",
                  EVENTS,
                  "",
                  origin,
                  "Access-Control-Request-Method: POST",
                  "Access-Control-Request-Headers: ce-id,ce-source,ce-specversion,ce-type,x-y"));
      assertThat(preflight.header("access-control-allow-headers"))
          .contains("ce-id, ce-source, ce-specversion, ce-type")
          .doesNotContain("x-y");

      HttpAnswer batch =
          named.ask(get(EVENTS, origin, "Accept: application/cloudevents-batch+json"));
      assertThat(batch.header("access-control-expose-headers"))
          .contains("Tocsin-Epoch", "Tocsin-Next-Since");
      assertThat(named.ask(get(EVENTS, origin)).headers())
          .doesNotContainKey("access-control-expose-headers");
    }
  }
}
