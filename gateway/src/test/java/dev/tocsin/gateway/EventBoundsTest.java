package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How long an event may be, and that one which was received can be published again.
class EventBoundsTest {

  private static final int MAX = 64 * 1024;

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /// An event of exactly so many bytes.
  private static String event(int bytes, String more) {
    String start = "{\"type\":\"alert.deleted\"," + more + "\"payload\":{\"id\":\"";
    return start + "x".repeat(bytes - start.length() - 3) + "\"}}";
  }

  private static int publish(String type, String event) {
    return server.ask(request("POST", "/api/v1/events", event, "Content-Type: " + type)).status();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x-ndjson"})
  void anEventIs64KiBLongAndNotAByteLonger(String type) {
    int refused = type.endsWith("ndjson") ? 422 : 413;

    assertThat(publish(type, event(MAX, ""))).isLessThan(300);
    assertThat(publish(type, event(MAX + 1, ""))).isEqualTo(refused);
    assertThat(publish(type, event(MAX + 1, "\"previous\":7,"))).isEqualTo(refused);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x-ndjson"})
  void oneThatWasReceivedMayBeLongerByWhatTheServerAdds(String type) {
    int refused = type.endsWith("ndjson") ? 422 : 413;

    assertThat(publish(type, event(MAX + 512, "\"sequence\":7,"))).isLessThan(300);
    assertThat(publish(type, event(MAX + 513, "\"sequence\":7,"))).isEqualTo(refused);
  }

  @Test
  void theLongestEventCanBePublishedAgainAsItWasReceived() {
    assertThat(publish("application/json", event(MAX, ""))).isEqualTo(201);
    String history = server.ask(request("GET", "/api/v1/events?since=0&limit=1000", "")).text();
    int start = history.lastIndexOf("{\"type\":\"alert.deleted\"");
    String received = history.substring(start, history.indexOf("],\"next_since\""));

    assertThat(received.length()).isGreaterThan(MAX);
    assertThat(publish("application/json", received)).isEqualTo(201);
    assertThat(publish("application/x-ndjson", received)).isEqualTo(200);
  }
}
