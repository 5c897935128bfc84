package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawWebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Every action and its answer.
class WebSocketActionsTest {

  private static final int QUIET_MILLIS = 150;

  private static TestServer server;
  private RawWebSocket socket;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() {
    socket = server.socket("");
  }

  @AfterEach
  void disconnect() {
    socket.close();
  }

  private static String publish(String id, String event) {
    return "{\"action\":\"publish\",\"id\":" + id + ",\"event\":" + event + "}";
  }

  @Test
  void subscribes() {
    JsonNode answer =
        socket.ask(
            "{\"action\":\"subscribe\",\"events\":[\"Alert.*\",\"job.progress\",\"ALERT.*\"]}");

    assertThat(answer.toString())
        .isEqualTo(
            "{\"action\":\"subscribed\",\"events\":[\"alert.*\",\"job.progress\"],\"sequence\":"
                + server.hub.log().state().newest()
                + "}");
  }

  @Test
  void storesAndNamesAPatternThatMatchesNothing() {
    JsonNode answer = socket.subscribe("alrt.*", "job.*");

    assertThat(answer.path("events").toString()).isEqualTo("[\"alrt.*\",\"job.*\"]");
    assertThat(answer.path("warnings").size()).isEqualTo(1);
    JsonNode warning = answer.path("warnings").get(0);
    assertThat(warning.path("pattern").asString()).isEqualTo("alrt.*");
    assertThat(warning.path("message").asString()).isNotEmpty();
    assertThat(warning.path("suggestion").asString()).isEqualTo("alert.*");
  }

  @Test
  void namesAPatternOfTheQueryThatMatchesNothing() {
    try (RawWebSocket slip = server.socket("?events=alrt.*,job.*");
        RawWebSocket good = server.socket("?events=alert.*,job.*")) {
      JsonNode payload = slip.established().path("payload");

      assertThat(payload.path("warnings"))
          .isEqualTo(socket.subscribe("alrt.*", "job.*").path("warnings"))
          .hasSize(1);
      assertThat(good.established().path("payload").has("warnings")).isFalse();
      assertThat(socket.established().path("payload").has("warnings")).isFalse();
    }
  }

  @Test
  void deliversOnlyWhatIsSubscribed() {
    socket.subscribe("job.*");
    server.publish(TestServer.alert("a"));
    long job = server.publish(TestServer.job(1));

    JsonNode event = socket.message();

    assertThat(event.path("sequence").asLong()).isEqualTo(job);
    assertThat(event.propertyNames())
        .containsExactly("type", "payload", "timestamp", "channel", "sequence", "previous");
  }

  @Test
  void unsubscribesSomeAndThenAll() throws IOException {
    socket.subscribe("alert.*", "job.*");

    JsonNode some =
        socket.ask("{\"action\":\"unsubscribe\",\"events\":[\"JOB.*\",\"camera.*\",\"job.*\"]}");
    assertThat(some.path("events").toString()).isEqualTo("[\"job.*\"]");
    server.publish(TestServer.job(1));
    long alert = server.publish(TestServer.alert("a"));
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(alert);

    JsonNode all = socket.ask("{\"action\":\"unsubscribe\",\"id\":\"u\"}");
    assertThat(all.toString())
        .isEqualTo(
            "{\"action\":\"unsubscribed\",\"id\":\"u\",\"events\":[\"alert.*\"],\"sequence\":"
                + alert
                + "}");
    server.publish(TestServer.alert("b"));
    assertThat(socket.client().isSilentFor(QUIET_MILLIS)).isTrue();

    socket.subscribe("*");
    long last = server.publish(TestServer.job(2));
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(last);
  }

  @Test
  void isSilentAfterUnsubscribingFromEverything() throws IOException {
    assertThat(socket.ask("{\"action\":\"unsubscribe\"}").path("events").size()).isZero();
    server.publish(TestServer.alert("a"));

    assertThat(socket.client().isSilentFor(QUIET_MILLIS)).isTrue();
  }

  @Test
  void publishes() {
    socket.subscribe("camera.*");
    long before = server.hub.log().state().newest();

    JsonNode answer = socket.ask(publish("\"c1\"", TestServer.alert("a")));

    assertThat(answer.toString())
        .isEqualTo("{\"action\":\"published\",\"id\":\"c1\",\"sequence\":" + (before + 1) + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"c1\"",
        "\"\"",
        "7",
        "-7",
        "0",
        "123456789012345678901234567890",
        "\"a\\\"\\u0041ä\\n\"",
      })
  void echoesTheId(String id) {
    assertThat(socket.say("{\"id\":" + id + ",\"action\":\"ping\"}").frame().text())
        .contains("\"id\":" + id);
    assertThat(socket.say("{\"id\":" + id + ",\"action\":\"nothing\"}").frame().text())
        .contains("\"id\":" + id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "{\"action\":\"ping\"}", "{\"type\":\"ping\"}"})
  void answersAPing(String ping) {
    JsonNode answer = socket.ask(ping);

    assertThat(answer.toString())
        .isEqualTo("{\"type\":\"pong\",\"timestamp\":\"" + TestServer.CLOCK.instant() + "\"}");
  }

  @Test
  void doesNotAnswerAPong() throws IOException {
    socket.say("{\"type\":\"pong\"}");

    assertThat(socket.client().isSilentFor(QUIET_MILLIS)).isTrue();
    assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                                           | invalid_json",
        "{                                                            | invalid_json",
        "{} {}                                                        | invalid_json",
        "PANG                                                         | invalid_json",
        "{\"id\":1,\"id\":2}                                          | invalid_json",
        "[]                                                           | invalid_message",
        "\"ping\"                                                     | invalid_message",
        "{}                                                           | invalid_message",
        "{\"action\":7}                                               | invalid_message",
        "{\"action\":\"ping\",\"id\":1.5}                             | invalid_message",
        "{\"action\":\"ping\",\"id\":{}}                              | invalid_message",
        "{\"action\":\"fly\"}                                         | unknown_action",
        "{\"action\":\"SUBSCRIBE\",\"events\":[]}                     | unknown_action",
        "{\"action\":\"subscribe\"}                                   | invalid_message",
        "{\"action\":\"subscribe\",\"events\":\"alert.*\"}            | invalid_message",
        "{\"action\":\"subscribe\",\"events\":[1]}                    | invalid_message",
        "{\"action\":\"subscribe\",\"events\":[\"job.*\",\"\"]}       | invalid_pattern",
        "{\"action\":\"subscribe\",\"events\":[\"[a\"]}               | invalid_pattern",
        "{\"action\":\"unsubscribe\",\"events\":[\"[a\"]}             | invalid_pattern",
        "{\"action\":\"unsubscribe\",\"events\":7}                    | invalid_message",
        "{\"action\":\"publish\"}                                     | invalid_message",
        "{\"action\":\"publish\",\"event\":[]}                        | invalid_message",
        "{\"action\":\"publish\",\"event\":{\"type\":\"no.type\"}}    | unknown_event_type",
        "{\"action\":\"publish\",\"event\":{\"type\":\"ping\"}}       | reserved_event_type",
        "{\"action\":\"publish\",\"event\":{\"type\":\"alert.deleted\"}} | invalid_payload",
        "{\"action\":\"resume\"}                                      | invalid_message",
      })
  void answersAnErrorAndGoesOn(String message, String error) {
    JsonNode answer = socket.ask(message == null ? "" : message);

    assertThat(answer.path("type").asString()).isEqualTo("error");
    assertThat(answer.path("payload").path("error").asString()).isEqualTo(error);
    assertThat(answer.path("payload").path("message").asString()).isNotEmpty();
    assertThat(answer.path("timestamp").asString()).isNotEmpty();
    assertThat(socket.ask("ping").path("type").asString()).isEqualTo("pong");
  }

  @Test
  void namesEveryFaultOfAPayload() {
    JsonNode answer =
        socket.ask(
            publish(
                "1", "{\"type\":\"job.progress\",\"payload\":{\"job_id\":7,\"progress\":101}}"));

    assertThat(
            answer
                .path("payload")
                .path("details")
                .path("errors")
                .valueStream()
                .map(e -> e.path("path").asString()))
        .containsExactlyInAnyOrder("/job_id", "/progress", "/job_type", "/status");
    assertThat(answer.path("id").asInt()).isEqualTo(1);
  }

  @Test
  void changesNothingWhenAnActionFails() {
    socket.subscribe("alert.*");
    socket.ask("{\"action\":\"subscribe\",\"events\":[\"job.*\",\"[\"]}");
    socket.ask("{\"action\":\"unsubscribe\",\"events\":[\"alert.*\",\"\"]}");

    server.publish(TestServer.job(1));
    long alert = server.publish(TestServer.alert("a"));
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(alert);
  }

  @Test
  void holdsTwoHundredAndFiftySixPatterns() {
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < 255; i++) {
      patterns.add("p" + i);
    }
    socket.subscribe(patterns.toArray(String[]::new));

    JsonNode answer = socket.ask("{\"action\":\"subscribe\",\"events\":[\"p0\",\"q1\",\"q2\"]}");
    assertThat(answer.path("payload").path("error").asString()).isEqualTo("too_many_patterns");

    assertThat(socket.subscribe("p0", "q1").path("events").size()).isEqualTo(2);
    assertThat(socket.ask("{\"action\":\"subscribe\",\"events\":[\"q2\"]}").path("type").asString())
        .isEqualTo("error");
  }

  @Test
  void acknowledgesBeforeTheFirstEvent() {
    for (int round = 0; round < 50; round++) {
      try (RawWebSocket quick = server.socket("?events=none")) {
        quick.send(
            concat(
                RawWebSocket.textFrame("{\"action\":\"subscribe\",\"events\":[\"alert.*\"]}"),
                RawWebSocket.textFrame(publish("1", TestServer.alert("a")))));

        assertThat(quick.message().path("action").asString()).isEqualTo("subscribed");
        // The answer and the event come in either order.
        JsonNode one = quick.message();
        JsonNode other = quick.message();
        JsonNode event = one.has("previous") ? one : other;
        JsonNode answer = one.has("previous") ? other : one;
        assertThat(event.path("sequence")).isEqualTo(answer.path("sequence"));
      }
    }
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
