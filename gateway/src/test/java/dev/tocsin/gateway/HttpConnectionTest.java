package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Flood;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What one connection does from its first request to its end.
class HttpConnectionTest {

  private static final String EVENTS = "/api/v1/events";

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void answersPipelinedRequestsInOrder(Transport transport) {
    try (TestServer server = TestServer.start(transport);
        RawClient client = server.client()) {
      assertThat(server.gateway.transport()).isEqualToIgnoringCase(transport.name());
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        requests.append(
            switch (i % 5) {
              case 0 -> get("/healthz");
              case 1 -> post(EVENTS, TestServer.alert("a" + i));
              case 2 -> post(EVENTS, "{");
              case 3 -> request("HEAD", "/api/v1/catalog", "");
              default -> get("/api/v1/catalog");
            });
      }
      client.send(requests.toString());

      long sequence = 0;
      for (int i = 0; i < 50; i++) {
        switch (i % 5) {
          case 0 -> assertThat(client.answer().text()).contains("ok");
          case 1 ->
              assertThat(client.answer().json().path("sequence").asLong()).isEqualTo(++sequence);
          case 2 -> assertThat(client.answer().problem()).isEqualTo("400 invalid_json");
          case 3 -> assertThat(client.answerToHead().status()).isEqualTo(200);
          default -> assertThat(client.answer().text()).contains("event_types");
        }
      }
    }
  }

  /// The log answers later, on another thread.
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void answersInOrderWhenTheLogIsSlow(Transport transport) {
    StallingLog log = new StallingLog();
    try (TestServer server = TestServer.start(log, transport);
        RawClient client = server.client()) {
      client.send(
          post(EVENTS, TestServer.alert("a"))
              + get("/healthz")
              + post(EVENTS, TestServer.alert("b"))
              + get("/readyz"));

      log.let();
      assertThat(client.answer().status()).isEqualTo(201);
      assertThat(client.answer().text()).contains("ok");
      log.let();
      assertThat(client.answer().status()).isEqualTo(201);
      assertThat(client.answer().text()).contains("ready");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void answersAClientThatHasFinishedSending(Transport transport) {
    StallingLog log = new StallingLog();
    try (TestServer server = TestServer.start(log, transport);
        RawClient client = server.client()) {
      client
          .send(post(EVENTS, TestServer.alert("a")) + get("/healthz"))
          .send(post(EVENTS, TestServer.alert("b")))
          .finishSending();

      log.let();
      assertThat(client.answer().status()).isEqualTo(201);
      assertThat(client.answer().status()).isEqualTo(200);
      log.let();
      assertThat(client.answer().status()).isEqualTo(201);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void letsGoOfAClientThatLeavesInTheMiddle(Transport transport) {
    try (TestServer server = TestServer.start(transport)) {
      for (String part :
          new String[] {
            "",
            "GET /heal",
            post(EVENTS, "{}").substring(0, 90),
            "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Type: application/x-ndjson\r\n\r\n5\r\nab"
          }) {
        try (RawClient client = server.client()) {
          assertThat(client.send(part).finishSending().rest())
              .as(part)
              .doesNotContain("HTTP/1.1 2");
        }
      }
    }
  }

  @Test
  void answersFailuresOfTheLog() {
    StallingLog log = new StallingLog();
    try (TestServer server = TestServer.start(log, Transport.AUTO);
        RawClient client = server.client()) {
      client.send(post(EVENTS, TestServer.alert("a")));
      log.refuse();
      assertThat(client.answer().problem()).isEqualTo("503 unavailable");

      client.send(post(EVENTS, TestServer.alert("a")));
      log.fail();
      assertThat(client.answer().problem()).isEqualTo("500 internal_error");
      assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug in the log");

      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void answersAndClosesAfterAFaultOfItsOwn() {
    StallingLog log = new StallingLog();
    log.throwing = true;
    try (TestServer server = TestServer.start(log, Transport.AUTO)) {
      for (String type : new String[] {"application/json", "application/x-ndjson"}) {
        try (RawClient client = server.client()) {
          String body = TestServer.alert("a");
          HttpAnswer answer = client.ask(request("POST", EVENTS, body, "Content-Type: " + type));

          assertThat(answer.problem()).isEqualTo("500 internal_error");
          assertThat(client.isClosed()).isTrue();
          assertThat(RecordedLogs.take()).singleElement().asString().contains("a worse bug");
        }
      }
    }
  }

  @Test
  void keepsTheConnectionUnlessAskedNotTo() {
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      assertThat(client.ask(get("/healthz")).header("connection")).isNull();
      HttpAnswer last = client.ask(get("/healthz", "Connection: close"));

      assertThat(last.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void closesAfterAnOldRequestUnlessAskedNotTo() {
    String host = "Host: localhost\r\n";
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      HttpAnswer kept =
          client.ask("GET /healthz HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n\r\n");
      HttpAnswer last = client.ask("GET /healthz HTTP/1.0\r\n" + host + "\r\n");

      assertThat(kept.header("connection")).isEqualTo("keep-alive");
      assertThat(last.status()).isEqualTo(200);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void dropsWhatIsPipelinedAfterTheLastRequest() {
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      client.send(get("/healthz", "Connection: close") + post(EVENTS, TestServer.alert("a")));

      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.isClosed()).isTrue();
      assertThat(server.hub.log().state().newest()).isZero();
    }
  }

  /// Thousands of requests in one read must neither recurse nor pile up answers.
  @Test
  void servesAFloodOfSmallRequests() {
    int count = 3_000;
    try (TestServer server = TestServer.start();
        RawClient client = server.client()) {
      byte[] flood =
          "GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n"
              .repeat(count)
              .getBytes(StandardCharsets.US_ASCII);
      Thread.ofPlatform().daemon().start(() -> client.trySend(flood));

      for (int i = 0; i < count; i++) {
        assertThat(client.answer().status()).isEqualTo(200);
      }
    }
  }

  /// A client that asks for much and takes nothing is not read any further.
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void stopsReadingFromAClientThatTakesNothing(Transport transport) {
    try (TestServer server = TestServer.start(transport);
        RawClient client = RawClient.to(server.port(), 4_096)) {
      byte[] request = get("/api/v1/catalog").getBytes(StandardCharsets.US_ASCII);
      Flood.of(client, request).awaitStandstill();

      assertThat(server.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void survivesRandomBytes() {
    Random random = new Random(1);
    try (TestServer server = TestServer.start()) {
      for (int round = 0; round < 200; round++) {
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        try (RawClient client = server.client()) {
          client.trySend(noise);
        }
      }
      assertThat(server.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }
}
