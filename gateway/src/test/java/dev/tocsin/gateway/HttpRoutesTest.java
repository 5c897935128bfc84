package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Every path of the protocol, and what is none.
class HttpRoutesTest {

  private static final String EVENTS = "/api/v1/events";
  private static final String CATALOG = "/api/v1/catalog";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void acceptsOneEvent() {
    long before = server.hub.log().state().newest();

    HttpAnswer answer = server.ask(post(EVENTS, TestServer.alert("a")));

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.json().path("sequence").asLong()).isEqualTo(before + 1);
    assertThat(answer.json().path("timestamp").asString())
        .isEqualTo(TestServer.CLOCK.instant().toString());
    assertThat(answer.json().propertyNames()).containsExactly("sequence", "timestamp");
    assertThat(server.hub.log().state().newest()).isEqualTo(before + 1);
  }

  @Test
  void keepsTheProducersTimestamp() {
    String event =
        "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"},"
            + "\"timestamp\":\"2026-01-02T03:04:05.060+01:00\"}";

    HttpAnswer answer = server.ask(post(EVENTS, event));

    assertThat(answer.json().path("timestamp").asString())
        .isEqualTo("2026-01-02T03:04:05.060+01:00");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                                | 400 invalid_json",
        "{} x                                             | 400 invalid_json",
        "{\"type\":\"a\",\"type\":\"a\"}                  | 400 invalid_json",
        "[]                                               | 400 invalid_message",
        "{\"type\":7}                                     | 400 invalid_message",
        "{\"type\":\"alert.deleted\",\"x\":1}             | 400 invalid_message",
        "{\"type\":\"\"}                                  | 422 unknown_event_type",
        "{\"type\":\"ALERT.DELETED\",\"payload\":{}}      | 422 unknown_event_type",
        "{\"type\":\"ping\",\"payload\":{}}               | 422 reserved_event_type",
        "{\"type\":\"connection.error\",\"payload\":{}}   | 422 reserved_event_type",
        "{\"type\":\"alert.deleted\"}                     | 422 invalid_payload",
        "{\"type\":\"alert.deleted\",\"payload\":{}}      | 422 invalid_payload",
      })
  void refusesABadEvent(String body, String problem) {
    long before = server.hub.log().state().newest();

    HttpAnswer answer = server.ask(post(EVENTS, body));

    assertThat(answer.problem()).isEqualTo(problem);
    assertProblem(answer);
    assertThat(server.hub.log().state().newest()).isEqualTo(before);
  }

  @Test
  void refusesAnEmptyBody() {
    HttpAnswer answer =
        server.ask(
            request("POST", EVENTS, "", "Content-Type: application/json", "Content-Length: 0"));

    assertThat(answer.problem()).isEqualTo("400 invalid_json");
  }

  @Test
  void namesEveryFaultOfAPayload() {
    String event =
        "{\"type\":\"job.progress\",\"payload\":"
            + "{\"job_id\":7,\"job_type\":\"t\",\"progress\":101}}";

    JsonNode errors = server.ask(post(EVENTS, event)).json().path("details").path("errors");

    assertThat(errors.valueStream().map(e -> e.path("path").asString() + e.path("code").asString()))
        .containsExactlyInAnyOrder("/job_idtype", "/progressmaximum", "/statusrequired");
  }

  @Test
  void showsTheCatalog() {
    JsonNode catalog = server.ask(get(CATALOG)).json();

    assertThat(catalog.propertyNames()).containsExactly("event_types", "channels", "catalog");
    assertThat(catalog.path("event_types").size())
        .isEqualTo(server.hub.catalog().allEventTypes().size());
    assertThat(catalog.path("event_types").get(0).propertyNames())
        .containsExactly("type", "domain", "channel", "description", "payload", "required", "key");
    assertThat(catalog.path("channels").valueStream().map(JsonNode::asString))
        .containsExactlyElementsOf(server.hub.catalog().allChannels());
  }

  @Test
  void showsOneType() {
    JsonNode entry = server.ask(get(CATALOG + "/alert.deleted")).json();

    assertThat(entry.path("type").asString()).isEqualTo("alert.deleted");
    assertThat(entry.path("channel").asString()).isEqualTo("alerts");
    assertThat(entry.path("required").toString()).isEqualTo("[\"id\"]");
  }

  @Test
  void showsTheSchemaOfAType() {
    HttpAnswer answer = server.ask(get(CATALOG + "/alert.deleted/schema"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/schema+json");
    assertThat(answer.json().path("$schema").asString())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
  }

  @Test
  void validatesAPayloadWithoutPublishing() {
    long before = server.hub.log().state().newest();

    HttpAnswer good = server.ask(post(CATALOG + "/alert.deleted/validate", "{\"id\":\"a\"}"));
    HttpAnswer bad = server.ask(post(CATALOG + "/alert.deleted/validate", "{\"id\":7}"));
    HttpAnswer broken = server.ask(post(CATALOG + "/alert.deleted/validate", "{\"id\":"));

    assertThat(good.status()).isEqualTo(200);
    assertThat(good.text()).isEqualTo("{\"valid\":true}");
    assertThat(bad.problem()).isEqualTo("422 invalid_payload");
    assertThat(bad.json().path("valid").asBoolean(true)).isFalse();
    assertThat(bad.json().path("details").path("errors").get(0).path("path").asString())
        .isEqualTo("/id");
    assertProblem(bad);
    assertThat(broken.error()).isEqualTo("invalid_json");
    assertThat(server.hub.log().state().newest()).isEqualTo(before);
  }

  @Test
  void tellsFigures() {
    try (RawWebSocket all = server.socket("");
        RawWebSocket some = server.socket("?events=alert.*,job.*")) {
      assertThat(all.position()).isEqualTo(some.position());

      JsonNode stats = server.ask(get("/api/v1/stats")).json();

      assertThat(stats.path("total_connections").asInt()).isEqualTo(2);
      assertThat(stats.path("explicit_subscriptions").asInt()).isEqualTo(1);
      assertThat(stats.path("default_subscriptions").asInt()).isEqualTo(1);
      assertThat(stats.path("total_patterns").asInt()).isEqualTo(2);
      assertThat(stats.path("epoch").asString()).isEqualTo("epoch-1");
      assertThat(stats.path("newest_sequence").asLong())
          .isEqualTo(server.hub.log().state().newest());
      assertThat(stats.path("oldest_sequence").asLong()).isEqualTo(1);
      assertThat(stats.path("uptime_seconds").asDouble()).isPositive();
      assertThat(stats.propertyNames()).contains("published", "delivered", "rejected");
      assertThat(stats.path("http").path("connections").asInt()).isGreaterThanOrEqualTo(3);
      assertThat(stats.path("http").path("answers").path("1xx").asInt()).isGreaterThanOrEqualTo(2);
      assertThat(stats.path("websockets").path("open").asInt()).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void tellsWhatHasBeenPublishedAndRefused() {
    JsonNode before = server.ask(get("/api/v1/stats")).json();

    server.ask(post("/api/v1/events", "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}"));
    server.ask(post("/api/v1/events", "{\"type\":\"alert.deleted\",\"payload\":{\"id\":7}}"));

    JsonNode stats = server.ask(get("/api/v1/stats")).json();
    assertThat(difference(before, stats, "published_by_type", "alert.deleted")).isEqualTo(1);
    assertThat(difference(before, stats, "rejected_by_code", "invalid_payload")).isEqualTo(1);
    assertThat(stats.path("version").asString()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(stats.path("rates").propertyNames())
        .containsExactly("published_per_second", "delivered_per_second", "rejected_per_second");
    assertThat(stats.path("log").path("kind").asString()).isEqualTo("memory");
    assertThat(stats.path("log").path("size_bytes").asLong()).isPositive();
  }

  private static long difference(JsonNode before, JsonNode after, String counts, String name) {
    return after.path(counts).path(name).asLong() - before.path(counts).path(name).asLong(0);
  }

  @Test
  void tellsWhatItsProcessHasUsed() {
    JsonNode process = server.ask(get("/api/v1/stats")).json().path("process");

    assertThat(process.path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(process.path("cpu_seconds").asDouble()).isPositive();
    // Absent where the platform does not tell.
    assertThat(process.path("resident_bytes").asLong(1 << 20)).isGreaterThanOrEqualTo(1 << 20);
  }

  @Test
  void findsTheResidentMemoryOfAProcess() {
    assertThat(ProcessFigures.resident(List.of("Name:\tjava", "VmRSS:\t   2048 kB", "Threads:\t9")))
        .isEqualTo(2L << 20);
    assertThat(ProcessFigures.resident(List.of("Name:\tjava"))).isNegative();
  }

  @Test
  void tellsItsHealth() {
    assertThat(server.ask(get("/healthz")).status()).isEqualTo(200);
    assertThat(server.ask(get("/readyz")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api",
        "/api/v1/events/",
        "/api/v1/events/1",
        "/api/v2/events",
        "//healthz",
        "/HEALTHZ",
        "/api/v1/catalog/",
        "/api/v1/catalog/alert.deleted/",
        "/api/v1/catalog/alert.deleted/x",
        "/api/v1/catalog//schema/x",
        "/ws",
        "/ws/events/",
        "*",
        "/api/v1/catalog//schema",
        "/healthz/..",
        "/%2e%2e/healthz",
      })
  void knowsNothingElse(String path) {
    HttpAnswer answer = server.ask(get(path));

    assertThat(answer.problem()).isEqualTo("404 not_found");
    assertProblem(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/catalog/no.type",
        "/api/v1/catalog/ALERT.DELETED",
        "/api/v1/catalog/no.type/schema",
      })
  void knowsNoOtherTypes(String path) {
    HttpAnswer answer = server.ask(get(path));

    assertThat(answer.problem()).isEqualTo("404 unknown_event_type");
    assertProblem(answer);
  }

  @Test
  void refusesToValidateAnUnknownType() {
    assertThat(server.ask(post(CATALOG + "/no.type/validate", "{}")).problem())
        .isEqualTo("404 unknown_event_type");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT     | /api/v1/events                         | GET, HEAD, POST",
        "POST    | /api/v1/catalog                        | GET, HEAD",
        "DELETE  | /api/v1/catalog/alert.deleted          | GET, HEAD",
        "PATCH   | /api/v1/catalog/alert.deleted/schema   | GET, HEAD",
        "GET     | /api/v1/catalog/alert.deleted/validate | POST",
        "POST    | /api/v1/stats                          | GET, HEAD",
        "POST    | /healthz                               | GET, HEAD",
        "TRACE   | /readyz                                | GET, HEAD",
        "BREW    | /readyz                                | GET, HEAD",
        "POST    | /ws/events                             | GET",
      })
  void namesTheMethodsOfAPath(String method, String path, String allowed) {
    try (RawClient client = server.client()) {
      client.send(request(method, path, ""));
      HttpAnswer answer = method.equals("HEAD") ? client.answerToHead() : client.answer();

      assertThat(answer.status()).isEqualTo(405);
      assertThat(List.of(answer.header("allow").split(", ", -1)))
          .containsAll(List.of(allowed.split(", ", -1)));
      if (!method.equals("HEAD")) {
        assertThat(answer.error()).isEqualTo("method_not_allowed");
        assertProblem(answer);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/events | GET, HEAD, OPTIONS, POST",
        "/ws/events     | GET, OPTIONS",
        "/healthz       | GET, HEAD, OPTIONS",
        "*              | DELETE, GET, HEAD, OPTIONS, POST",
      })
  void tellsTheMethodsOfAPathWhenAsked(String path, String allowed) {
    try (RawClient client = server.client()) {
      HttpAnswer answer = client.ask(request("OPTIONS", path, ""));

      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.header("allow")).isEqualTo(allowed);
      assertThat(client.ask(request("OPTIONS", "/nothing", "")).problem())
          .isEqualTo("404 not_found");
    }
  }

  @Test
  void namesEveryPathWhereThereIsNothing() {
    HttpAnswer answer = server.ask(get("/api/v1/event"));

    assertThat(answer.json().path("detail").asString())
        .contains("/ws/events", "/api/v1/events", "/api/v1/catalog/{type}/validate", "/readyz");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/healthz",
        "/readyz",
        "/api/v1/stats",
        "/api/v1/catalog",
        "/api/v1/catalog/alert.deleted",
        "/api/v1/catalog/alert.deleted/schema",
        "/api/v1/catalog/no.type",
        "/nothing",
      })
  void answersHeadWithTheHeadersOfGet(String path) {
    try (RawClient client = server.client()) {
      HttpAnswer answer = client.ask(get(path));
      HttpAnswer head = client.send(request("HEAD", path, "")).answerToHead();

      assertThat(head.status()).isEqualTo(answer.status());
      assertThat(head.header("content-type")).isEqualTo(answer.header("content-type"));
      if (!path.endsWith("stats")) {
        assertThat(head.header("content-length")).isEqualTo(answer.header("content-length"));
      }
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void takesAnAbsoluteTarget() {
    assertThat(server.ask(get("http://localhost/healthz?x=1")).status()).isEqualTo(200);
    assertThat(server.ask(get("HTTP://localhost:8080/nothing")).status()).isEqualTo(404);
    assertThat(server.ask(get("http://evil.example/healthz")).status()).isEqualTo(403);
  }

  @Test
  void refusesABadlyEncodedPath() {
    assertThat(server.ask(get("/healthz%zz")).status()).isEqualTo(400);
    assertThat(server.ask(get("/healthz%")).status()).isEqualTo(400);
  }

  @Test
  void datesItsAnswersAsHttpHasIt() {
    assertThat(server.ask(get("/healthz")).header("date"))
        .isEqualTo("Wed, 04 Mar 2026 05:06:07 GMT");
  }

  @Test
  void keepsAnswersOutOfCachesAndSniffers() {
    HttpAnswer answer = server.ask(get("/healthz"));

    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
  }

  /// The shape of RFC 9457.
  static void assertProblem(HttpAnswer answer) {
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.path("status").asInt()).isEqualTo(answer.status());
    assertThat(problem.path("title").asString()).isNotEmpty();
    assertThat(problem.path("detail").asString()).isNotEmpty();
    assertThat(problem.path("type").asString()).isEqualTo("about:blank");
    assertThat(problem.path("error").asString()).isNotEmpty();
  }
}
