package dev.tocsin.http;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {

  private static final Right WRITE = new Right("write");

  private static Response text(String text) {
    return new Response(
        HttpResponseStatus.OK, "text/plain", text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /// Sends the body back, after the name of who has sent it.
  private static final Route ECHO =
      Route.post(
          "/echo/{name}",
          WRITE,
          request ->
              new BodyExchange(request.connection()) {
                @Override
                protected void complete(byte[] body) {
                  respond(
                      text(
                          request.caller()
                              + " "
                              + request.parameter("name")
                              + " "
                              + new String(body, StandardCharsets.UTF_8)));
                }
              });

  private static final Route HELLO =
      Route.get("/hello", Right.NONE, request -> request.answer(text("hello")));

  private record Named(String name) implements Caller {

    @Override
    public String toString() {
      return name;
    }
  }

  /// Answers when the test wants it to.
  private static final class SlowDoorkeeper implements Doorkeeper {

    final List<Right> asked = new ArrayList<>();
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();

    @Override
    public CompletionStage<Verdict> admit(Knock knock) {
      asked.add(knock.right());
      verdict = new CompletableFuture<>();
      return verdict;
    }

    void admit(String name) {
      verdict.complete(new Verdict.Admitted(new Named(name)));
    }
  }

  @Test
  void readsNothingOfTheBodyUntilItIsKnownWhoAsks() {
    SlowDoorkeeper doorkeeper = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(doorkeeper, ECHO, HELLO)) {
      String whole = post("/echo/a%20b", "body") + get("/hello");
      server.receive(whole.substring(0, whole.indexOf("dy")));

      assertThat(doorkeeper.asked).containsExactly(WRITE);
      assertThat(server.hasAskedForMore()).isFalse();
      assertThat(server.said()).isEmpty();

      doorkeeper.admit("Ada");
      assertThat(server.hasAskedForMore()).isTrue();
      server.receive(whole.substring(whole.indexOf("dy")));
      assertThat(server.said()).contains("Ada a b body").doesNotContain("hello");
      assertThat(doorkeeper.asked).containsExactly(WRITE, Right.NONE);

      doorkeeper.admit("Bob");
      assertThat(server.said()).endsWith("hello");
    }
  }

  @Test
  void saysWhereThereIsSomethingIfThereIs() {
    Doorkeeper none = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(none, HELLO);
        EmbeddedHttp empty = new EmbeddedHttp(none)) {
      assertThat(server.receive(get("/x")).said())
          .contains("\"There is nothing at this path; there is something at /hello\"");
      assertThat(empty.receive(get("/x")).said()).contains("\"There is nothing at this path\"");
    }
  }

  @Test
  void sendsContinueOnlyToWhomItLetsIn() {
    SlowDoorkeeper doorkeeper = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(doorkeeper, ECHO)) {
      String whole =
          request("POST", "/echo/x", "body", "Expect: 100-continue").replaceFirst("body$", "");
      server.receive(whole);
      assertThat(server.said()).isEmpty();

      doorkeeper.admit("Ada");
      assertThat(server.said()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(server.receive("body").said()).contains("Ada x body");
    }
  }

  @Test
  void answersWhomItTurnsAwayAndGoesOn() {
    SlowDoorkeeper doorkeeper = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(doorkeeper, ECHO, HELLO)) {
      server.receive(post("/echo/x", "body") + get("/hello"));
      doorkeeper.verdict.complete(
          new Doorkeeper.Verdict.Denied(Response.problem(Problem.forbidden("not you"))));
      assertThat(server.said()).startsWith("HTTP/1.1 403").contains("not you");

      doorkeeper.admit("Ada");
      assertThat(server.said()).endsWith("hello");
    }
  }

  @Test
  void doesNotWaitForeverForTheDoorkeeper() {
    SlowDoorkeeper doorkeeper = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(doorkeeper, ECHO)) {
      server.receive(post("/echo/x", "body")).pass(30);
      assertThat(server.said()).isEmpty();
      server.pass(1);
      assertThat(server.said()).startsWith("HTTP/1.1 503").contains("connection: close");

      // Too late.
      doorkeeper.admit("Ada");
      assertThat(server.said()).isEmpty();
      assertThat(server.pass(2).isClosed()).isTrue();
    }
  }

  @Test
  void aDoorkeeperThatFailsIsAFaultOfTheServer() {
    SlowDoorkeeper doorkeeper = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(doorkeeper, ECHO)) {
      server.receive(post("/echo/x", "body"));
      doorkeeper.verdict.completeExceptionally(new IllegalStateException("a bug"));

      assertThat(server.said()).startsWith("HTTP/1.1 500");
      assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug");
    }
  }

  @Test
  void forgetsWhoHasGoneMeanwhile() {
    SlowDoorkeeper doorkeeper = new SlowDoorkeeper();
    try (EmbeddedHttp server = new EmbeddedHttp(doorkeeper, ECHO)) {
      server.receive(post("/echo/x", "body"));
      server.channel.close();
      doorkeeper.admit("Ada");

      assertThat(server.said()).isEmpty();
      assertThat(server.context.openConnections()).isZero();
    }
  }

  /// Whatever is thrown, an answer comes: a request must not hang.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anErrorThrownOnTheLoopIsAnswered(boolean later) {
    CompletableFuture<String> work = new CompletableFuture<>();
    Route broken =
        Route.post(
            "/broken",
            Right.NONE,
            request ->
                new BodyExchange(request.connection()) {
                  @Override
                  protected void complete(byte[] body) {
                    work.whenComplete((done, failure) ->
                        connection()
                            .onLoop(() -> {
                              throw new InternalError("a bug, or not enough memory");
                            }));
                  }
                });
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, broken)) {
      if (!later) {
        work.complete("");
      }
      server.receive(post("/broken", "body"));
      work.complete("");

      assertThat(server.said()).startsWith("HTTP/1.1 500").contains("internal_error");
      assertThat(RecordedLogs.take()).singleElement().asString().contains("not enough memory");
      assertThat(server.pass(2).isClosed()).isTrue();
    }
  }

  /// As a stream of events does it: a head, then bytes of its own.
  @Test
  void anExchangeMayTakeTheConnectionOver() {
    ChannelInboundHandlerAdapter stream =
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            ctx.writeAndFlush(
                Unpooled.copiedBuffer(
                    "got " + bytes.toString(StandardCharsets.UTF_8) + ";", StandardCharsets.UTF_8));
            bytes.release();
          }
        };
    Route streaming =
        Route.takeOver(
            "/stream",
            Right.NONE,
            request ->
                new BodyExchange(request.connection()) {
                  @Override
                  protected void complete(byte[] body) {
                    connection()
                        .takeOver(
                            new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1, HttpResponseStatus.OK),
                            stream,
                            () ->
                                connection()
                                    .channel()
                                    .writeAndFlush(
                                        Unpooled.copiedBuffer("first;", StandardCharsets.UTF_8)));
                  }
                });
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, streaming)) {
      server.receive(get("/stream"));
      assertThat(server.said()).isEqualTo("HTTP/1.1 200 OK\r\n\r\nfirst;");
      assertThat(server.receive("x").said()).isEqualTo("got x;");
      // HTTP's times no longer count.
      assertThat(server.pass(100).isClosed()).isFalse();
      assertThat(server.receive(request("HEAD", "/stream", "")).said()).startsWith("got HEAD");
    }
  }

  @Test
  void thePolicyOfARouteGoesWithItsAnswers() {
    AnswerPolicy page = new AnswerPolicy("max-age=60", Map.of("Content-Security-Policy", "x"));
    Route styled =
        new Route(
            Set.of(HttpMethod.GET),
            "/page",
            Set.of(),
            Right.NONE,
            page,
            true,
            problem -> {},
            request -> request.answer(text("p")));
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, styled, HELLO)) {
      assertThat(server.receive(get("/page")).said())
          .contains("cache-control: max-age=60", "Content-Security-Policy: x")
          .doesNotContain("no-store");
      assertThat(server.receive(get("/hello")).said()).contains("cache-control: no-store");
    }
  }

  @Test
  void namesTheParameterThatMayHaveBeenMeant() {
    Route list = Route.get("/list", WRITE, request -> request.answer(text("list"))).with("events");
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, list, HELLO)) {
      assertThat(server.receive(get("/list?events=a")).said()).endsWith("list");
      assertThat(server.receive(get("/list?event=a")).said())
          .startsWith("HTTP/1.1 400")
          .contains("invalid_query", "There is no parameter 'event' here; did you mean 'events'?");
      assertThat(server.receive(get("/list?events%5B%5D=a")).said())
          .contains("There is no parameter 'events[]' here");
      assertThat(server.receive(get("/hello?" + "x".repeat(500) + "=1")).said())
          .contains("This path takes no parameters; there is '" + "x".repeat(50) + "…'");
      assertThat(server.receive(get("/hello?" + "x".repeat(49) + "%F0%9F%94%94=1")).said())
          .contains("This path takes no parameters; there is '" + "x".repeat(49) + "…'");
    }
  }

  @Test
  void letsAnyoneAskWithoutAHostHowTheServerIs() {
    Route health =
        Route.get("/healthz", Right.NONE, request -> request.answer(text("well"))).withAny();
    Route list = Route.get("/list", WRITE, request -> request.answer(text("list")));
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, health, list)) {
      assertThat(server.receive("GET /healthz?nonce=1 HTTP/1.0\r\n\r\n").said()).endsWith("well");
    }
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, health, list)) {
      assertThat(server.receive("GET /healthz HTTP/1.1\r\n\r\n").said()).endsWith("well");
      assertThat(server.receive("GET /list HTTP/1.1\r\n\r\n").said())
          .startsWith("HTTP/1.1 403")
          .contains("name one Host");
      assertThat(
              server
                  .receive("GET /healthz HTTP/1.1\r\nOrigin: https://evil.example\r\n\r\n")
                  .said())
          .startsWith("HTTP/1.1 403");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip",
        "gzip, chunked",
        "chunked, chunked",
        "identity",
        "chunked\r\nTransfer-Encoding: chunked"
      })
  void understandsNoTransferCodingButChunked(String coding) {
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, ECHO)) {
      assertThat(
              server
                  .receive(
                      request("POST", "/echo/a", "", "Transfer-Encoding: " + coding)
                          + "1\r\nx\r\n0\r\n\r\n")
                  .said())
          .startsWith("HTTP/1.1 501 Not Implemented")
          .contains("only chunked");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"200-ok", "100-continue, x", "100-continue\r\nExpect: x"})
  void fulfilsNoExpectationButOne(String expected) {
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, ECHO)) {
      assertThat(server.receive(request("POST", "/echo/x", "body", "Expect: " + expected)).said())
          .startsWith("HTTP/1.1 417 Expectation Failed")
          .contains("100-continue only");
    }
  }

  @Test
  void tellsTheOperatorOfRefusalsOnceASecond() {
    RecordedLogs.takeInformation();
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, HELLO)) {
      for (int i = 0; i < 5; i++) {
        server.receive(request("GET", "/hello?token=secret", "", "Origin: https://evil.example"));
      }
      server.receive(get("/nowhere"));
      server.pass(1).receive(request("GET", "/hello", "", "Origin: https://evil.example"));
      server.said();
    }
    List<String> lines =
        RecordedLogs.takeInformation().stream().filter(line -> line.contains("refused")).toList();

    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst())
        .contains("request refused", "path=/hello ", "--allow-origin")
        .doesNotContain("secret");
    assertThat(lines.get(1)).contains("kind=forbidden", "count=4", "more requests refused");
    assertThat(lines.getLast()).contains("request refused", "path=/hello ");
  }

  @Test
  void tellsTheRestOfABurstThoughNoOtherComes() {
    RecordedLogs.takeInformation();
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, HELLO)) {
      for (int i = 0; i < 3; i++) {
        server.receive(request("GET", "/hello", "", "Origin: https://evil.example"));
      }
      server.pass(5).said();
    }

    assertThat(RecordedLogs.takeInformation())
        .filteredOn(line -> line.contains("more requests refused"))
        .singleElement()
        .asString()
        .contains("count=2");
  }

  @Test
  void tellsNoPathOfWhatIsNoRequest() {
    RecordedLogs.takeInformation();
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, HELLO)) {
      server.receive("FOO\r\n\r\n").said();
    }

    assertThat(RecordedLogs.takeInformation())
        .filteredOn(line -> line.contains("request refused"))
        .singleElement()
        .asString()
        .contains("status=400")
        .doesNotContain("path=", "method=");
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_json,        the body is not valid JSON; the answer says where",
    "422, invalid_json,        the body is not valid JSON; the answer says where",
    "422, invalid_payload,     the payload does not fit its schema; the answer names every fault",
    "422, unknown_event_type,  the catalog has no such event type; the answer names it",
    "422, reserved_event_type, only the server sends events of this type",
    "422, invalid_message,     the body is refused; the answer says why",
    "409, idempotency_conflict, the sentence of the answer",
  })
  void tellsTheOperatorWhyByTheCode(int status, String code, String reason) {
    RecordedLogs.takeInformation();
    Problem problem =
        new Problem(HttpResponseStatus.valueOf(status), code, "the sentence of the answer");
    Route refuses =
        Route.get("/refuses", Right.NONE, request -> request.answer(Response.problem(problem)));
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, refuses)) {
      server.receive(get("/refuses")).said();
    }

    assertThat(RecordedLogs.takeInformation())
        .filteredOn(line -> line.contains("request refused"))
        .singleElement()
        .asString()
        .contains("error=" + code + ' ', "reason=" + reason);
  }

  @Test
  void addressesAreToldAsInAUrl() throws Exception {
    assertThat(
            PeerAddress.text(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 8080)))
        .isEqualTo("127.0.0.1:8080");
    assertThat(
            PeerAddress.text(
                new InetSocketAddress(
                    InetAddress.getByAddress(
                        new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
                    8080)))
        .isEqualTo("[::1]:8080");
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "0:0:0:0:0:0:0:1, ::1",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "fe80::1%0, fe80::1",
    "fe80::1%7, fe80::1%7"
  })
  void anAddressHasOneSpelling(String address, String told) {
    assertThat(PeerAddress.text(IpLiteral.of(address))).isEqualTo(told);
  }

  @Test
  void refusesTwoRoutesForOneThing() {
    assertThatThrownBy(() -> new EmbeddedHttp(Doorkeeper.NONE, HELLO, HELLO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("two routes for (GET|HEAD) /hello");
    assertThatThrownBy(() -> Route.get("hello", Right.NONE, HELLO.handler()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void countsWhatItAnswers() {
    try (EmbeddedHttp server = new EmbeddedHttp(Doorkeeper.NONE, HELLO)) {
      server.receive(get("/hello") + get("/hello") + get("/nothing"));

      assertThat(server.context.figures())
          .isEqualTo(new HttpFigures(1, 1, 0, List.of(0L, 2L, 0L, 1L, 0L)));
    }
  }
}
