package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tocsin.client.PublishOutcome.NotSent;
import dev.tocsin.client.PublishOutcome.OutboxFull;
import dev.tocsin.client.PublishOutcome.Published;
import dev.tocsin.client.PublishOutcome.Refused;
import dev.tocsin.client.PublishOutcome.Unanswered;
import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import dev.tocsin.events.payload.job.JobProgressPayload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Publishing through everything that may happen to a connection, against a server whose every frame
/// is the test's.
@Timeout(60)
class ClientPublishingTest {

  private static final CameraEnabledPayload ENABLED =
      new CameraEnabledPayload("c", new Timestamp("2026-01-09T12:00:00Z"));

  private TinyWebSocketServer server;
  private TocsinClient client;

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
    client = client(Outbox.STANDARD);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private TocsinClient client(Outbox outbox) {
    return new TocsinClient(server.options(Duration.ofSeconds(6)).withOutbox(outbox));
  }

  private Peer connected() throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 0);
    connecting.get();
    return peer;
  }

  private static JsonNode receive(Peer peer) throws IOException {
    return ((Json.Value) Json.read(peer.receive())).tree();
  }

  private static void answer(Peer peer, JsonNode publish, long sequence) throws IOException {
    peer.send(
        "{\"action\":\"published\",\"id\":\"%s\",\"sequence\":%d}"
            .formatted(publish.path("id").asString(), sequence));
  }

  @Test
  void anUnansweredEventGoesOutAgainWithTheSameKeyAndTheSameBytes() throws Exception {
    Peer peer = connected();
    CompletableFuture<PublishOutcome> outcome = client.publish(ENABLED);
    JsonNode first = receive(peer);

    peer.vanish();
    Peer second = server.accept();
    second.established("e1", 1);
    JsonNode again = receive(second);
    answer(second, again, 1);

    assertThat(first.path("idempotency_key").asString()).hasSizeGreaterThan(30);
    assertThat(again.path("idempotency_key")).isEqualTo(first.path("idempotency_key"));
    assertThat(again.path("event")).isEqualTo(first.path("event"));
    assertThat(outcome.get()).isEqualTo(new Published(1));
  }

  @Test
  void whatIsPublishedWithoutAConnectionGoesOutInOrderWithTheNextOne() throws Exception {
    connected().vanish();
    server.refuse("503 Service Unavailable", "{}");
    List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      outcomes.add(client.publishJson("{\"type\":\"a.b\",\"payload\":{\"n\":" + i + "}}", null));
    }

    Peer second = server.accept();
    second.established("e1", 0);

    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      JsonNode publish = receive(second);
      assertThat(publish.path("event").path("payload").path("n").asInt()).isEqualTo(i);
      keys.add(publish.path("idempotency_key").asString());
      answer(second, publish, i + 1L);
      assertThat(outcomes.get(i).get()).isEqualTo(new Published(i + 1L));
    }
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void whatTheServerCannotTakeNowIsTriedAgain() throws Exception {
    Peer peer = connected();
    CompletableFuture<PublishOutcome> first = client.publishJson("{\"type\":\"a.b\"}", null);
    JsonNode one = receive(peer);
    peer.refused(one.path("id").asString(), "unavailable", "The disk is full");

    JsonNode again = receive(peer);
    answer(peer, again, 1);

    assertThat(again.path("idempotency_key")).isEqualTo(one.path("idempotency_key"));
    assertThat(first.get()).isEqualTo(new Published(1));
  }

  @Test
  void whatIsWrongIsNotTriedAgain() throws Exception {
    Peer peer = connected();
    CompletableFuture<PublishOutcome> outcome = client.publish(ENABLED);

    peer.refused(receive(peer).path("id").asString(), "invalid_payload", "No");

    assertThat(outcome.get()).isInstanceOf(Refused.class);
  }

  @Test
  void aFullOutboxIsToldAndHasRoomAgainAfterAnAnswer() throws Exception {
    client = client(new Outbox(2, 1 << 20, Duration.ofMinutes(9)));
    Peer peer = connected();
    CompletableFuture<PublishOutcome> first = client.publish(ENABLED);
    client.publish(ENABLED);

    PublishOutcome third = client.publish(ENABLED).get();

    assertThat(third)
        .isInstanceOfSatisfying(OutboxFull.class, full -> assertThat(full.events()).isEqualTo(2));
    answer(peer, receive(peer), 1);
    first.get();
    receive(peer);
    client.publish(ENABLED);
    assertThat(receive(peer).path("event").path("type").asString()).isEqualTo("camera.enabled");
  }

  @Test
  void theBytesOfAnOutboxAreBounded() throws Exception {
    client = client(new Outbox(1_000, 100_000, Duration.ofMinutes(9)));
    connected();
    String large = "{\"type\":\"a.b\",\"payload\":\"" + "x".repeat(60_000) + "\"}";

    client.publishJson(large, null);

    assertThat(client.publishJson(large, null).get()).isInstanceOf(OutboxFull.class);
    CompletableFuture<PublishOutcome> small = client.publish(ENABLED);
    assertThat(small).isNotDone();
  }

  @Test
  void whatWentOutTooLongAgoDoesNotGoOutAgain() throws Exception {
    client = client(new Outbox(10, 1 << 20, Duration.ZERO));
    Peer peer = connected();
    CompletableFuture<PublishOutcome> outcome = client.publish(ENABLED);
    receive(peer);

    peer.vanish();
    server.accept().established("e1", 1);

    assertThat(outcome.get()).isInstanceOf(Unanswered.class);
  }

  @Test
  void anEventTooLargeForAProxyDoesNotBreakEachConnection() throws Exception {
    Peer peer = connected();
    CompletableFuture<PublishOutcome> small = client.publish(ENABLED);
    CompletableFuture<PublishOutcome> large =
        client.publishJson("{\"type\":\"a.b\",\"payload\":\"" + "x".repeat(9_000) + "\"}", null);
    receive(peer);
    receive(peer);

    peer.close(1009, "too big");
    Peer second = server.accept();
    second.established("e1", 0);
    answer(second, receive(second), 1);

    assertThat(large.get()).isInstanceOf(Unanswered.class);
    assertThat(small.get()).isEqualTo(new Published(1));
  }

  @Test
  void aKeyOfTheApplicationGoesOutAsItIs() throws Exception {
    Peer peer = connected();

    client.publishJson("{\"type\":\"a.b\"}", "order \"7\"");

    assertThat(peer.receive())
        .isEqualTo(
            "{\"action\":\"publish\",\"id\":\"1\",\"event\":{\"type\":\"a.b\"},"
                + "\"idempotency_key\":\"order \\\"7\\\"\"}");
    assertThatIllegalArgumentException().isThrownBy(() -> client.publishJson("{}", ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.publishJson("{}", "k".repeat(257)));
    assertThat(client.publishJson("{}", "\uD83D\uDD14".repeat(256)).isDone()).isFalse();
  }

  @Test
  void aTextThatIsNoObjectNeverGoesOut() throws Exception {
    connected();

    assertThat(client.publishJson("{\"type\":\"a.b\"},\"id\":\"9\"", null).get())
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo("invalid_json"));
    assertThat(client.publishJson("[]", null).get())
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo("invalid_message"));
  }

  @Test
  void aRecordThatDoesNotFitItsSchemaIsRefusedAsTheServerWould() throws Exception {
    connected();
    JobProgressPayload payload = new JobProgressPayload("j\ud800", "export", 120, "running", null);

    PublishOutcome outcome = client.publish(payload).get();

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.refusal().code()).isEqualTo("invalid_payload");
              assertThat(refused.refusal().errors())
                  .extracting(PayloadError::path)
                  .containsExactlyInAnyOrder("/job_id", "/progress");
            });
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.publish(new Unknown()))
        .withMessageContaining("Unknown");
  }

  private record Unknown() {}

  @Test
  void whatIsSentMeanwhileGoesOutInItsOrder() throws Exception {
    Peer peer = connected();
    String large = "x".repeat(15_000);
    int count = 1_000; // 15 MB: more than the sockets take

    for (int i = 0; i < count; i++) {
      client.publishJson(
          "{\"type\":\"a.b\",\"payload\":{\"n\":" + i + ",\"x\":\"" + large + "\"}}", "k" + i);
    }

    for (int i = 0; i < count; i++) {
      assertThat(receive(peer).path("event").path("payload").path("n").asInt()).isEqualTo(i);
    }
  }

  @Test
  void beforeAConnectionIsAskedForNothingIsHeld() throws Exception {
    assertThat(client.publish(ENABLED).get()).isInstanceOf(NotSent.class);
  }

  @Test
  void closingAnswersWhatIsHeld() throws Exception {
    Peer peer = connected();
    CompletableFuture<PublishOutcome> sent = client.publish(ENABLED);
    receive(peer);

    client.close();

    assertThat(sent.get()).isInstanceOf(Unanswered.class);
    assertThat(client.publish(ENABLED).get()).isInstanceOf(NotSent.class);
  }

  @Test
  void anEndForGoodAnswersWhatIsHeld() throws Exception {
    connected().vanish();
    server.refuse("503 Service Unavailable", "{}");
    CompletableFuture<PublishOutcome> waiting = client.publish(ENABLED);

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThat(waiting.get())
        .isInstanceOfSatisfying(
            NotSent.class, notSent -> assertThat(notSent.reason()).endsWith("No such thing"));
  }

  @Test
  void withoutAnOutboxAnEventIsSentOnceAndWithoutAKey() throws Exception {
    client = client(Outbox.NONE);
    Peer peer = connected();
    CompletableFuture<PublishOutcome> unanswered = client.publish(ENABLED);
    assertThat(receive(peer).has("idempotency_key")).isFalse();

    peer.vanish();

    assertThat(unanswered.get()).isInstanceOf(Unanswered.class);
    assertThat(client.publish(ENABLED).get()).isInstanceOf(NotSent.class);
  }
}
