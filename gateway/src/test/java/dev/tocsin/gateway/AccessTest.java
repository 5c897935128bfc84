package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.Transport;
import dev.tocsin.http.TrustedProxies;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.HubStats;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Who comes in, and what is open to him, on every way in and out.
class AccessTest {

  private static final String FRONT = "front-token";

  /// Of everything about the cameras one: that of the front.
  private static final Rights FRONT_ONLY =
      TestAuthenticator.reader(
          TestAuthenticator.grant("{'camera_id':'front'}", "detection.*"),
          TestAuthenticator.grant(null, "job.*"));

  private final TestAuthenticator door = new TestAuthenticator();
  private final TestServer server =
      TestServer.start(TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));

  AccessTest() {
    door.let(FRONT, "front", FRONT_ONLY);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String detection(String camera) {
    return ("{'type':'detection.new','payload':{'detection_id':'d','event_id':'e','camera_id':'%s',"
            + "'label':'person','confidence':0.5,'timestamp':'2026-01-09T12:00:00Z'}}")
        .formatted(camera)
        .replace('\'', '"');
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  private HttpAnswer ask(String path, String... headers) {
    return server.ask(get(path, headers));
  }

  private RawWebSocket socket(String token, String query) {
    return RawWebSocket.opened(
        server.client().send(RawWebSocket.handshake("/ws/events" + query, bearer(token))));
  }

  /// A socket that has said nothing of who it is.
  private RawWebSocket stranger(String query) {
    RawClient client = server.client();
    assertThat(client.ask(RawWebSocket.handshake("/ws/events" + query)).status()).isEqualTo(101);
    return RawWebSocket.of(client);
  }

  private static String authenticate(String token) {
    return "{\"action\":\"authenticate\",\"token\":\"" + token + "\",\"id\":1}";
  }

  private static String place(JsonNode event) {
    return event.path("sequence").asLong() + " after " + event.path("previous").asLong();
  }

  private static String close(Frame frame) {
    return frame.closeCode() + "";
  }

  // Ways in.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/events",
        "/api/v1/catalog",
        "/api/v1/catalog/job.progress",
        "/api/v1/catalog/job.progress/schema",
        "/api/v1/stats",
        "/metrics"
      })
  void nobodyReadsWhoIsNotKnown(String path) {
    for (HttpAnswer answer :
        List.of(
            ask(path),
            ask(path, bearer("nonsense")),
            ask(path, "Authorization: Basic eHg6eXk="),
            ask(path, "Authorization: Digest x"),
            ask(path, "Authorization: Basic %%%"),
            ask(path, bearer("a"), bearer(TestAuthenticator.ROOT)),
            ask(path + "?ticket=x"))) {
      assertThat(answer.problem()).isEqualTo("401 unauthenticated");
      assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
      assertThat(answer.json().path("detail").asString()).isEqualTo(Door.UNAUTHENTICATED);
    }
    assertThat(ask(path, bearer(TestAuthenticator.ROOT)).status()).isEqualTo(200);
  }

  @Test
  void healthNeedsNothing() {
    assertThat(ask("/healthz").status()).isEqualTo(200);
    assertThat(ask("/readyz", bearer("nonsense")).status()).isEqualTo(200);
  }

  @Test
  void nobodyPublishesWhoIsNotKnown() {
    assertThat(server.ask(post("/api/v1/events", TestServer.alert("a"))).problem())
        .isEqualTo("401 unauthenticated");
    assertThat(server.hub.log().state().newest()).isZero();
  }

  @Test
  void takesTheKeyAsThePasswordOfBasic() {
    String pair =
        java.util.Base64.getEncoder()
            .encodeToString(
                ("anyone:" + TestAuthenticator.ROOT)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(ask("/api/v1/stats", "Authorization: Basic " + pair).status()).isEqualTo(200);
    assertThat(ask("/api/v1/stats", "authorization: bEaReR  " + TestAuthenticator.ROOT).status())
        .isEqualTo(200);
  }

  @Test
  void refusesAnUpgradeWithABadCredential() {
    assertThat(server.ask(RawWebSocket.handshake("/ws/events", bearer("nonsense"))).problem())
        .isEqualTo("401 unauthenticated");
  }

  @Test
  void aKeyInAQueryCountsAsLeaked() {
    String key = "tocsin_abc_" + "x".repeat(43);
    for (String path :
        List.of(
            "/api/v1/events?token=" + key,
            "/api/v1/events?events=" + key,
            "/ws/events?access_token=abc",
            "/api/v1/stats?KEY=abc",
            "/api/v1/events?" + key,
            "/api/v1/events?" + key + "=1",
            "/ws/events?eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
            "/nothing-is-here?token=" + key,
            "/api/v1/tickets?token=" + key,
            "/api/v1/events?x=%zz&token=" + key,
            "/api/v1/events?events=%zz," + key.replace("_", "%5F"),
            "/metrics?%&key=abc",
            "/healthz?x=%FF&" + key,
            "/%zz/" + key,
            "/api/v1/events?" + "x=1&".repeat(2_000) + "token=" + key,
            "/healthz?x=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.")) {
      HttpAnswer answer = ask(path, bearer(TestAuthenticator.ROOT));
      assertThat(answer.problem()).as(path).isEqualTo("400 invalid_query");
      assertThat(answer.text()).contains("leaked").doesNotContain("xxxx").doesNotContain("eyJ");
    }
  }

  @Test
  void tooManyBadCredentialsAreTurnedAwayAndGoodOnesAreNot() {
    for (int i = 0; i < FailedAttempts.MAX_PER_MINUTE; i++) {
      assertThat(ask("/api/v1/stats", bearer("nonsense")).status()).isEqualTo(401);
    }
    HttpAnswer answer = ask("/api/v1/stats", bearer("nonsense"));

    assertThat(answer.problem()).isEqualTo("429 rate_limited");
    assertThat(Integer.parseInt(String.valueOf(answer.header("retry-after")))).isBetween(1, 61);
    assertThat(ask("/api/v1/stats", bearer(TestAuthenticator.ROOT)).status()).isEqualTo(200);
    assertThat(ask("/api/v1/stats").status()).isEqualTo(401);
  }

  /// On a socket as over HTTP: a bad credential more hears that it is one too many, and when to come back; good ones come in.
  @Test
  void aSocketHearsOfTooManyBadCredentialsAsWell() {
    for (int i = 0; i < FailedAttempts.MAX_PER_MINUTE; i++) {
      assertThat(ask("/api/v1/stats", bearer("nonsense")).status()).isEqualTo(401);
    }

    for (String query : List.of("", "?ticket=none")) {
      HttpAnswer refused =
          server.ask(
              query.isEmpty()
                  ? RawWebSocket.handshake("/ws/events", bearer("nonsense"))
                  : RawWebSocket.handshake("/ws/events" + query));
      assertThat(refused.problem()).as(query).isEqualTo("429 rate_limited");
      assertThat(refused.header("retry-after")).isNotNull();
      assertThat(refused.json().path("details").path("retry_after_ms").asInt())
          .isBetween(1, 60_001);
    }
    try (RawWebSocket socket = stranger("")) {
      assertOneTooMany(socket.ask(authenticate("nonsense")));
      assertThat(close(socket.closeFrame())).isEqualTo("4401");
    }
    try (RawWebSocket socket = socket(FRONT, "")) {
      assertOneTooMany(socket.ask(authenticate("nonsense")));
      assertThat(socket.ask(authenticate(FRONT)).path("action").asString())
          .isEqualTo("authenticated");
    }
    try (RawWebSocket socket = stranger("")) {
      assertThat(socket.ask(authenticate(FRONT)).path("type").asString())
          .isEqualTo("connection.established");
    }
  }

  private static void assertOneTooMany(JsonNode error) {
    assertThat(error.path("id").asInt()).isOne();
    assertThat(error.path("payload").path("error").asString()).isEqualTo("rate_limited");
    assertThat(error.path("payload").path("details").path("retry_after_ms").asInt())
        .isBetween(1, 60_001);
  }

  @Test
  void aTicketIsGoodOnce() {
    HttpAnswer made = server.ask(request("POST", "/api/v1/tickets", "", bearer(FRONT)));
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().path("expires_in").asInt()).isEqualTo(30);
    assertThat(made.header("cache-control")).isEqualTo("no-store");
    String query = "?ticket=" + made.json().path("ticket").asString();

    try (RawWebSocket socket = RawWebSocket.open(server.port(), query)) {
      server.publish(detection("yard"));
      server.publish(detection("front"));
      assertThat(place(socket.message())).isEqualTo("2 after 0");
    }
    try (RawWebSocket again = stranger(query)) {
      assertThat(close(again.closeFrame())).isEqualTo("4401");
    }
    assertThat(ask("/api/v1/events" + query).status()).isEqualTo(401);
  }

  @Test
  void aTicketEndsWithItsMakersCredential() {
    String ticket =
        server
            .ask(request("POST", "/api/v1/tickets", "", bearer(FRONT)))
            .json()
            .path("ticket")
            .asString();
    door.revoke(FRONT);

    assertThat(ask("/api/v1/events?ticket=" + ticket).status()).isEqualTo(401);
  }

  @Test
  void noTicketIsMadeForWhoseCredentialHasEndedMeanwhile() throws IOException {
    String head =
        "POST /api/v1/tickets HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Expect: 100-continue\r\n"
            + "Content-Length: 2\r\n"
            + bearer(FRONT)
            + "\r\n\r\n";
    try (RawClient client = server.client()) {
      client.send(head).bytes("HTTP/1.1 100 Continue\r\n\r\n".length());
      door.revoke(FRONT);

      assertThat(client.ask("{}").problem()).isEqualTo("401 unauthenticated");
    }
  }

  @Test
  void aSocketMaySayFirstWhoItIs() throws IOException {
    try (RawWebSocket socket = stranger("?events=detection.*")) {
      server.publish(detection("front"));
      assertThat(socket.client().isSilentFor(100)).isTrue();

      JsonNode established = socket.ask(authenticate(FRONT));
      assertThat(established.path("type").asString()).isEqualTo("connection.established");
      assertThat(established.path("payload").path("sequence").asLong()).isOne();
      assertThat(socket.message().toString())
          .isEqualTo("{\"action\":\"authenticated\",\"id\":1,\"name\":\"front\",\"sequence\":1}");
      server.publish(detection("yard"));
      server.publish(detection("front"));
      assertThat(place(socket.message())).isEqualTo("3 after 1");
    }
  }

  /// On a server that is fast enough, nothing else comes by that would have it leave.
  @Test
  void theAnswerToTheHandshakeLeavesByItself() {
    try (TestServer timeless =
            TestServer.timeless(
                TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));
        RawClient client = timeless.client()) {
      assertThat(client.ask(RawWebSocket.handshake("/ws/events")).status()).isEqualTo(101);
    }
  }

  @Test
  void whatFollowsTheCredentialWaitsForIt() {
    door.gate = new CompletableFuture<>();
    try (RawWebSocket socket = stranger("?since=0")) {
      server.publish(detection("front"));
      socket.say(authenticate(FRONT)).say("{\"action\":\"ping\",\"id\":2}");
      door.gate.complete(null);

      assertThat(socket.message().path("type").asString()).isEqualTo("connection.established");
      assertThat(socket.message().path("action").asString()).isEqualTo("authenticated");
      List<String> rest = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        JsonNode message = socket.message();
        rest.add(message.path("action").asString(message.path("type").asString()));
      }
      assertThat(rest).containsExactlyInAnyOrder("resumed", "pong", "detection.new");
      assertThat(rest.indexOf("resumed")).isLessThan(rest.indexOf("detection.new"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"action\":\"subscribe\",\"events\":[\"*\"]}",
        "ping",
        "{\"action\":\"authenticate\",\"token\":\"nonsense\"}",
        "{\"action\":\"authenticate\"}",
        "{\"action\":\"publish\",\"event\":{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}}",
        "}"
      })
  void endsASocketThatSaysAnythingElseFirst(String message) {
    try (RawWebSocket socket = stranger("")) {
      socket.say(message);

      JsonNode error = socket.message();
      assertThat(error.path("type").asString()).isEqualTo("connection.error");
      assertThat(error.path("payload").path("error").asString()).isEqualTo("unauthenticated");
      assertThat(error.path("payload").path("message").asString()).isEqualTo(Door.UNAUTHENTICATED);
      assertThat(close(socket.closeFrame())).isEqualTo("4401");
    }
    assertThat(server.hub.log().state().newest()).isZero();
  }

  @Test
  void endsASocketThatSaysNothing() throws IOException {
    try (RawWebSocket socket = stranger("")) {
      server.passSeconds(9);
      assertThat(socket.client().isSilentFor(100)).isTrue();
      server.passSeconds(3);

      assertThat(close(socket.closeFrame())).isEqualTo("4401");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"since=x", "events=%5Ba", "last=0", "latest=1", "where=%7B", "since=0&last=1"})
  void aStrangerIsToldWhatIsWrongWithItsQueryWhateverThereIs(String query) {
    HttpAnswer answer = server.ask(RawWebSocket.handshake("/ws/events?" + query));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem())
        .isEqualTo(
            server
                .ask(RawWebSocket.handshake("/ws/events?" + query, bearer(TestAuthenticator.ROOT)))
                .problem());
  }

  /// What it may ask for depends on the catalog, which is not for everybody.
  @Test
  void aStrangerIsNotToldWhatThereIsNot() {
    for (String where : List.of("%7B%22camera%22:1%7D", "%7B%22confidence%22:%22x%22%7D")) {
      String query = "/ws/events?events=*&where=" + where;
      HttpAnswer known = server.ask(RawWebSocket.handshake(query, bearer(TestAuthenticator.ROOT)));
      assertThat(known.problem()).isEqualTo("400 invalid_filter");
      assertThat(known.json().path("details").path("field").isString()).isTrue();

      HttpAnswer stranger = server.ask(RawWebSocket.handshake(query));
      assertThat(stranger.problem()).isEqualTo("400 invalid_filter");
      assertThat(stranger.json().has("details")).isFalse();
      assertThat(stranger.json().path("detail").asString()).isEqualTo(Upgrade.UNTOLD);
    }
  }

  @Test
  void whoMayDoNothingMayNotConnect() {
    door.let("none", "none", Rights.NONE);
    assertThat(server.ask(RawWebSocket.handshake("/ws/events", bearer("none"))).problem())
        .isEqualTo("403 forbidden");
    try (RawWebSocket socket = stranger("")) {
      socket.say(authenticate("none"));
      assertThat(close(socket.closeFrame())).isEqualTo("4403");
    }
  }

  @Test
  void figuresAreForThoseWhoManage() {
    assertThat(ask("/api/v1/stats", bearer(FRONT)).problem()).isEqualTo("403 forbidden");
    assertThat(ask("/metrics", bearer(FRONT)).problem()).isEqualTo("403 forbidden");
    assertThat(
            ask("/api/v1/stats", bearer(TestAuthenticator.ROOT))
                .json()
                .path("insecure")
                .asBoolean(true))
        .isFalse();
  }

  // Ways out: each is to show what is granted, and nothing else.

  private List<String> history(String token, String order) {
    JsonNode page = ask("/api/v1/events?order=" + order, bearer(token)).json();
    return page.path("events").valueStream().map(e -> e.path("sequence").asString()).toList();
  }

  private List<String> resumed(String token, String query, int count) {
    try (RawWebSocket socket = socket(token, "?since=0" + query)) {
      assertThat(socket.message().path("action").asString()).isEqualTo("resumed");
      List<String> places = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        places.add(place(socket.message()));
      }
      assertThat(socket.ask("{\"action\":\"ping\"}").path("type").asString()).isEqualTo("pong");
      return places;
    }
  }

  @Test
  void everyWayOutShowsWhatIsGrantedAndNothingElse() {
    server.publish(detection("yard"));
    server.publish(detection("front"));
    server.publish(TestServer.alert("a"));
    server.publish(TestServer.job(1));
    server.publish(detection("yard"));
    server.publish(detection("front"));

    assertThat(history(FRONT, "asc")).containsExactly("2", "4", "6");
    assertThat(history(FRONT, "desc")).containsExactly("6", "4", "2");
    assertThat(history(TestAuthenticator.ROOT, "asc")).hasSize(6);
    assertThat(resumed(FRONT, "", 3)).containsExactly("2 after 0", "4 after 2", "6 after 4");
    assertThat(resumed(FRONT, "&events=detection.*", 2)).containsExactly("2 after 0", "6 after 2");
    assertThat(resumed(TestAuthenticator.ROOT, "", 6)).last().isEqualTo("6 after 5");
    try (RawWebSocket live = socket(FRONT, "")) {
      server.publish(detection("yard"));
      server.publish(detection("front"));
      server.publish(TestServer.alert("b"));
      server.publish(TestServer.job(2));
      assertThat(place(live.message())).isEqualTo("8 after 6");
      assertThat(place(live.message())).isEqualTo("10 after 8");
    }
  }

  @Test
  void tellsOfPatternsOfWhichNothingMayBeRead() {
    try (RawWebSocket socket = socket(FRONT, "?events=alert.*,alrt.*,job.*")) {
      JsonNode warnings = socket.established().path("payload").path("warnings");
      assertThat(warnings.get(0).path("code").asString()).isEqualTo("denied");
      assertThat(warnings.get(0).path("pattern").asString()).isEqualTo("alert.*");
      assertThat(warnings.get(1).path("code").asString()).isEqualTo("unknown");
      assertThat(warnings.size()).isEqualTo(2);

      JsonNode answer =
          socket.ask(
              "{\"action\":\"subscribe\",\"events\":[\"camera.*\",\"detection.new\"],\"explain\":true}");
      assertThat(answer.path("warnings").get(0).path("pattern").asString()).isEqualTo("camera.*");
      assertThat(strings(answer.path("denied"))).contains("camera.online", "alert.created");
      assertThat(strings(answer.path("matched")))
          .contains("detection.new", "job.progress")
          .doesNotContain("camera.online");
    }
  }

  private static List<String> strings(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void publishesWhatIsGranted() {
    Rights camera =
        new Rights(
            new Grants(List.of()),
            new Grants(
                List.of(
                    TestAuthenticator.grant("{'camera_id':'front'}", "detection.*"),
                    new Grants.Grant(List.of(EventPattern.of("job.*")), null))),
            Set.of());
    door.let("camera", "camera", camera);

    assertThat(publish("camera", detection("front")).status()).isEqualTo(201);
    assertThat(publish("camera", detection("yard")).problem()).isEqualTo("403 forbidden");
    assertThat(publish("camera", TestServer.alert("a")).problem()).isEqualTo("403 forbidden");
    assertThat(publish("camera", "{\"type\":\"alert.deleted\",\"payload\":{}}").problem())
        .as("nothing is said of the payload")
        .isEqualTo("403 forbidden");
    assertThat(publish("camera", "{\"type\":\"job.progress\",\"payload\":{}}").problem())
        .isEqualTo("422 invalid_payload");
    JsonNode report =
        server
            .ask(
                request(
                    "POST",
                    "/api/v1/events",
                    detection("front") + "\n" + detection("yard") + "\n" + TestServer.job(1) + "\n",
                    "Content-Type: application/x-ndjson",
                    bearer("camera")))
            .json();
    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("rejected").toString()).contains("\"line\":2").contains("forbidden");
    try (RawWebSocket socket = socket("camera", "")) {
      JsonNode answer =
          socket.ask("{\"action\":\"publish\",\"event\":" + detection("yard") + ",\"id\":7}");
      assertThat(answer.path("payload").path("error").asString()).isEqualTo("forbidden");
      assertThat(answer.path("id").asInt()).isEqualTo(7);
      assertThat(
              socket
                  .ask("{\"action\":\"publish\",\"event\":" + detection("front") + "}")
                  .path("action")
                  .asString())
          .isEqualTo("published");
    }
  }

  /// Of a key that another has used nobody learns that he has, or what he published.
  @Test
  void eachNameHasIdempotencyKeysOfItsOwn() {
    door.let("a", "a", Rights.ALL);
    door.let("b", "b", Rights.ALL);
    String cloud =
        "{'specversion':'1.0','type':'tocsin.alert.deleted','source':'/s','id':'1','data':{'id':'%s'}}"
            .replace('\'', '"');
    long next = 1;
    for (String token : List.of("a", "b")) {
      for (int repeated = 0; repeated < 2; repeated++) {
        assertThat(keyed(token, "k", TestServer.alert(token)).json().path("sequence").asLong())
            .isEqualTo(next);
        try (RawWebSocket socket = socket(token, "")) {
          String said =
              "{\"action\":\"publish\",\"idempotency_key\":\"w\",\"event\":"
                  + TestServer.alert(token)
                  + "}";
          assertThat(socket.ask(said).path("sequence").asLong()).isEqualTo(next + 1);
        }
        assertThat(
                cloud(token, "application/cloudevents+json", cloud.formatted(token))
                    .json()
                    .path("sequence")
                    .asLong())
            .isEqualTo(next + 2);
        assertThat(
                cloud(
                        token,
                        "application/cloudevents-batch+json",
                        "[" + cloud.formatted(token) + "]")
                    .json()
                    .path("accepted")
                    .asInt())
            .isOne();
        assertThat(server.hub.log().state().newest()).isEqualTo(next + 2);
      }
      assertThat(keyed(token, "k", TestServer.alert("other")).problem())
          .isEqualTo("409 idempotency_conflict");
      next += 3;
    }
  }

  private HttpAnswer keyed(String token, String key, String event) {
    return server.ask(
        request(
            "POST",
            "/api/v1/events",
            event,
            "Content-Type: application/json",
            "Idempotency-Key: " + key,
            bearer(token)));
  }

  private HttpAnswer cloud(String token, String contentType, String events) {
    return server.ask(
        request("POST", "/api/v1/events", events, "Content-Type: " + contentType, bearer(token)));
  }

  private HttpAnswer publish(String token, String event) {
    return server.ask(
        request("POST", "/api/v1/events", event, "Content-Type: application/json", bearer(token)));
  }

  // As time goes on.

  @Test
  void aRevokedCredentialEndsItsConnection() {
    try (RawWebSocket socket = socket(FRONT, "")) {
      door.revoke(FRONT);
      server.passSeconds(1);

      JsonNode error = socket.message();
      assertThat(error.path("payload").path("error").asString()).isEqualTo("credential_ended");
      assertThat(close(socket.closeFrame())).isEqualTo("4410");
    }
  }

  @Test
  void otherRightsCountFromATelltalePositionOn() {
    try (RawWebSocket socket = socket(FRONT, "")) {
      server.publish(detection("front"));
      server.publish(detection("yard"));
      assertThat(place(socket.message())).isEqualTo("1 after 0");

      door.let(FRONT, "front", Rights.ALL);
      server.passSeconds(1);
      JsonNode heartbeat = socket.message();
      assertThat(heartbeat.path("type").asString()).isEqualTo("ping");
      assertThat(heartbeat.path("sequence").asLong()).isEqualTo(2);
      server.publish(detection("yard"));
      assertThat(place(socket.message())).isEqualTo("3 after 2");

      door.let(FRONT, "front", FRONT_ONLY);
      server.passSeconds(1);
      assertThat(socket.message().path("sequence").asLong()).isEqualTo(3);
      server.publish(detection("yard"));
      server.publish(detection("front"));
      assertThat(place(socket.message())).isEqualTo("5 after 3");
    }
  }

  @Test
  void aCredentialOfAnotherNameIsRefusedInTheAuditToo() {
    List<Audit.Entry> audited = new CopyOnWriteArrayList<>();
    AccessSettings settings =
        new AccessSettings(door, false, AddressRules.NONE, null, audited::add);
    try (TestServer own = TestServer.start(TestServer.settings(Transport.AUTO).with(settings));
        RawWebSocket socket =
            RawWebSocket.opened(
                own.client().send(RawWebSocket.handshake("/ws/events", bearer(FRONT))))) {
      socket.ask(authenticate(TestAuthenticator.ROOT));
    }
    assertThat(audited)
        .contains(
            new Audit.Entry(
                Audit.What.CREDENTIAL_REFUSED,
                "root",
                "127.0.0.1",
                "the connection is one of front",
                List.of()));
  }

  @Test
  void renewsInPlaceForTheSameNameOnly() {
    door.let("newer", "front", Rights.ALL);
    try (RawWebSocket socket = socket(FRONT, "?events=detection.*")) {
      server.publish(detection("yard"));
      assertThat(
              socket
                  .ask(authenticate(TestAuthenticator.ROOT))
                  .path("payload")
                  .path("error")
                  .asString())
          .isEqualTo("forbidden");
      assertThat(socket.ask(authenticate("nonsense")).path("payload").path("error").asString())
          .isEqualTo("unauthenticated");
      server.publish(detection("yard"));
      assertThat(socket.ask(authenticate("newer")).toString())
          .isEqualTo("{\"action\":\"authenticated\",\"id\":1,\"name\":\"front\",\"sequence\":2}");

      server.publish(detection("yard"));
      assertThat(place(socket.message())).isEqualTo("3 after 2");
      door.revoke(FRONT);
      server.passSeconds(1);
      server.publish(detection("yard"));
      assertThat(place(socket.message())).isEqualTo("4 after 3");
    }
  }

  @Test
  void tellsAMinuteBeforeTheEnd() {
    Instant now = TestServer.CLOCK.instant();
    door.let("long", "long", Rights.ALL, now.plusSeconds(59));
    try (RawWebSocket socket = socket("long", "")) {
      server.passSeconds(1);
      socket.say("{\"action\":\"ping\"}");
      assertThat(socket.message().path("type").asString()).as("half of its life").isEqualTo("pong");
      assertThat(socket.ask(authenticate("long")).path("expires_at").asString())
          .isEqualTo("2026-03-04T05:07:06Z");
    }
    door.let("short", "short", Rights.ALL, now);
    try (RawWebSocket socket = socket("short", "")) {
      server.passSeconds(1);
      assertThat(socket.message().toString())
          .isEqualTo("{\"action\":\"expiring\",\"at\":\"2026-03-04T05:06:07Z\"}");
      server.passSeconds(2);
      assertThat(socket.ask("{\"action\":\"ping\"}").path("type").asString())
          .as("it is said once")
          .isEqualTo("pong");
    }
  }

  // Limits.

  private static Access limited(String name, Limits limits) {
    return new Access(name, Rights.ALL, limits, null);
  }

  @Test
  void whoPublishesTooFastIsToldWhenToGoOn() {
    door.let("slow", limited("slow", new Limits(null, 2L, null)));
    assertThat(publish("slow", TestServer.alert("a")).status()).isEqualTo(201);
    assertThat(publish("slow", TestServer.alert("b")).status()).isEqualTo(201);
    HttpAnswer answer = publish("slow", TestServer.alert("c"));

    assertThat(answer.problem()).isEqualTo("429 rate_limited");
    assertThat(answer.header("retry-after")).isEqualTo("1");
    assertThat(answer.json().path("details").path("retry_after_ms").asInt()).isBetween(1, 500);
    try (RawWebSocket socket = socket("slow", "?events=job.*")) {
      JsonNode refused = null;
      for (int i = 0; i < 4 && refused == null; i++) {
        JsonNode said =
            socket.ask("{\"action\":\"publish\",\"event\":" + TestServer.alert("d") + "}");
        refused = said.path("type").asString("").equals("error") ? said : null;
      }
      assertThat(refused).isNotNull();
      JsonNode payload = java.util.Objects.requireNonNull(refused).path("payload");
      assertThat(payload.path("error").asString()).isEqualTo("rate_limited");
      assertThat(payload.path("details").path("retry_after_ms").asInt()).isBetween(1, 500);
    }
    assertThat(server.hub.stats().refused())
        .containsEntry(new HubStats.Refused("", ErrorCode.RATE_LIMITED), 2L);
  }

  @Test
  void linesAreReadMoreSlowlyInstead() {
    door.let("slow", limited("slow", new Limits(null, 10L, null)));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 15; i++) {
      lines.append(TestServer.alert("a" + i)).append('\n');
    }
    long begin = System.nanoTime();
    JsonNode report =
        server
            .ask(
                request(
                    "POST",
                    "/api/v1/events",
                    lines.toString(),
                    "Content-Type: application/x-ndjson",
                    bearer("slow")))
            .json();

    assertThat(report.path("accepted").asInt()).isEqualTo(15);
    assertThat(System.nanoTime() - begin).as("five more than at once").isGreaterThan(400_000_000L);
  }

  @Test
  void asManyConnectionsAsAreAllowed() {
    door.let("two", limited("two", new Limits(2L, null, null)));
    try (RawWebSocket first = socket("two", "");
        RawWebSocket second = stranger("")) {
      assertThat(first.position()).isZero();
      second.say(authenticate("two"));
      assertThat(second.message().path("type").asString()).isEqualTo("connection.established");
      HttpAnswer third = server.ask(RawWebSocket.handshake("/ws/events", bearer("two")));
      assertThat(third.problem()).isEqualTo("429 rate_limited");
      assertThat(third.header("retry-after")).isNotNull();
      try (RawWebSocket fourth = stranger("")) {
        fourth.say(authenticate("two"));
        assertThat(close(fourth.closeFrame())).isEqualTo("4529");
      }
    }
    // The server hears a little later that they have gone.
    for (int i = 0; i < 1_000 && server.openConnections() > 0; i++) {
      LockSupport.parkNanos(5_000_000);
    }
    socket("two", "").close();
  }

  @Test
  void asManyFromOneAddressAsAreAllowed() {
    AccessSettings settings =
        new AccessSettings(door, false, new AddressRules(3, TrustedProxies.NONE), null, Audit.NONE);
    try (TestServer few = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      List<RawClient> open = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        open.add(few.client());
        assertThat(open.getLast().ask(get("/healthz")).status()).isEqualTo(200);
      }
      HttpAnswer answer = few.ask(get("/healthz"));
      assertThat(answer.problem()).isEqualTo("429 rate_limited");
      assertThat(answer.header("retry-after")).isEqualTo("1");
      open.forEach(RawClient::close);
    }
  }

  @Test
  void asManyWebSocketsOfOneClientBehindAProxyAsAreAllowed() {
    AccessSettings settings =
        new AccessSettings(
            door,
            false,
            new AddressRules(2, TrustedProxies.of(List.of("127.0.0.0/8"))),
            null,
            Audit.NONE);
    String one = "X-Forwarded-For: 192.0.2.7";
    try (TestServer few = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      List<RawClient> open = new ArrayList<>();
      for (String client :
          List.of(one, one, "X-Forwarded-For: 192.0.2.8", "X-Real-IP: 192.0.2.7")) {
        open.add(few.client());
        open.getLast().send(RawWebSocket.handshake("/ws/events", bearer(FRONT), client));
        assertThat(open.getLast().answer().status()).as(client).isEqualTo(101);
      }
      HttpAnswer refused = few.ask(RawWebSocket.handshake("/ws/events", bearer(FRONT), one));
      assertThat(refused.problem()).isEqualTo("429 rate_limited");
      assertThat(refused.header("retry-after")).isEqualTo("1");

      open.getFirst().close();
      HttpAnswer again = refused;
      while (again.status() != 101) {
        again = few.ask(RawWebSocket.handshake("/ws/events", bearer(FRONT), one));
      }
      open.forEach(RawClient::close);
    }
  }

  @Test
  void aTrustedProxySpeaksForItsClients() {
    List<Audit.Entry> audited = new CopyOnWriteArrayList<>();
    AccessSettings settings =
        new AccessSettings(
            new VouchedFor(),
            false,
            new AddressRules(0, TrustedProxies.of(List.of("127.0.0.0/8", "10.0.0.0/8"))),
            new AccessSettings.ProxyHeaders("X-User", "X-Roles"),
            audited::add);
    try (TestServer behind = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      HttpAnswer answer =
          behind.ask(
              get(
                  "/api/v1/stats",
                  "X-User: ada",
                  "X-Roles: admin, viewer",
                  "X-Forwarded-For: 1.2.3.4, 192.0.2.7, 10.1.1.1"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(audited)
          .containsExactly(
              new Audit.Entry(Audit.What.CREDENTIAL_ACCEPTED, "ada", "192.0.2.7", null, List.of()));
      assertThat(behind.ask(get("/api/v1/stats", "X-User: ada", "X-User: bob")).status())
          .isEqualTo(401);
      assertThat(behind.ask(get("/api/v1/stats", "X-Roles: admin")).status()).isEqualTo(401);
      assertThat(
              behind
                  .ask(get("/api/v1/stats", "X-User: ada", "X-Forwarded-Host: evil.example"))
                  .problem())
          .isEqualTo("403 forbidden");
    }
  }

  /// It may send its header empty for whoever has not logged in.
  @Test
  void aProxyThatNamesNobodyLeavesItToTheCredential() {
    AccessSettings settings =
        new AccessSettings(
            door,
            false,
            new AddressRules(0, TrustedProxies.of(List.of("127.0.0.0/8"))),
            new AccessSettings.ProxyHeaders("X-User", "X-Roles"),
            Audit.NONE);
    try (TestServer behind = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      for (String nobody : List.of("X-User:", "X-User:  \t ")) {
        assertThat(
                behind.ask(get("/api/v1/stats", nobody, bearer(TestAuthenticator.ROOT))).status())
            .isEqualTo(200);
        assertThat(
                behind
                    .ask(get("/api/v1/stats", nobody, "X-Roles: admin", bearer("nonsense")))
                    .status())
            .isEqualTo(401);
        assertThat(behind.ask(get("/api/v1/stats", nobody)).status()).isEqualTo(401);
      }
      assertThat(
              behind
                  .ask(
                      get(
                          "/api/v1/stats",
                          "X-User:",
                          "X-User: ada",
                          bearer(TestAuthenticator.ROOT)))
                  .status())
          .as("a name that somebody else may have put there")
          .isEqualTo(401);
    }
  }

  /// Believes what a proxy says, and nothing else.
  private static final class VouchedFor implements Authenticator {
    @Override
    public CompletionStage<Outcome> authenticate(Credential credential) {
      return CompletableFuture.completedFuture(
          credential instanceof Credential.Vouched(String name, List<String> roles)
                  && roles.equals(List.of("admin", "viewer"))
              ? new Outcome.Accepted(
                  () -> Optional.of(new Access(name, Rights.ALL, Limits.NONE, null)))
              : new Outcome.Refused("nobody has vouched"));
    }
  }

  @Test
  void whoIsNoProxyVouchesForNobody() {
    AccessSettings settings =
        new AccessSettings(
            door,
            false,
            new AddressRules(0, TrustedProxies.of(List.of("10.0.0.0/8"))),
            new AccessSettings.ProxyHeaders("X-User", null),
            Audit.NONE);
    try (TestServer direct = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      assertThat(
              direct
                  .ask(get("/api/v1/stats", "X-User: ada", "X-Forwarded-For: 10.0.0.1"))
                  .problem())
          .isEqualTo("401 unauthenticated");
      assertThat(
              direct
                  .ask(get("/api/v1/stats", "X-User: ada", bearer(TestAuthenticator.ROOT)))
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void aStreamWithABadCredentialIsAnsweredBeforeItsEnd() {
    try (RawClient client = server.client()) {
      String head =
          "POST /api/v1/events HTTP/1.1\r\n"
              + "Host: localhost\r\n"
              + "Content-Type: application/x-ndjson\r\n"
              + "Transfer-Encoding: chunked\r\n"
              + bearer("nonsense")
              + "\r\n\r\n";
      client.send(head + RawClient.chunk(TestServer.alert("a") + "\n"));

      assertThat(client.answer().problem()).isEqualTo("401 unauthenticated");
    }
  }

  @Test
  void whoCannotBeJudgedGetsNothing() {
    door.let("unavailable", "somebody", Rights.ALL);
    door.gate = new CompletableFuture<>();
    try (RawWebSocket socket = stranger("")) {
      socket
          .say(authenticate("unavailable"))
          .say("{\"action\":\"subscribe\",\"events\":[\"*\"]}")
          .say("{\"action\":\"ping\"}");
      while (door.gate.getNumberOfDependents() == 0) {
        LockSupport.parkNanos(5_000_000);
      }
      door.gate.complete(null);

      assertThat(socket.message().path("payload").path("error").asString())
          .isEqualTo("unavailable");
      assertThat(socket.message().path("payload").path("error").asString())
          .isEqualTo("unauthenticated");
      assertThat(close(socket.frame())).isEqualTo("4401");
    }
  }

  @Test
  void whoCouldNotBeJudgedMayTryAgain() {
    door.let("unavailable", "front", Rights.ALL);
    try (RawWebSocket socket = stranger("")) {
      socket.say(authenticate("unavailable"));
      assertThat(socket.message().path("payload").path("error").asString())
          .isEqualTo("unavailable");
      socket.say(authenticate(FRONT)).say("{\"action\":\"ping\"}");

      assertThat(socket.message().path("type").asString()).isEqualTo("connection.established");
      assertThat(socket.message().path("action").asString()).isEqualTo("authenticated");
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    }
  }

  @Test
  void theRestOfALineIsNotPublishedAfterItsCredential() {
    door.let("camera", "camera", Rights.ALL);
    try (RawClient client = server.client()) {
      client.send(
          "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
              + bearer("camera")
              + "\r\n\r\n"
              + RawClient.chunk(TestServer.alert("a") + "\n" + TestServer.alert("b")));
      await(1);
      door.revoke("camera");
      client.send("0\r\n\r\n");
      HttpAnswer answer = client.answer();

      assertThat(answer.problem()).isEqualTo("401 unauthenticated");
      assertThat(answer.json().path("next_line").asInt()).isEqualTo(2);
      assertThat(server.hub.log().state().newest()).isOne();
    }
  }

  @Test
  void anUploadEndsWithItsCredential() {
    try (RawClient client = server.client()) {
      String head =
          "POST /api/v1/events HTTP/1.1\r\n"
              + "Host: localhost\r\n"
              + "Content-Type: application/x-ndjson\r\n"
              + "Transfer-Encoding: chunked\r\n"
              + bearer(TestAuthenticator.ROOT)
              + "\r\n\r\n";
      client.send(head + RawClient.chunk(TestServer.alert("a") + "\n"));
      await(1);
      door.revoke(TestAuthenticator.ROOT);
      client.send(RawClient.chunk(TestServer.alert("b") + "\n"));
      HttpAnswer answer = client.answer();

      assertThat(answer.problem()).isEqualTo("401 unauthenticated");
      assertThat(answer.json().path("accepted").asInt()).isOne();
      assertThat(answer.json().path("next_line").asInt()).isEqualTo(2);
    }
  }

  private void await(long newest) {
    while (server.hub.log().state().newest() < newest) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whereNobodyIsAskedACredentialDoesNoHarm() {
    try (TestServer open = TestServer.start()) {
      assertThat(open.ask(get("/api/v1/stats", bearer("nonsense"))).status()).isEqualTo(200);
      try (RawWebSocket socket = open.socket("")) {
        assertThat(socket.ask(authenticate("anything")).path("action").asString())
            .isEqualTo("authenticated");
      }
    }
  }
}
