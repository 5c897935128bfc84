package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Publishes that are repeated.
class IdempotencyTest {

  private static String keyed(String key, String body) {
    return post("/api/v1/events", body)
        .replaceFirst("\r\n", "\r\nIdempotency-Key: " + key + "\r\n");
  }

  @Test
  void aRepeatedPublishHasTheFirstOnesAnswerAndMakesNoSecondEvent() {
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      HttpAnswer first = client.ask(keyed("k", TestServer.alert("a")));
      HttpAnswer second = client.ask(keyed("k", TestServer.alert("a")));

      assertThat(first.status()).isEqualTo(201);
      assertThat(second.status()).isEqualTo(201);
      assertThat(second.json()).isEqualTo(first.json());
      assertThat(server.hub.log().state().newest()).isEqualTo(1);
      assertThat(server.hub.stats().published()).isEqualTo(1);
    }
  }

  @Test
  void anotherBodyUnderTheSameKeyIsAConflict() {
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      client.ask(keyed("k", TestServer.alert("a")));

      HttpAnswer answer = client.ask(keyed("k", TestServer.alert("b")));

      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.error()).isEqualTo("idempotency_conflict");
    }
  }

  @Test
  void aRefusedEventDoesNotUseUpItsKey() {
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      assertThat(client.ask(keyed("k", "{\"type\":\"nope\"}")).status()).isEqualTo(422);
      assertThat(client.ask(keyed("k", TestServer.alert("a"))).status()).isEqualTo(201);
      assertThat(client.ask(keyed("x".repeat(257), TestServer.alert("a"))).error())
          .isEqualTo("invalid_message");
    }
  }

  @Test
  void aKeyIsTheSameTextOverHttpAndWebSocket() {
    String key = "Schlüssel 鍵 " + "é".repeat(200);
    try (TestServer server = TestServer.start();
        RawClient client = server.client();
        RawWebSocket socket = server.socket("")) {
      long sequence =
          client.ask(keyed(key, TestServer.alert("a"))).json().path("sequence").asLong();

      JsonNode answer =
          socket.ask(
              "{\"action\":\"publish\",\"idempotency_key\":\""
                  + key
                  + "\",\"event\":"
                  + TestServer.alert("a")
                  + "}");

      assertThat(answer.path("sequence").asLong()).isEqualTo(sequence);
      assertThat(server.hub.log().state().newest()).isEqualTo(1);
    }
  }

  @Test
  void oneKeyIsEnough() {
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      HttpAnswer answer = client.ask(keyed("k\r\nIdempotency-Key: l", TestServer.alert("a")));

      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.json().path("detail").asString())
          .isEqualTo("Idempotency-Key may be there once");
    }
  }

  @Test
  void theActionHasAKeyOfItsOwnAndSharesTheNames() {
    try (TestServer server = TestServer.start();
        RawWebSocket socket = server.socket("?events=none.none")) {
      String publish =
          "{\"action\":\"publish\",\"idempotency_key\":\"k\",\"event\":"
              + TestServer.alert("a")
              + "}";
      JsonNode first = socket.ask(publish);
      assertThat(first.path("action").asString()).isEqualTo("published");
      assertThat(socket.ask(publish)).isEqualTo(first);
      assertThat(
              socket
                  .ask(publish.replace("\"a\"", "\"c\""))
                  .path("payload")
                  .path("error")
                  .asString())
          .isEqualTo("idempotency_conflict");
    }
  }
}
