package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Rights;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Who is connected: `GET /api/v1/connections`, and how one is ended.
class ConnectionListTest {

  private static final String PATH = "/api/v1/connections";
  private static final int SMALL_BUFFER = 4_096;

  private final TestAuthenticator door = new TestAuthenticator();
  private final List<Audit.Entry> audit = new CopyOnWriteArrayList<>();
  private TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private void withKeys() {
    server.close();
    server =
        TestServer.start(
            TestServer.settings(Transport.AUTO)
                .with(new AccessSettings(door, false, AddressRules.NONE, null, audit::add)));
  }

  private JsonNode page(String query, String... headers) {
    HttpAnswer answer = server.ask(get(PATH + query, headers));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private JsonNode of(String id) {
    for (JsonNode connection : page("?limit=1000").path("connections")) {
      if (connection.path("id").asString().equals(id)) {
        return connection;
      }
    }
    throw new AssertionError("not listed: " + id);
  }

  private static String id(RawWebSocket socket) {
    return socket.established().path("payload").path("connection_id").asString();
  }

  /// Asks until it is so; for what becomes known by itself, soon.
  private JsonNode await(String id, Predicate<JsonNode> state) {
    for (int i = 0; i < 1_000; i++) {
      JsonNode found = of(id);
      if (state.test(found)) {
        return found;
      }
      LockSupport.parkNanos(10_000_000);
    }
    throw new AssertionError("never so: " + of(id));
  }

  @Test
  void saysWhoWantsWhat() {
    try (RawWebSocket all = server.socket("");
        RawWebSocket some = server.socket("?events=alert.*")) {
      some.ask(
          "{\"action\":\"subscribe\",\"events\":[\"Job.*\"],\"where\":{\"job_type\":[\"export\"]}}");
      long sequence = server.publish(TestServer.alert("a"));
      all.message();
      some.message();

      assertThat(of(id(all)).toString())
          .contains("\"address\":\"127.0.0.1\"")
          .contains("\"transport\":\"websocket\"")
          .contains("\"since\":\"2026-03-04T05:06:07Z\"")
          .contains("\"patterns\":[\"*\"],\"filters\":{},\"subscribed\":false")
          .contains("\"position\":" + sequence + ",\"behind\":0,\"state\":\"live\"")
          .contains("\"bytes_waiting\":0,\"in_debt\":false")
          .doesNotContain("\"why\"")
          .doesNotContain("\"name\"");
      assertThat(of(id(some)).toString())
          .contains(
              "\"patterns\":[\"alert.*\",\"job.*\"],\"filters\":{\"job.*\":{\"job_type\":[\"export\"]}},"
                  + "\"subscribed\":true");
    }
  }

  /// As every time that the server tells.
  @Test
  void sinceWhenIsToldInMilliseconds() {
    Instant since = Instant.parse("2026-03-04T05:06:07.123456789Z");
    ConnectionView view =
        new ConnectionView("id", "", "::1", "sse", since, null, 0, 0, Standing.LIVE, 0, false);

    assertThat(view.toJson().path("since").asString()).isEqualTo("2026-03-04T05:06:07.123Z");
  }

  @Test
  void oneThatWantsNothingHasNoPatterns() {
    try (RawWebSocket socket = server.socket("?events=alert.*")) {
      socket.ask("{\"action\":\"unsubscribe\"}");

      assertThat(of(id(socket)).toString())
          .contains("\"patterns\":[],\"filters\":{},\"subscribed\":true");
    }
  }

  /// It takes nothing: what it is sent waits, and the log goes on without it.
  @Test
  void saysWhyOneIsBehind() {
    try (RawWebSocket slow =
        RawWebSocket.open(RawClient.to(server.port(), SMALL_BUFFER), "?events=alert.*")) {
      long newest = 0;
      for (int i = 0; i < 300; i++) {
        newest = server.publish(TestServer.large("a", 60_000));
      }
      JsonNode found =
          await(
              id(slow),
              one ->
                  one.path("state").asString().equals("lagging")
                      && one.path("why").asString().equals("waiting_for_socket"));

      assertThat(found.path("bytes_waiting").asLong()).isPositive();
      assertThat(found.path("behind").asLong())
          .isPositive()
          .isEqualTo(newest - found.path("position").asLong());

      while (slow.message().path("sequence").asLong() < newest) {
        // Catches up.
      }
      assertThat(
              await(id(slow), one -> one.path("state").asString().equals("live"))
                  .path("behind")
                  .asLong())
          .isZero();
    }
  }

  @Test
  void pagesShowEveryoneOnceInTheOrderInWhichTheyCame() {
    List<RawWebSocket> sockets = new ArrayList<>();
    try {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 23; i++) {
        RawWebSocket socket = server.socket("");
        sockets.add(socket);
        expected.add(id(socket));
      }
      List<String> found = new ArrayList<>();
      String after = "";
      int pages = 0;
      do {
        JsonNode page = page("?limit=5" + after);
        page.path("connections").forEach(one -> found.add(one.path("id").asString()));
        assertThat(page.path("total").asInt()).isEqualTo(23);
        after = page.has("next_after") ? "&after=" + page.path("next_after").asLong() : "";
        pages++;
      } while (!after.isEmpty());

      assertThat(found).isEqualTo(expected);
      assertThat(pages).isEqualTo(5);
    } finally {
      sockets.forEach(RawWebSocket::close);
    }
  }

  /// What the connections hold is bounded, and a page of them is too.
  @Test
  void aPageHoldsNoMoreThanItMay() {
    List<RawWebSocket> sockets = new ArrayList<>();
    try {
      String patterns = "\"" + "a".repeat(250) + "%d*\"";
      List<String> many = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        many.add(patterns.formatted(i));
      }
      String subscribe = "{\"action\":\"subscribe\",\"events\":[" + String.join(",", many) + "]}";
      for (int i = 0; i < 60; i++) {
        RawWebSocket socket = server.socket("?events=job.*");
        socket.ask(subscribe);
        sockets.add(socket);
      }
      int found = 0;
      String after = "";
      do {
        HttpAnswer answer = server.ask(get(PATH + "?limit=1000" + after));
        assertThat(answer.body().length).isLessThan(Limits.MAX_ROSTER_BYTES + 60_000);
        found += answer.json().path("connections").size();
        after =
            answer.json().has("next_after")
                ? "&after=" + answer.json().path("next_after").asLong()
                : "";
      } while (!after.isEmpty());

      assertThat(found).isEqualTo(60);
    } finally {
      sockets.forEach(RawWebSocket::close);
    }
  }

  @Test
  void whoHasGoneIsNotListed() {
    server.socket("").close();
    for (int i = 0; i < 1_000 && page("").path("total").asInt() > 0; i++) {
      LockSupport.parkNanos(10_000_000);
    }

    assertThat(page("").toString()).isEqualTo("{\"connections\":[],\"total\":0}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"?limit=0", "?limit=x", "?after=-1", "?page=2", "?limit=1&limit=2"})
  void aBadQueryIsRefused(String query) {
    assertThat(server.ask(get(PATH + query)).problem()).isEqualTo("400 invalid_query");
  }

  @Test
  void oneIsClosedWithAWordAndMayComeBack() {
    try (RawWebSocket socket = server.socket("");
        RawWebSocket other = server.socket("")) {
      HttpAnswer answer = server.ask(request("DELETE", PATH + "/" + id(socket), ""));

      assertThat(answer.status()).isEqualTo(204);
      JsonNode said = socket.message();
      assertThat(said.path("type").asString()).isEqualTo("connection.error");
      assertThat(said.path("payload").path("error").asString()).isEqualTo("closed_by_operator");
      Frame close = socket.closeFrame();
      assertThat(close.closeCode()).isEqualTo(4520);
      assertThat(close.closeReason()).isEqualTo("An operator has closed this connection");
      server.publish(TestServer.alert("a"));
      assertThat(other.message().path("sequence").asLong()).isEqualTo(1);
      assertThat(server.ask(get("/metrics")).text())
          .contains("tocsin_connections_closed_total{code=\"4520\"} 1");
    }
  }

  /// It is written down once who was closed, by whomever.
  @Test
  void oneThatEndsAlreadyCannotBeClosedAgain() {
    try (RawWebSocket socket = server.socket("")) {
      String one = PATH + "/" + id(socket);
      assertThat(server.ask(request("DELETE", one, "")).status()).isEqualTo(204);

      // Its client has not heard of it yet.
      assertThat(of(id(socket)).path("state").asString()).isEqualTo("closing");
      assertThat(server.ask(request("DELETE", one, "")).problem()).isEqualTo("404 not_found");
      assertThat(socket.message().path("type").asString()).isEqualTo("connection.error");
      assertThat(socket.closeFrame().closeCode()).isEqualTo(4520);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "00000000-0000-0000-0000-000000000000", "%F0%9F%94%94"})
  void anUnknownOneCannotBeClosed(String id) {
    assertThat(server.ask(request("DELETE", PATH + "/" + id, "")).problem())
        .isEqualTo("404 not_found");
  }

  @Test
  void itTakesTheRightToLookAtOthers() {
    withKeys();
    door.let("nothing", "dashboard", new Rights(null, null, Set.of("metrics", "keys")));
    door.let("console", "ops", new Rights(null, null, Set.of("console")));
    String bearer = "Authorization: Bearer ";
    try (RawWebSocket socket =
        RawWebSocket.opened(
            server.client().send(RawWebSocket.handshake("/ws/events", bearer + "nothing")))) {
      String one = PATH + "/" + id(socket);

      assertThat(server.ask(get(PATH)).problem()).isEqualTo("401 unauthenticated");
      assertThat(server.ask(get(PATH, bearer + "nothing")).problem()).isEqualTo("403 forbidden");
      assertThat(server.ask(request("DELETE", one, "", bearer + "nothing")).problem())
          .isEqualTo("403 forbidden");

      String page = page("", bearer + "console").toString();
      assertThat(page).contains("\"name\":\"dashboard\"").doesNotContain("nothing");
      assertThat(server.ask(request("DELETE", one, "", bearer + "console")).status())
          .isEqualTo(204);
      assertThat(socket.closeFrame().closeCode()).isEqualTo(4520);
    }
    assertThat(audit)
        .filteredOn(entry -> entry.what() == Audit.What.CONNECTION_CLOSED)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.name()).isEqualTo("ops");
          assertThat(entry.address()).isEqualTo("127.0.0.1");
          assertThat(entry.reason())
              .startsWith("connection ")
              .endsWith(" of dashboard from 127.0.0.1");
        });
  }

  /// Whatever the form, it is a connection that events go to.
  @ParameterizedTest
  @CsvSource({
    "/sse/events?events=job.*, text/event-stream, sse",
    "/api/v1/events?follow=true&events=job.*, application/x-ndjson, ndjson"
  })
  void streamsAreConnectionsToo(String path, String mediaType, String transport) {
    try (RawClient stream = server.client().send(get(path, "Accept: " + mediaType))) {
      JsonNode found = page("").path("connections").path(0);
      for (int i = 0; i < 1_000 && found.isMissingNode(); i++) {
        LockSupport.parkNanos(10_000_000);
        found = page("").path("connections").path(0);
      }
      assertThat(found.path("transport").asString()).isEqualTo(transport);
      assertThat(found.path("patterns").toString()).isEqualTo("[\"job.*\"]");
      assertThat(found.path("state").asString()).isEqualTo("live");

      String one = PATH + "/" + found.path("id").asString();
      assertThat(server.ask(request("DELETE", one, "")).status()).isEqualTo(204);
      assertThat(stream.rest())
          .startsWith("HTTP/1.1 200")
          .matches(said -> transport.equals("ndjson") || said.contains("closed_by_operator"));
    }
    for (int i = 0; i < 1_000 && page("").path("total").asInt() > 0; i++) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(page("").path("total").asInt()).isZero();
  }

  /// It is there as well, and holds a socket.
  @Test
  void oneThatHasNotSaidWhoItIsIsListedToo() {
    withKeys();
    try (RawWebSocket stranger =
        RawWebSocket.of(server.client().send(RawWebSocket.handshake("/ws/events")))) {
      String root = "Authorization: Bearer " + TestAuthenticator.ROOT;

      JsonNode page = page("", root);
      for (int i = 0; i < 1_000 && page.path("total").asInt() == 0; i++) {
        LockSupport.parkNanos(10_000_000);
        page = page("", root);
      }
      assertThat(page.path("connections").path(0).toString())
          .contains("\"state\":\"unauthenticated\"")
          .contains("\"patterns\":[]")
          .doesNotContain("\"name\"");
      assertThat(stranger).isNotNull();
    }
  }
}
