package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against a server whose every frame is the test's.
@Timeout(60)
class TocsinClientTest {

  private static final CameraEnabledPayload ENABLED =
      new CameraEnabledPayload("c", new Timestamp("2026-01-09T12:00:00Z"));

  private final Recorder recorder = new Recorder();
  private TinyWebSocketServer server;
  private TocsinClient client;

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
    client = client(options());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private ClientOptions options() {
    return options(Duration.ofSeconds(6));
  }

  private ClientOptions options(Duration silenceLimit) {
    return server.options(silenceLimit);
  }

  private TocsinClient client(ClientOptions options) {
    return new TocsinClient(options, recorder);
  }

  private Peer connected(long sequence) throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", sequence);
    assertThat(connecting.get()).isEqualTo(new Position("e1", sequence));
    assertThat(recorder.next()).isEqualTo("connected " + sequence);
    return peer;
  }

  @Test
  void withoutPatternsNothingStandsInTheQuery() throws Exception {
    assertThat(connected(0).target()).isEqualTo("/ws/events");
  }

  @Test
  void patternsStandInTheQueryPercentEncoded() throws Exception {
    client = client(options().withPatterns(List.of("alert.*", "camera.[a-c] ?")));

    assertThat(connected(0).target()).isEqualTo("/ws/events?events=alert.*,camera.%5Ba-c%5D%20%3F");
  }

  @Test
  void eventsArriveInOrderEvenInParts() throws Exception {
    Peer peer = connected(4);

    peer.event(5, 4);
    peer.sendInParts("{\"type\":\"x.y\",\"payload\":{},\"seq", "uence\":6,\"previous\":5}");

    assertThat(recorder.next()).isEqualTo("event 5");
    assertThat(recorder.next()).isEqualTo("event 6");
  }

  @Test
  void aPreviousAfterThePositionIsAGap() throws Exception {
    Peer peer = connected(4);

    peer.event(9, 7);
    peer.send("{\"action\":\"gap\",\"from\":10,\"to\":20}");
    peer.event(22, 20);

    assertThat(recorder.next()).isEqualTo("gap 5 to 7");
    assertThat(recorder.next()).isEqualTo("event 9");
    assertThat(recorder.next()).isEqualTo("gap 10 to 20");
    assertThat(recorder.next()).isEqualTo("event 22");
  }

  @Test
  void heartbeatsAreAnsweredAndTellThePosition() throws Exception {
    Peer peer = connected(4);

    peer.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":7}");
    peer.event(9, 7);

    assertThat(peer.receive()).isEqualTo("{\"type\":\"pong\"}");
    assertThat(recorder.next()).isEqualTo("event 9");
  }

  @Test
  void comesBackAfterABreakAndGoesOnWhereItWas() throws Exception {
    client = client(options().withPatterns(List.of("camera.*")));
    Peer peer = connected(4);
    peer.event(5, 4);

    peer.vanish();
    Peer second = server.accept();
    second.established("e1", 8);
    second.resumed(5, 8);
    second.event(7, 5);

    assertThat(second.target()).isEqualTo("/ws/events?events=camera.*&since=5&epoch=e1");
    assertThat(recorder.next()).isEqualTo("event 5");
    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 5 after 5");
    assertThat(recorder.next()).isEqualTo("event 7");
  }

  @Test
  void tellsWhatTheLogNoLongerHolds() throws Exception {
    connected(4).vanish();
    Peer second = server.accept();
    second.established("e1", 99);
    second.resumedInPart(49, "truncated", 50);
    second.event(50, 49);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 49 after 4");
    assertThat(recorder.next()).isEqualTo("gap 5 to 49");
    assertThat(recorder.next()).isEqualTo("event 50");
  }

  @Test
  void aPositionThatTheServerNeverGaveIsTold() throws Exception {
    client = client(options().withSince(30));
    client.connect();
    Peer peer = server.accept();
    peer.established("e1", 5);
    peer.resumedInPart(5, "ahead", 1);
    peer.event(6, 0);

    assertThat(recorder.next()).isEqualTo("connected 5");
    assertThat(recorder.next())
        .isEqualTo("error ahead: The server never was at 30: it goes on with live events, after 5");
    assertThat(recorder.next()).isEqualTo("event 6");
  }

  @Test
  void beginsWhereTheApplicationSays() throws Exception {
    client = client(options().withSince(3));

    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 5);
    peer.resumed(3, 5);
    peer.event(4, 3);

    assertThat(peer.target()).isEqualTo("/ws/events?since=3");
    assertThat(connecting.get()).isEqualTo(new Position("e1", 5));
    assertThat(recorder.next()).isEqualTo("connected 3");
    assertThat(recorder.next()).isEqualTo("event 4");
  }

  @Test
  void positionOfALogThatIsNoMoreIsToldByTheEpoch() throws Exception {
    client = client(options().withSince(new Position("e0", 700)));

    client.connect();
    Peer peer = server.accept();
    peer.established("e1", 5);
    peer.resumedInPart(5, "epoch_changed", 1);
    peer.event(6, 5);

    assertThat(peer.target()).isEqualTo("/ws/events?since=700&epoch=e0");
    assertThat(recorder.next()).isEqualTo("connected 5");
    assertThat(recorder.next()).isEqualTo("event 6");
  }

  @Test
  void howFarItHasComeIsToldAlsoWhenNothingMatches() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void onPosition(Position position, long newest) {
            told.add(position.sequence() + " of " + newest);
          }
        };
    client = new TocsinClient(options().withSince(new Position("e1", 3)), listener);
    client.connect();
    Peer peer = server.accept();
    peer.established("e1", 9);
    peer.resumed(3, 9);
    peer.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":7}");
    peer.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":12}");

    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("3 of 9");
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("7 of 9");
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("12 of 12");
  }

  @Test
  void whatComesBeforeTheConnectionIsTakenBackIsTakenOnce() throws Exception {
    client = client(options().withPatterns(List.of("[c,d]amera.*")));
    Peer peer = connected(4);
    peer.receive();
    peer.receive();
    peer.vanish();

    Peer second = server.accept();
    assertThat(second.target()).isEqualTo("/ws/events?events=-");
    second.established("e1", 8);
    second.receive();
    second.receive();
    assertThat(second.receive()).isEqualTo("{\"action\":\"resume\",\"since\":4,\"epoch\":\"e1\"}");
    second.event(9, 7);
    second.send("{\"action\":\"gap\",\"from\":5,\"to\":8}");
    second.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":9}");
    second.resumed(4, 9);
    second.event(7, 4);
    second.event(9, 7);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
    assertThat(recorder.next()).isEqualTo("event 7");
    assertThat(recorder.next()).isEqualTo("event 9");
  }

  @Test
  void comesBackWhenTheServerSaysSo() throws Exception {
    Peer peer = connected(4);

    peer.send("{\"action\":\"reconnect\",\"after_ms\":3}");
    peer.close(1001, "bye");
    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);

    assertThat(recorder.next()).isEqualTo("disconnected 1001: bye");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  /// Each delay is drawn as long as it may be: 1 ms at first, and no other bound shows itself as that.
  @Test
  void theDelaysBeginAnewWithEveryConnectionThatTookTheClientBack() throws Exception {
    BlockingQueue<Duration> delays = new LinkedBlockingQueue<>();
    ClientListener noting =
        new ClientListener() {
          @Override
          public void onDisconnected(int code, String reason, Duration retryIn) {
            delays.add(retryIn);
          }
        };
    try (TocsinClient noted =
        new TocsinClient(server.options(Duration.ofSeconds(6), BackoffTest.GREATEST), noting)) {
      CompletableFuture<Position> connecting = noted.connect();
      Peer peer = server.accept();
      peer.established("e1", 4);
      connecting.get();
      for (int i = 0; i < 3; i++) {
        peer.vanish();
        peer = server.accept();
        peer.established("e1", 4);
        peer.resumed(4, 4);
        peer.event(5 + i, 4 + i);
      }
      peer.vanish();
      server.refuse("503 Service Unavailable", "{}");
      peer = server.accept();
      peer.established("e1", 7);
      peer.vanish();
      server.accept();
    }

    assertThat(delays.stream().map(Duration::toMillis).toList()).startsWith(1L, 1L, 1L, 1L, 2L, 4L);
  }

  @Test
  void staysAwayAfterAFinalCode() throws Exception {
    Peer peer = connected(4);

    peer.send(
        """
        {"type":"connection.error","payload":{"error":"forbidden","message":"Not you",\
        "timestamp":"2026-01-09T12:00:00Z"},"timestamp":"2026-01-09T12:00:00Z"}\
        """);
    peer.close(4403, "");

    assertThat(recorder.next())
        .isEqualTo(
            "disconnected 4403 for good: "
                + server.uri()
                + " closed the connection: Not you (4403); whoever runs the server can allow it");
  }

  @Test
  void givesUpWhenTheServerRefusesTheNextConnection() throws Exception {
    connected(4).vanish();

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next())
        .startsWith("disconnected 1006 for good: ")
        .endsWith("No such thing");
  }

  @Test
  void keepsTryingWhileTheServerIsOnlyUnavailable() throws Exception {
    connected(4).vanish();

    server.refuse("503 Service Unavailable", "{}");
    Peer second = server.accept();
    second.established("e2", 0);
    second.resumedInPart(0, "epoch_changed", 1);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).startsWith("disconnected 1006: ").endsWith("HTTP 503");
    assertThat(recorder.next()).isEqualTo("connected 0 after 4");
  }

  @ParameterizedTest
  @CsvSource({
    "404 Not Found,             text/html,                '<h1>nginx</h1>'",
    "403 Forbidden,             application/problem+json, '{\"title\":\"Forbidden\"}'",
    "403 Forbidden,             application/json,         '{\"error\":\"forbidden\"}'",
    "302 Found,                 text/html,                ''",
    "308 Permanent Redirect,    text/html,                ''",
    "400 Bad Request,           text/plain,               'no'",
    "401 Unauthorized,          text/plain,               ''",
    "200 OK,                    text/html,                '<h1>Back soon</h1>'",
    "426 Upgrade Required,      text/plain,               ''"
  })
  void whatAProxySaysEndsNoClientThatHadASession(String status, String type, String body)
      throws Exception {
    connected(4).vanish();

    server.refuse(status, type, body);
    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1002, 1003, 1007, 1008, 1009, 1011, 3000, 4000, 4999})
  void aCloseCodeThatAProxyMayHaveSentEndsNoClient(int code) throws Exception {
    connected(4).close(code, "from between");

    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);

    assertThat(recorder.next()).isEqualTo("disconnected " + code + ": from between");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void aSilentServerIsTakenForDead() throws Exception {
    client = client(options(Duration.ofMillis(60)));
    connected(4);

    assertThat(recorder.next()).startsWith("disconnected 1006: nothing was heard");
    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void theFirstConnectionIsTriedOnce() throws Exception {
    server.close();

    assertThatThrownBy(() -> client.connect().get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(ConnectFailedException.class)
        .hasMessage("cannot reach " + server.uri() + ": connection refused");
  }

  @Test
  void thePatientFirstConnectionIsTriedAgain() throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();

    server.refuse("404 Not Found", "text/html", "");
    server.refuse("503 Service Unavailable", "{}");
    server.accept().established("e1", 4);

    assertThat(connecting.get()).isEqualTo(new Position("e1", 4));
    assertThat(recorder.next()).startsWith("disconnected 1006: ").endsWith("HTTP 404");
    assertThat(recorder.next()).startsWith("disconnected 1006: ").endsWith("HTTP 503");
    assertThat(recorder.next()).isEqualTo("connected 4");
  }

  @Test
  void thePatientFirstConnectionFailsWhenTheServerSaysNo() throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThatThrownBy(connecting::get)
        .hasMessageContaining(server.uri() + " refused the connection: No such thing");
  }

  @Test
  void thePatientFirstConnectionFailsWhenTheClientIsClosed() throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();
    server.refuse("503 Service Unavailable", "{}");
    assertThat(recorder.next()).startsWith("disconnected 1006: ");

    client.close();

    assertThatThrownBy(connecting::get).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void theReasonOfARefusedConnectionIsTold() throws Exception {
    CompletableFuture<Position> connecting = client.connect();

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThatThrownBy(connecting::get)
        .hasMessageContaining(server.uri() + " refused the connection: No such thing");
  }

  @Test
  void publishesAreAnsweredById() throws Exception {
    Peer peer = connected(0);

    CompletableFuture<PublishOutcome> first = client.publish(ENABLED);
    CompletableFuture<PublishOutcome> second =
        client.publish(new WebSocketEvent("x.y", null, null, null, null, null, null));

    assertThat(peer.receive())
        .startsWith("{\"action\":\"publish\",\"id\":\"1\",\"event\":{\"type\":\"camera.enabled\"");
    assertThat(peer.receive())
        .startsWith("{\"action\":\"publish\",\"id\":\"2\",\"event\":{\"type\":\"x.y\"},");
    peer.send("{\"action\":\"published\",\"id\":\"1\",\"sequence\":1}");
    peer.refused("2", "unknown_event_type", "No x.y");
    assertThat(first.get()).isEqualTo(new PublishOutcome.Published(1));
    assertThat(second.get())
        .isEqualTo(
            new PublishOutcome.Refused(new Refusal("unknown_event_type", "No x.y", List.of())));
  }

  @Test
  void anEventThatIsTooLargeIsRefusedHere() throws Exception {
    CameraEnabledPayload large =
        new CameraEnabledPayload("c".repeat(64 * 1024), ENABLED.enabledAt());

    assertThat(client.publish(large).get()).isInstanceOf(PublishOutcome.Refused.class);
  }

  @Test
  void whatStandsAroundAnEventCountsToo() throws Exception {
    Peer peer = connected(0);
    String key = "\u00fc".repeat(200);
    int around =
        Actions.publish("9".repeat(19), "", key).getBytes(StandardCharsets.UTF_8).length
            + "{\"type\":\"\"}".length();
    String fits = "{\"type\":\"" + "x".repeat(TocsinClient.MAX_MESSAGE_BYTES - around) + "\"}";

    client.publishJson(fits, key);

    assertThat(peer.receive()).startsWith("{\"action\":\"publish\",\"id\":\"1\"");
    assertThat(client.publishJson(fits + " ", key).get())
        .isInstanceOf(PublishOutcome.Refused.class);
  }

  @Test
  void subscriptionsAreAcknowledgedAndOutliveTheConnection() throws Exception {
    Peer peer = connected(0);

    CompletableFuture<SubscriptionOutcome> outcome = client.subscribe(List.of("ALRT.*"));
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"1\",\"events\":[\"ALRT.*\"]}");
    peer.send(
        """
        {"action":"subscribed","id":"1","events":["alrt.*"],"sequence":0,\
        "warnings":[{"pattern":"alrt.*","message":"m","suggestion":"alert.*"}]}\
        """);

    assertThat(outcome.get())
        .isEqualTo(
            new SubscriptionOutcome.Acknowledged(
                List.of("alrt.*"),
                List.of(new SubscriptionOutcome.Warning("alrt.*", "m", "alert.*"))));
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?events=alrt.*&since=0&epoch=e1");
  }

  @Test
  void aRefusedPatternIsNotAskedForAgain() throws Exception {
    client = client(options().withPatterns(List.of("a.*")));
    Peer peer = connected(0);

    CompletableFuture<SubscriptionOutcome> outcome = client.subscribe(List.of("[", "A.*"));
    peer.receive();
    peer.refused("1", "invalid_pattern", "unclosed [");

    assertThat(outcome.get()).isInstanceOf(SubscriptionOutcome.Refused.class);
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?events=a.*&since=0&epoch=e1");
  }

  @Test
  void aRefusedFirstSubscribeLeavesEverything() throws Exception {
    Peer peer = connected(0);

    CompletableFuture<SubscriptionOutcome> first = client.subscribe(List.of("["));
    CompletableFuture<SubscriptionOutcome> second = client.subscribe(List.of("[a"));
    peer.receive();
    peer.receive();
    peer.refused("1", "invalid_pattern", "unclosed [");
    peer.refused("2", "invalid_pattern", "unclosed [");

    assertThat(first.get()).isInstanceOf(SubscriptionOutcome.Refused.class);
    assertThat(second.get()).isInstanceOf(SubscriptionOutcome.Refused.class);
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?since=0&epoch=e1");
  }

  @Test
  void aRefusalLeavesNothingWhereNothingWasLeft() throws Exception {
    Peer peer = connected(0);

    client.subscribe(List.of("a.*"));
    client.unsubscribe(List.of("a.*"));
    CompletableFuture<SubscriptionOutcome> refused = client.subscribe(List.of("["));
    peer.receive();
    peer.receive();
    peer.receive();
    peer.send("{\"action\":\"subscribed\",\"id\":\"1\",\"events\":[\"a.*\"],\"sequence\":0}");
    peer.send("{\"action\":\"unsubscribed\",\"id\":\"2\",\"events\":[\"a.*\"],\"sequence\":0}");
    peer.refused("3", "invalid_pattern", "unclosed [");

    assertThat(refused.get()).isInstanceOf(SubscriptionOutcome.Refused.class);
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?events=-&since=0&epoch=e1");
  }

  @Test
  void aRefusalLeavesNothingWhereThePatternAfterItIsGone() throws Exception {
    Peer peer = connected(0);

    client.subscribe(List.of("["));
    client.subscribe(List.of("a.*"));
    CompletableFuture<SubscriptionOutcome> last = client.unsubscribe(List.of("a.*"));
    peer.receive();
    peer.receive();
    peer.receive();
    peer.refused("1", "invalid_pattern", "unclosed [");
    peer.send("{\"action\":\"subscribed\",\"id\":\"2\",\"events\":[\"a.*\"],\"sequence\":0}");
    peer.send("{\"action\":\"unsubscribed\",\"id\":\"3\",\"events\":[\"a.*\"],\"sequence\":0}");
    last.get();

    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?events=-&since=0&epoch=e1");
  }

  @Test
  void whoUnsubscribedFromEverythingComesBackToNothing() throws Exception {
    Peer peer = connected(0);

    client.unsubscribeAll();
    assertThat(peer.receive()).isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"1\"}");
    peer.vanish();

    Peer second = server.accept();
    second.established("e1", 0);
    assertThat(second.target()).isEqualTo("/ws/events?events=-&since=0&epoch=e1");
    assertThat(second.receive())
        .isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"2\",\"events\":[\"-\"]}");
  }

  @Test
  void patternsThatFitNoQueryAreSubscribedToOnceConnected() throws Exception {
    client = client(options().withPatterns(List.of("[a,b].*")));

    Peer peer = connected(0);

    assertThat(peer.target()).isEqualTo("/ws/events?events=-");
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"1\",\"events\":[\"-\"]}");
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"2\",\"events\":[\"[a,b].*\"]}");
  }

  @Test
  void whatChangesWhileTheSocketOpensIsToldOnceItIsOpen() throws Exception {
    client = client(options().withPatterns(List.of("a.*", "b.*")));
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();

    assertThat(client.subscribe(List.of("c.*")).get())
        .isEqualTo(new SubscriptionOutcome.Remembered());
    assertThat(client.unsubscribe(List.of("a.*")).get())
        .isEqualTo(new SubscriptionOutcome.Remembered());
    peer.established("e1", 0);
    connecting.get();

    assertThat(peer.target()).isEqualTo("/ws/events?events=a.*,b.*");
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"1\",\"events\":[\"a.*\"]}");
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"2\",\"events\":[\"c.*\"]}");
  }

  @Test
  void everythingIsLeftForPatternsThatComeWhileTheSocketOpens() throws Exception {
    client.connect();
    Peer peer = server.accept();

    client.subscribe(List.of("a.*")).get();
    peer.established("e1", 0);

    assertThat(peer.target()).isEqualTo("/ws/events");
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"1\",\"events\":[\"a.*\"]}");
  }

  @Test
  void everythingIsLeftWhenAllIsUnsubscribedWhileTheSocketOpens() throws Exception {
    client.connect();
    Peer peer = server.accept();

    client.unsubscribeAll().get();
    peer.established("e1", 0);

    assertThat(peer.target()).isEqualTo("/ws/events");
    assertThat(peer.receive()).isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"1\"}");
  }

  @Test
  void resumesAlthoughThePatternsFitAQueryMeanwhile() throws Exception {
    client = client(options().withPatterns(List.of("[c,d]amera.*", "camera.*")));
    Peer peer = connected(4);
    peer.receive();
    peer.receive();
    peer.vanish();
    Peer second = server.accept();

    client.unsubscribe(List.of("[c,d]amera.*")).get();
    second.established("e1", 8);

    assertThat(second.target()).isEqualTo("/ws/events?events=-");
    assertThat(second.receive())
        .isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"3\",\"events\":[\"-\"]}");
    assertThat(second.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"4\",\"events\":[\"camera.*\"]}");
    assertThat(second.receive()).isEqualTo("{\"action\":\"resume\",\"since\":4,\"epoch\":\"e1\"}");
  }

  @Test
  void resumesOnceAlthoughThePatternsFitNoQueryMeanwhile() throws Exception {
    client = client(options().withPatterns(List.of("camera.*")));
    connected(4).vanish();
    Peer second = server.accept();

    client.subscribe(List.of("[a,b].*")).get();
    second.established("e1", 8);
    second.resumed(4, 8);
    second.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":8}");

    assertThat(second.target()).isEqualTo("/ws/events?events=camera.*&since=4&epoch=e1");
    assertThat(second.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"1\",\"events\":[\"[a,b].*\"]}");
    assertThat(second.receive()).isEqualTo("{\"type\":\"pong\"}");
  }

  @Test
  void aRefusalOfWhatTheClientAsksForByItselfIsToldAndNotAskedForAgain() throws Exception {
    client = client(options().withPatterns(List.of("a.*")));
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    client.subscribe(List.of("[", "[b")).get();
    peer.established("e1", 0);
    connecting.get();
    recorder.next();

    peer.receive();
    peer.refused("1", "invalid_pattern", "unclosed [");

    assertThat(recorder.next())
        .isEqualTo("error invalid_pattern: Not subscribed to [, [b: unclosed [");
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?events=a.*&since=0&epoch=e1");
  }

  @Test
  void aRefusedSubscriptionOfAHandlerIsTold() throws Exception {
    client = client(options().withPatterns(List.of("a.*")));
    Peer peer = connected(0);

    client.on(CameraEnabledPayload.class, (payload, event) -> {});
    peer.receive();
    peer.refused("1", "too_many_patterns", "256 at most");

    assertThat(recorder.next())
        .isEqualTo("error too_many_patterns: Not subscribed to camera.enabled: 256 at most");
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?events=a.*&since=0&epoch=e1");
  }

  @Test
  void handlersGetTheirPayloadsAndTheirSubscription() throws Exception {
    client = client(options().withPatterns(List.of("alert.*")));
    CompletableFuture<CameraEnabledPayload> handled = new CompletableFuture<>();
    client.on(CameraEnabledPayload.class, (payload, event) -> handled.complete(payload));

    Peer peer = connected(0);
    peer.event(1, 0);

    assertThat(peer.target()).isEqualTo("/ws/events?events=alert.*,camera.enabled");
    assertThat(handled.get()).isEqualTo(ENABLED);
  }

  @Test
  void aHandlerGetsItsEventsAlsoWhenASubscriptionFollows() throws Exception {
    client.on(CameraEnabledPayload.class, (payload, event) -> {});
    Peer peer = connected(0);

    CompletableFuture<SubscriptionOutcome> outcome = client.subscribe(List.of("job.*"));

    assertThat(peer.receive())
        .isEqualTo(
            "{\"action\":\"subscribe\",\"id\":\"1\",\"events\":[\"job.*\",\"camera.enabled\"]}");
    peer.send(
        """
        {"action":"subscribed","id":"1","events":["job.*","camera.enabled"],"sequence":0}\
        """);
    assertThat(outcome.get())
        .isEqualTo(new SubscriptionOutcome.Acknowledged(List.of("job.*"), List.of()));
    peer.vanish();
    assertThat(server.accept().target())
        .isEqualTo("/ws/events?events=camera.enabled,job.*&since=0&epoch=e1");
  }

  @Test
  void aHandlerThatComesWhileTheFirstSubscriptionIsUnansweredIsToldOnceItIsTaken()
      throws Exception {
    Peer peer = connected(0);
    client.subscribe(List.of("job.*"));
    client.on(CameraEnabledPayload.class, (payload, event) -> {});
    peer.receive();

    peer.send("{\"action\":\"subscribed\",\"id\":\"1\",\"events\":[\"job.*\"],\"sequence\":0}");

    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"subscribe\",\"id\":\"2\",\"events\":[\"camera.enabled\"]}");
  }

  @Test
  void aRefusedSubscriptionLeavesEverythingAlsoBesideAHandler() throws Exception {
    client.on(CameraEnabledPayload.class, (payload, event) -> {});
    Peer peer = connected(0);

    CompletableFuture<SubscriptionOutcome> outcome = client.subscribe(List.of("["));
    peer.receive();
    peer.refused("1", "invalid_pattern", "unclosed [");

    assertThat(outcome.get()).isInstanceOf(SubscriptionOutcome.Refused.class);
    peer.vanish();
    assertThat(server.accept().target()).isEqualTo("/ws/events?since=0&epoch=e1");
  }

  @Test
  void aPayloadThatDoesNotFitTheRecordIsAnError() throws Exception {
    client.on(CameraEnabledPayload.class, (payload, event) -> {});
    Peer peer = connected(0);

    peer.send("{\"type\":\"camera.enabled\",\"payload\":{},\"sequence\":1,\"previous\":0}");

    assertThat(recorder.next()).isEqualTo("event 1");
    assertThat(recorder.next())
        .startsWith(
            "error invalid_payload: The payload of camera.enabled with sequence 1 is no Camera");
  }

  @Test
  void aCallbackMayWaitForAnAnswer() throws Exception {
    CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
    client.on(
        CameraEnabledPayload.class,
        (payload, event) -> outcome.complete(client.publish(payload).join()));
    Peer peer = connected(0);

    peer.event(1, 0);
    peer.receive();
    peer.send("{\"action\":\"published\",\"id\":\"1\",\"sequence\":2}");

    assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(new PublishOutcome.Published(2));
  }

  @Test
  void aFailureOfTheApplicationIsToldAndSilencesNothing() throws Exception {
    client.on(
        CameraEnabledPayload.class,
        (payload, event) -> {
          throw new NoClassDefFoundError("thrown by the test");
        });
    Peer peer = connected(0);

    peer.event(1, 0);
    peer.event(2, 1);

    for (int sequence = 1; sequence <= 2; sequence++) {
      assertThat(recorder.next()).isEqualTo("event " + sequence);
      assertThat(recorder.next())
          .isEqualTo(
              "error handler_failed: A handler for camera.enabled with sequence "
                  + sequence
                  + " has failed: java.lang.NoClassDefFoundError: thrown by the test");
    }
  }

  @Test
  void aSlowApplicationIsNotOverwhelmed() throws Exception {
    CompletableFuture<Boolean> released = new CompletableFuture<>();
    client.on(CameraEnabledPayload.class, (payload, event) -> released.join());
    Peer peer = connected(0);

    int count = 4_000; // 40 MB: more than the sockets take
    String padding = "x".repeat(10_000);

    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> {
          for (int sequence = 1; sequence <= count; sequence++) {
            peer.event(sequence, sequence - 1, padding);
          }
        });

    assertThatThrownBy(() -> sending.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    released.complete(true);
    sending.get();
    for (int sequence = 1; sequence <= count; sequence++) {
      assertThat(recorder.next()).isEqualTo("event " + sequence);
    }
  }

  @Test
  void whatCannotBeReadIsToldWithItsSequenceAndIsNoGap() throws Exception {
    Peer peer = connected(0);

    peer.send("{\"action\":\"something new\"}");
    peer.send("{\"type\":\"a.b\",\"payload\":{\"x\":01},\"sequence\":1,\"previous\":0}");
    peer.event(2, 1);

    assertThat(recorder.next())
        .startsWith("error malformed: The event with sequence 1 cannot be read: Not valid JSON");
    assertThat(recorder.next()).isEqualTo("event 2");
  }

  @Test
  void whatCannotBeReadAndHasNoPlaceDoesNotCountAsReceived() throws Exception {
    Peer peer = connected(0);

    peer.send("{\"type\":\"a.b\",\"payload\":");
    peer.event(2, 1);

    assertThat(recorder.next()).startsWith("error malformed: A message cannot be read: ");
    assertThat(recorder.next()).isEqualTo("gap 1 to 1");
    assertThat(recorder.next()).isEqualTo("event 2");
  }

  @Test
  void closesInGoodOrder() throws Exception {
    Peer peer = connected(0);

    client.close();

    assertThat(peer.receive()).isEqualTo("<1000>");
    assertThat(recorder.next()).isEqualTo("disconnected 1000 for good: the client was closed here");
    assertThatThrownBy(() -> client.connect().get())
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aRecordOfNoEventTypeHasNoHandler() {
    assertThatThrownBy(() -> client.publish(new Position("e", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(EventCatalog.builtIn().createEvent(ENABLED).type()).isEqualTo("camera.enabled");
  }
}
