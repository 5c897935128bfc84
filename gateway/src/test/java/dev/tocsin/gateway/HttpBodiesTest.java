package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.http.Transport;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies: their type, their size, and how they come.
class HttpBodiesTest {

  private static final String EVENTS = "/api/v1/events";
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json;charset=UTF8",
        "application/json; charset=\"UTF-8\"",
        "application/json ; charset=utf-8 ; x=y",
      })
  void understandsJson(String type) {
    HttpAnswer answer =
        server.ask(request("POST", EVENTS, TestServer.alert("a"), "Content-Type: " + type));

    assertThat(answer.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Nothing: 1",
        "Content-Type: text/plain",
        "Content-Type:",
        "Content-Type: application/json; charset=iso-8859-1",
        "Content-Type: application/x-ndjson; charset=utf-16",
        "Content-Type: application/jsonl",
        "Content-Type: application/json\r\nContent-Type: application/json",
        "Content-Type: application/json\r\nContent-Type: text/plain",
        "Content-Type: application/json\r\nContent-Encoding: gzip",
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: application/x-www-form-urlencoded",
      })
  void understandsNothingElse(String header) {
    HttpAnswer answer = server.ask(request("POST", EVENTS, TestServer.alert("a"), header));

    assertThat(answer.problem()).isEqualTo("415 unsupported_media_type");
    HttpRoutesTest.assertProblem(answer);
    HttpAnswer validation =
        server.ask(request("POST", "/api/v1/catalog/alert.deleted/validate", "{}", header));
    assertThat(validation.status()).isEqualTo(415);
  }

  @Test
  void takesABodyOfTheGreatestSizeAndNoMore() {
    String empty = TestServer.large("a", 0);
    String largest = TestServer.large("a", MAX - empty.length());
    String larger = TestServer.large("a", MAX - empty.length() + 1);

    assertThat(server.ask(post(EVENTS, largest)).status()).isEqualTo(201);
    assertThat(server.ask(post(EVENTS, larger)).problem()).isEqualTo("413 message_too_large");
    assertThat(server.ask(chunked(largest)).status()).isEqualTo(201);
    assertThat(server.ask(chunked(larger)).problem()).isEqualTo("413 message_too_large");
  }

  /// What was received has a `sequence`, which makes it no exception.
  @Test
  void anEventWithASequenceMayBeNoLongerThanOthers() {
    String received = TestServer.alert("a").replace("{\"type\"", "{\"sequence\":7,\"type\"");
    String longest = received.replace("\"a\"", "\"a" + "x".repeat(MAX - received.length()) + "\"");

    assertThat(server.ask(post(EVENTS, longest)).status()).isEqualTo(201);
    assertThat(server.ask(post(EVENTS, longest + " ")).problem())
        .isEqualTo("413 message_too_large");
    HttpAnswer lines =
        server.ask(
            request(
                "POST",
                EVENTS,
                longest + "\n" + longest + " \n",
                "Content-Type: application/x-ndjson"));
    assertThat(lines.json().path("accepted").asInt()).isEqualTo(1);
    assertThat(lines.json().path("rejected").path(0).path("error").asString())
        .isEqualTo("message_too_large");
  }

  private static String chunked(String body) {
    return request(
            "POST", EVENTS, "", "Content-Type: application/json", "Transfer-Encoding: chunked")
        + chunk(body)
        + "0\r\n\r\n";
  }

  @Test
  void refusesALargeBodyBeforeItComes() {
    try (RawClient client = server.client()) {
      HttpAnswer answer =
          client.ask(
              request(
                  "POST", EVENTS, "", "Content-Type: application/json", "Content-Length: 65537"));

      assertThat(answer.problem()).isEqualTo("413 message_too_large");
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void tellsWhoAsksFirst() {
    try (RawClient client = server.client()) {
      String body = TestServer.alert("a");
      client.send(
          request(
              "POST",
              EVENTS,
              "",
              "Content-Type: application/json",
              "Expect: 100-continue",
              "Content-Length: " + body.length()));
      assertThat(client.answer().status()).isEqualTo(100);

      assertThat(client.ask(body).status()).isEqualTo(201);
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/events | application/json | 65537 | 413 message_too_large",
        "/api/v1/events | text/plain       | 10    | 415 unsupported_media_type",
        "/healthz       | application/json | 10    | 405 method_not_allowed",
        "/nothing       | application/json | 99999 | 404 not_found",
      })
  void refusesAtOnceWhoAsksFirst(String path, String type, int length, String problem) {
    try (RawClient client = server.client()) {
      HttpAnswer answer =
          client.ask(
              request(
                  "POST",
                  path,
                  "",
                  "Content-Type: " + type,
                  "Expect: 100-continue",
                  "Content-Length: " + length));

      assertThat(answer.problem()).isEqualTo(problem);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void answersInterimAndHeadInTheRightOrder() {
    try (RawClient client = server.client()) {
      String body = TestServer.alert("a");
      client.send(
          request(
                  "POST",
                  EVENTS,
                  "",
                  "Content-Type: application/json",
                  "Expect: 100-continue",
                  "Content-Length: " + body.length())
              + body
              + request("HEAD", "/healthz", "")
              + get("/readyz"));

      assertThat(client.answer().status()).isEqualTo(100);
      HttpAnswer created = client.answer();
      assertThat(created.status()).isEqualTo(201);
      assertThat(created.json().path("sequence").asLong()).isPositive();
      assertThat(client.answerToHead().status()).isEqualTo(200);
      assertThat(client.answer().text()).contains("ready");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void saysThatABodyIsTooLargeWhileItIsStillComing(Transport transport) {
    try (TestServer mine = TestServer.start(transport);
        RawClient client = mine.client()) {
      int length = 10 << 20;
      client.send(
          request(
              "POST", EVENTS, "", "Content-Type: application/json", "Content-Length: " + length));
      byte[] piece = new byte[1 << 16];
      boolean all = true;
      for (int sent = 0; all && sent < length; sent += piece.length) {
        all = client.trySend(piece);
      }

      assertThat(all).isTrue();
      assertThat(client.answer().problem()).isEqualTo("413 message_too_large");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void saysSoForChunksToo() {
    try (RawClient client = server.client()) {
      client.send(
          request(
              "POST", EVENTS, "", "Content-Type: application/json", "Transfer-Encoding: chunked"));
      String piece = chunk("x".repeat(16_000));
      for (int i = 0; i < 200; i++) {
        assertThat(client.trySend(piece.getBytes(StandardCharsets.US_ASCII))).isTrue();
      }

      assertThat(client.answer().problem()).isEqualTo("413 message_too_large");
    }
  }

  /// What is refused anyway is refused for its own reason, however large its body is.
  @Test
  void refusesALargeChunkedBodyForTheFirstReason() {
    String body = chunk("x".repeat(40_000)) + chunk("x".repeat(40_000)) + "0\r\n\r\n";
    String chunked = "Transfer-Encoding: chunked";

    assertThat(server.ask(request("POST", "/nothing", "", chunked) + body).problem())
        .isEqualTo("404 not_found");
    assertThat(
            server
                .ask(request("POST", EVENTS, "", chunked, "Origin: http://evil.example") + body)
                .problem())
        .isEqualTo("403 forbidden");
  }

  @Test
  void takesChunksOfOneByte() {
    String event = TestServer.large("ä€𝄞", 5_000);
    StringBuilder chunks = new StringBuilder();
    for (byte b : event.getBytes(StandardCharsets.UTF_8)) {
      chunks.append("1\r\n").append((char) (b & 0xFF)).append("\r\n");
    }
    try (RawClient client = server.client()) {
      client.send(
          request(
              "POST", EVENTS, "", "Content-Type: application/json", "Transfer-Encoding: chunked"));
      client.send(chunks.toString().getBytes(StandardCharsets.ISO_8859_1));

      assertThat(client.ask("0\r\n\r\n").status()).isEqualTo(201);
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void takesChunkExtensionsAndTrailers() {
    String event = TestServer.alert("a");
    String body =
        Integer.toHexString(event.length())
            + ";name=value\r\n"
            + event
            + "\r\n"
            + "0\r\nX-Sum: 1\r\n\r\n";
    try (RawClient client = server.client()) {
      HttpAnswer answer =
          client.ask(
              request(
                      "POST",
                      EVENTS,
                      "",
                      "Content-Type: application/json",
                      "Transfer-Encoding: chunked")
                  + body);

      assertThat(answer.status()).isEqualTo(201);
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void takesBytesOneAtATime() {
    try (RawClient client = server.client()) {
      for (byte b : post(EVENTS, TestServer.alert("a")).getBytes(StandardCharsets.UTF_8)) {
        client.send(new byte[] {b});
      }

      assertThat(client.answer().status()).isEqualTo(201);
    }
  }

  @Test
  void readsTheBodyOfARequestThatNeedsNone() {
    try (RawClient client = server.client()) {
      assertThat(client.ask(request("GET", "/healthz", "a body")).status()).isEqualTo(200);
      assertThat(client.ask(get("/readyz")).status()).isEqualTo(200);
    }
  }
}
