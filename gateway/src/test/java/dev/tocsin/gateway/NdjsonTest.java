package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Flood;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `POST /api/v1/events` with one event a line.
class NdjsonTest {

  private static final String TYPE = "Content-Type: application/x-ndjson";
  private static final String STREAM =
      request("POST", "/api/v1/events", "", TYPE, "Transfer-Encoding: chunked");
  private static final String LAST_CHUNK = "0\r\n\r\n";
  private static final int MAX_LINE = 64 * 1024;

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpAnswer publish(String body) {
    return server.ask(request("POST", "/api/v1/events", body, TYPE, "X: y"));
  }

  @Test
  void acceptsLinesInTheirOrder() {
    try (RawWebSocket reader = server.socket("")) {
      HttpAnswer answer =
          publish(TestServer.alert("a") + "\n" + TestServer.job(3) + "\n" + TestServer.alert("c"));

      long first = reader.position() + 1;
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text())
          .isEqualTo(
              "{\"accepted\":3,\"rejected\":[],\"rejected_count\":0,\"first_sequence\":"
                  + first
                  + ",\"last_sequence\":"
                  + (first + 2)
                  + "}");
      assertThat(reader.message().path("payload").path("id").asString()).isEqualTo("a");
      assertThat(reader.message().path("payload").path("progress").asInt()).isEqualTo(3);
      assertThat(reader.message().path("payload").path("id").asString()).isEqualTo("c");
    }
  }

  @Test
  void countsEveryLineAndSkipsEmptyOnes() {
    HttpAnswer answer =
        publish(
            "\n\r\n"
                + TestServer.alert("a")
                + "\r\n  \t\n{\r\n\n"
                + TestServer.alert("b")
                + "\n[]");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
    assertThat(rejections(answer)).containsExactly("5 invalid_json", "8 invalid_message");
  }

  private static List<String> rejections(HttpAnswer answer) {
    return answer
        .json()
        .path("rejected")
        .valueStream()
        .map(r -> r.path("line").asInt() + " " + r.path("error").asString())
        .toList();
  }

  @Test
  void tellsWhatIsWrongWithALine() {
    HttpAnswer answer = publish(TestServer.alert("a") + "\n" + TestServer.job(101) + "\n");

    JsonNode rejection = answer.json().path("rejected").get(0);
    assertThat(rejection.path("error").asString()).isEqualTo("invalid_payload");
    assertThat(rejection.path("message").asString()).isNotEmpty();
    assertThat(rejection.path("details").path("errors").get(0).path("path").asString())
        .isEqualTo("/progress");
  }

  @Test
  void refusesALineThatIsTooLongAndGoesOn() {
    String empty = TestServer.large("a", 0);
    String largest = TestServer.large("a", MAX_LINE - empty.length());

    HttpAnswer answer =
        publish(largest + "\r\n" + largest + " \n" + "x".repeat(300_000) + "\n" + largest);

    assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
    assertThat(rejections(answer)).containsExactly("2 message_too_large", "3 message_too_large");
  }

  @Test
  void namesTheFirstThousandAndCountsAll() {
    HttpAnswer answer = publish("{\n".repeat(1_500) + TestServer.alert("a"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("rejected").size()).isEqualTo(1_000);
    assertThat(answer.json().path("rejected_count").asInt()).isEqualTo(1_500);
    assertThat(answer.json().path("rejected").get(999).path("line").asInt()).isEqualTo(1_000);
  }

  @Test
  void isAFailureWhenNoLineIsGood() {
    HttpAnswer answer = publish("{\n" + TestServer.job(101) + "\n");

    assertThat(answer.status()).isEqualTo(422);
    HttpRoutesTest.assertProblem(answer);
    assertThat(answer.json().path("accepted").asInt(-1)).isZero();
    assertThat(rejections(answer)).containsExactly("1 invalid_json", "2 invalid_payload");
    assertThat(answer.json().path("rejected_count").asInt()).isEqualTo(2);
    assertThat(answer.json().has("first_sequence")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n \n\t"})
  void takesABodyWithoutLines(String body) {
    String length = body.isEmpty() ? "Content-Length: 0" : "X: y";
    HttpAnswer answer = server.ask(request("POST", "/api/v1/events", body, TYPE, length));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"accepted\":0,\"rejected\":[],\"rejected_count\":0}");
  }

  @Test
  void takesPiecesOfAnySize() {
    String body = TestServer.alert("ä€") + "\r\n{\n" + TestServer.alert("b");
    try (RawClient client = server.client()) {
      client.send(request("POST", "/api/v1/events", "", TYPE, "Transfer-Encoding: chunked"));
      for (byte b : body.getBytes(StandardCharsets.UTF_8)) {
        client.send(new byte[] {'1', '\r', '\n', b, '\r', '\n'});
      }
      HttpAnswer answer = client.ask("0\r\n\r\n");

      assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
      assertThat(rejections(answer)).containsExactly("2 invalid_json");
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void deliversWhileTheStreamIsStillOpen() {
    try (RawWebSocket reader = server.socket("?events=alert.*");
        RawClient client = server.client()) {
      client.send(request("POST", "/api/v1/events", "", TYPE, "Transfer-Encoding: chunked"));
      for (int i = 0; i < 20; i++) {
        client.send(chunk(TestServer.alert("a" + i) + "\n"));
        assertThat(reader.message().path("payload").path("id").asString()).isEqualTo("a" + i);
      }

      assertThat(client.ask("0\r\n\r\n").json().path("accepted").asInt()).isEqualTo(20);
    }
  }

  @Test
  void asksForAStreamThatIsAnnounced() {
    try (RawClient client = server.client()) {
      client.send(
          request(
              "POST",
              "/api/v1/events",
              "",
              TYPE,
              "Expect: 100-continue",
              "Transfer-Encoding: chunked"));
      assertThat(client.answer().status()).isEqualTo(100);

      HttpAnswer answer = client.ask(chunk(TestServer.alert("a")) + "0\r\n\r\n");
      assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
    }
  }

  /// 50 MB through a server that may not hold them.
  @Test
  void streamsWithoutHoldingTheBody() throws Exception {
    int lines = 50_000;
    String line = TestServer.large("a", 950) + "\n";
    byte[] piece = line.repeat(50).getBytes(StandardCharsets.UTF_8);
    long length = (long) line.length() * lines;
    long before = server.hub.log().state().newest();
    try (RawClient client = server.client()) {
      client.send(request("POST", "/api/v1/events", "", TYPE, "Content-Length: " + length));
      for (int i = 0; i < lines / 50; i++) {
        client.send(piece);
      }
      HttpAnswer answer = client.answer();

      assertThat(answer.json().path("accepted").asInt()).isEqualTo(lines);
      assertThat(answer.json().path("last_sequence").asLong()).isEqualTo(before + lines);
    }
  }

  @Test
  void isNoFasterThanTheLog() {
    StallingLog log = new StallingLog();
    try (TestServer slow = TestServer.start(log, Transport.AUTO);
        RawClient client = slow.client()) {
      String line = TestServer.large("a", 10_000) + "\n";
      client.send(request("POST", "/api/v1/events", "", TYPE, "Content-Length: 9999999999"));
      Flood flood = Flood.of(client, line.getBytes(StandardCharsets.UTF_8));

      log.let();
      flood.awaitStandstill();
      assertThat(log.waiting()).isLessThanOrEqualTo(1);

      log.refuse();
      HttpAnswer answer = client.answer();
      assertThat(answer.problem()).isEqualTo("503 unavailable");
      assertThat(answer.json().path("accepted").asInt()).isEqualTo(log.state().newest());
      assertThat(answer.json().path("rejected_count").asInt()).isPositive();
    }
  }

  @Test
  void publishesTogetherWhatComesWhileTheLogIsAtWork() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer slow = new EmbeddedServer(log)) {
      slow.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      slow.receive(chunk(TestServer.alert("b") + "\n"));
      slow.receive(chunk(TestServer.alert("c") + "\n") + LAST_CHUNK);
      assertThat(log.waitingEvents()).isEqualTo(1);

      log.let();
      slow.runTasks();
      assertThat(log.waiting()).isEqualTo(1);
      assertThat(log.waitingEvents()).isEqualTo(2);
      assertThat(slow.said()).isEmpty();

      log.let();
      assertThat(slow.said()).startsWith("HTTP/1.1 200").contains("\"accepted\":3");
    }
  }

  @Test
  void readsOnlySoMuchWhileTheLogIsAtWork() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer slow = new EmbeddedServer(log)) {
      slow.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      String line = TestServer.large("b", 10_000) + "\n";
      for (int bytes = 0;
          bytes < Limits.MAX_PUBLISHES_BYTES;
          bytes += line.length() - 1 + Limits.LINE_BYTES) {
        assertThat(slow.hasAskedForMore()).isTrue();
        slow.receive(chunk(line));
      }
      assertThat(slow.hasAskedForMore()).isFalse();

      log.let();
      slow.runTasks();
      assertThat(slow.hasAskedForMore()).isTrue();
    }
  }

  @Test
  void readsOnlySoManyShortLinesWhileTheLogIsAtWork() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer slow = new EmbeddedServer(log)) {
      slow.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      assertThat(slow.hasAskedForMore()).isTrue();
      slow.receive(chunk("x\n".repeat(Limits.MAX_PUBLISHES_BYTES / (Limits.LINE_BYTES + 1) + 1)));

      assertThat(slow.hasAskedForMore()).isFalse();
    }
  }

  @Test
  void namesBadLinesInTheirOrderHoweverTheyCome() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer slow = new EmbeddedServer(log)) {
      slow.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      slow.receive(chunk("{\n"));
      slow.receive(chunk("x".repeat(MAX_LINE + 1) + "\n") + LAST_CHUNK);
      log.let();

      assertThat(slow.said())
          .containsSubsequence(
              "\"line\":2,\"error\":\"invalid_json", "\"line\":3,\"error\":\"message_too_large");
    }
  }

  @Test
  void publishesNothingAfterALineThatTheLogDidNotTake() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer slow = new EmbeddedServer(log)) {
      slow.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      slow.receive(chunk(TestServer.alert("b") + "\n"));
      log.refuse();

      assertThat(slow.said()).startsWith("HTTP/1.1 503").contains("\"next_line\":1");
      assertThat(log.waiting()).isZero();
    }
  }

  @Test
  void saysWhereToGoOnWhenTheLogBreaks() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer broken = new EmbeddedServer(log)) {
      broken.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      broken.receive(chunk(TestServer.alert("b") + "\n"));
      log.let();
      broken.runTasks();
      log.fail();

      assertThat(broken.said())
          .startsWith("HTTP/1.1 503")
          .contains("\"accepted\":1", "\"next_line\":2", "\"uncertain\":true");
      assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug in the log");
    }
  }

  @Test
  void takesNothingMoreWhenTheServerStopsWhileTheLogIsAtWork() {
    StallingLog log = new StallingLog();
    try (EmbeddedServer slow = new EmbeddedServer(log)) {
      slow.receive(STREAM + chunk(TestServer.alert("a") + "\n"));
      slow.receive(chunk(TestServer.alert("b") + "\n{\"ty"));
      slow.connections().goAway();
      slow.receive(chunk(TestServer.alert("c") + "\n") + LAST_CHUNK);
      log.let();
      slow.runTasks();
      log.let();

      assertThat(slow.said())
          .startsWith("HTTP/1.1 503")
          .contains("\"accepted\":2")
          .contains("\"next_line\":3");
      assertThat(log.waiting()).isZero();
    }
  }

  /// The answer is written once, also when it cannot be written at once.
  @Test
  void answersOnce() {
    try (RawClient client = server.client()) {
      String bad = "{\n".repeat(1_000);
      int rounds = 15;
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < rounds; i++) {
        requests.append(request("POST", "/api/v1/events", bad + TestServer.alert("a" + i), TYPE));
      }
      Thread.ofPlatform().daemon().start(() -> client.send(requests.toString()));

      for (int i = 0; i < rounds; i++) {
        assertThat(client.answer().json().path("accepted").asInt()).isEqualTo(1);
      }
      assertThat(client.ask(get("/healthz")).text()).contains("ok");
    }
  }
}
