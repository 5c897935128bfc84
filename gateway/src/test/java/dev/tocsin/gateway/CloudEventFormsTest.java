package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// CloudEvents on connections that go on: WebSockets, server-sent events, lines.
class CloudEventFormsTest {

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void publish(String event) {
    assertThat(server.ask(RawClient.post("/api/v1/events", event)).status()).isEqualTo(201);
  }

  private static long newest() {
    return server.hub.log().state().newest();
  }

  private static String line(RawClient client) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = client.readByte(); b != '\n'; b = client.readByte()) {
      line.append((char) b);
    }
    return line.toString();
  }

  /// The next line that begins so.
  private static String line(RawClient client, String begin) throws IOException {
    while (true) {
      String line = line(client);
      if (line.startsWith(begin)) {
        return line;
      }
    }
  }

  /// What a client accepts may say what is to stand in the stream, and nothing of what the stream is made of.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/sse/events?last=1&events=alert.*",
        "/api/v1/events?follow=true&last=1&events=alert.*"
      })
  void whoAcceptsCloudEventsAloneGetsThem(String path) throws IOException {
    publish(TestServer.alert("a"));
    for (String accept :
        new String[] {"application/cloudevents+json", "application/cloudevents-batch+json"}) {
      try (RawClient client = server.client().send(get(path, "Accept: " + accept))) {
        assertThat(client.answerToHead().status()).isEqualTo(200);
        assertThat(line(client, path.startsWith("/sse") ? "data: {\"spec" : "{\"spec"))
            .contains("tocsin.alert.deleted");
      }
    }
    for (String accept :
        new String[] {
          "application/cloudevents+json;q=0", "text/html", "application/cloudevents+xml"
        }) {
      try (RawClient client =
          server.client().send(get(path + "&format=cloudevents", "Accept: " + accept))) {
        assertThat(client.answer().problem()).isEqualTo("406 not_acceptable");
      }
    }
  }

  private static void checkAlert(JsonNode event, long sequence) {
    String epoch = server.hub.log().state().epoch();
    assertThat(event.path("specversion").asString()).isEqualTo("1.0");
    assertThat(event.path("type").asString()).isEqualTo("tocsin.alert.deleted");
    assertThat(event.path("id").asString()).isEqualTo(epoch + ":" + sequence);
    assertThat(event.path("source").asString()).isEqualTo("/tocsin/" + epoch);
    assertThat(event.path("subject").asString()).isEqualTo("a");
    assertThat(event.path("sequence").asString()).isEqualTo(String.valueOf(sequence));
    assertThat(event.at("/data/id").asString()).isEqualTo("a");
  }

  @Test
  void webSocketThatOffersTheSubprotocolGetsThem() {
    try (RawClient client = server.client()) {
      client.send(
          RawWebSocket.handshake(
              "/ws/events?events=alert.*", "Sec-WebSocket-Protocol: other, cloudevents.json"));
      assertThat(client.answer().header("sec-websocket-protocol")).isEqualTo("cloudevents.json");
      RawWebSocket socket = RawWebSocket.of(client);
      JsonNode established = socket.message();
      assertThat(established.path("type").asString()).isEqualTo("connection.established");

      publish(TestServer.alert("a"));

      JsonNode event = socket.message();
      checkAlert(event, newest());
      assertThat(Long.parseLong(event.path("previous").asString()))
          .isLessThanOrEqualTo(established.at("/payload/sequence").asLong());
      long since = newest() - 1;
      assertThat(
              socket
                  .ask("{\"action\":\"resume\",\"since\":" + since + "}")
                  .path("action")
                  .asString())
          .isEqualTo("resumed");
      JsonNode again = socket.message();
      checkAlert(again, newest());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Protocol: other",
        "Sec-WebSocket-Protocol: cloudevents.jsonx",
        "X: y"
      })
  void othersGetEnvelopes(String header) {
    try (RawClient client = server.client()) {
      client.send(RawWebSocket.handshake("/ws/events?events=alert.*", header));
      assertThat(client.answer().header("sec-websocket-protocol")).isNull();
      RawWebSocket socket = RawWebSocket.of(client);
      socket.message();

      publish(TestServer.alert("a"));

      assertThat(socket.message().has("payload")).isTrue();
    }
  }

  @Test
  void eventsWithWhichASubscriptionBeginsSaySo() {
    publish(TestServer.alert("a"));
    long newest = newest();
    try (RawClient client = server.client()) {
      client.send(
          RawWebSocket.handshake(
              "/ws/events?events=alert.*&last=1", "Sec-WebSocket-Protocol: cloudevents.json"));
      client.answer();
      RawWebSocket socket = RawWebSocket.of(client);
      socket.message();

      JsonNode initial = socket.message();

      checkAlert(initial, newest);
      assertThat(initial.path("initial").asBoolean()).isTrue();
      assertThat(initial.has("previous")).isFalse();
    }
  }

  @Test
  void serverSentEventsCarryThem() throws IOException {
    try (RawClient client = server.client()) {
      client.send(
          get("/sse/events?events=alert.*&format=cloudevents", "Accept: text/event-stream"));
      assertThat(line(client, "event: ").strip()).isEqualTo("event: established");
      line(client, "data: ");

      publish("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\n\"a\"}}");

      String data = line(client, "data: ").substring("data: ".length());
      checkAlert(json(data), newest());
    }
  }

  @Test
  void linesAreThem() throws IOException {
    try (RawClient client = server.client()) {
      client.send(get("/api/v1/events?follow=true&events=alert.*&format=cloudevents"));
      line(client, "\r");

      publish("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\r\n\"a\"}}");

      checkAlert(json(line(client, "{")), newest());
    }
  }

  private static JsonNode json(String text) {
    return new tools.jackson.databind.json.JsonMapper()
        .readTree(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
