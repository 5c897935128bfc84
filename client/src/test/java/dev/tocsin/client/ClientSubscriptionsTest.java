package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the client is subscribed to, whatever the server answers and however often it has to come back.
@Timeout(60)
class ClientSubscriptionsTest extends OnTinyServer {

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
}
