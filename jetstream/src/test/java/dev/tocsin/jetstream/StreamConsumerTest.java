package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.hub.RecordedFollower;
import dev.tocsin.hub.SampleEvents;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a consumer of a real stream makes of what it is sent, also of what the test slips in where the server delivers.
@Timeout(120)
class StreamConsumerTest extends OnRealServers {

  private static final Duration LONG = Duration.ofSeconds(30);

  private NatsServers servers;
  private Connection nats;
  private StreamConsumer consumer;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    servers = NatsServers.one(folder);
    nats = Nats.connect(servers.url(0));
  }

  private void open(long after) throws Exception {
    JetStreamSettings settings = TestSettings.of(servers, "log").build();
    api(nats, "STREAM.CREATE.log", Json.write(StreamSetup.config(settings)));
    consumer = StreamConsumer.open(nats, new JetStreamApi(nats), "log", after);
  }

  @AfterEach
  void stop() throws Exception {
    if (consumer != null) {
      consumer.close();
    }
    if (nats != null) {
      nats.close();
    }
    if (servers != null) {
      servers.close();
    }
  }

  private void publish(String type) throws Exception {
    nats.request("log.e." + type, EventCodec.body(SampleEvents.event(type)), LONG);
  }

  private String name() throws Exception {
    return api(nats, "CONSUMER.NAMES.log", "{}").path("consumers").path(0).asString("");
  }

  /// Where the server delivers.
  private String target() throws Exception {
    JsonNode info = api(nats, "CONSUMER.INFO.log." + name(), "");
    return info.path("config").path("deliver_subject").asString("");
  }

  private static RawHeaders status(String line, String... headers) {
    StringBuilder text = new StringBuilder("NATS/1.0 " + line + "\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return new RawHeaders(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private void slipIn(String reply, RawHeaders headers) throws Exception {
    nats.publish(target(), reply, headers, new byte[0]);
    nats.flush(LONG);
  }

  /// Takes all there is until the consumer is doubtful.
  private String doubt() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.doubt() == null && System.nanoTime() < end) {
      var _ = consumer.next(Duration.ofMillis(100));
    }
    return consumer.doubt();
  }

  private MessagePlace next() throws InterruptedException {
    Message message = null;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (message == null && consumer.doubt() == null && System.nanoTime() < end) {
      message = consumer.next(Duration.ofMillis(100));
    }
    assertThat(message).as(consumer.doubt()).isNotNull();
    return MessagePlace.of(message.getReplyTo());
  }

  @Test
  void deliversWhatFollowsAPosition() throws Exception {
    open(0);
    publish("a.a");
    publish("a.b");
    publish("a.c");
    MessagePlace first = next();
    assertThat(first.sequence()).isEqualTo(1);
    assertThat(consumer.isNext(first)).isTrue();
    consumer.close();

    open(1);

    for (long sequence = 2; sequence <= 3; sequence++) {
      MessagePlace place = next();
      assertThat(place.sequence()).isEqualTo(sequence);
      assertThat(consumer.isNext(place)).isTrue();
    }
    assertThat(consumer.doubt()).isNull();
    assertThat(consumer.poll()).isNull();
  }

  @Test
  void saysThatItIsIdle() throws Exception {
    open(0);
    publish("a.a");
    consumer.isNext(next());
    assertThat(consumer.isIdle()).isFalse();

    await(() -> {
      assertThat(consumer.next(Duration.ofMillis(100))).isNull();
      return consumer.isIdle();
    });
    assertThat(consumer.doubt()).isNull();
  }

  @Test
  void aDeliveryThatWasPassedOverIsDoubtful() throws Exception {
    open(0);

    assertThat(consumer.isNext(new MessagePlace(1, 1, 0, 0))).isTrue();
    assertThat(consumer.isNext(new MessagePlace(3, 3, 0, 0))).isFalse();
    assertThat(consumer.doubt()).contains("delivery 3 came after 1");
  }

  @Test
  void aHeartbeatThatCountsMoreIsDoubtful() throws Exception {
    open(0);

    slipIn(null, status("100 Idle Heartbeat", "Nats-Last-Consumer: 3"));

    assertThat(doubt()).contains("has delivered 3 messages, of which 0 came");
  }

  @Test
  void anyOtherStatusIsDoubtful() throws Exception {
    open(0);

    slipIn(null, status("409 Consumer Deleted"));

    assertThat(doubt()).contains("Consumer Deleted");
  }

  @Test
  void silenceIsDoubtful() throws Exception {
    open(0);

    api(nats, "CONSUMER.DELETE.log." + name(), "");

    assertThat(doubt()).isNotNull();
  }

  @Test
  void flowControlIsAnswered() throws Exception {
    open(0);
    Subscription answers = nats.subscribe("flow.*");

    slipIn("flow.one", status("100 FlowControl Request"));
    slipIn(null, status("100 Idle Heartbeat", "Nats-Consumer-Stalled: flow.two"));

    assertThat(consumer.next(Duration.ofMillis(300))).isNull();
    Message first = answers.nextMessage(LONG);
    assertThat(first).isNotNull();
    assertThat(first.getSubject()).isEqualTo("flow.one");
    Message second = answers.nextMessage(LONG);
    assertThat(second).isNotNull();
    assertThat(second.getSubject()).isEqualTo("flow.two");
    assertThat(consumer.doubt()).isNull();
  }

  @Test
  void aMessageThatCameBeforeIsNotHandedOnAgain() throws Exception {
    try (JetStreamEventLog log = open(TestSettings.of(servers, "log"))) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a", "a.b");

      nats.publish(
          target(),
          "$JS.ACK.log." + name() + ".1.1.3.1700000000000000000.0",
          EventCodec.body(SampleEvents.event("a.a")));
      nats.flush(LONG);

      // The next one is delivery 3 once more, and makes the consumer doubtful.
      append(log, "a.c");
      append(log, "a.d");
      assertThat(sequences(followed.events())).isEqualTo(upTo(4));
      assertThat(followed.lost()).isEmpty();
    }
  }

  /// Tells the server to pass over everything.
  private void deliverNothing() throws Exception {
    ObjectNode config = (ObjectNode) api(nats, "CONSUMER.INFO.log." + name(), "").path("config");
    config.putArray("filter_subjects").add("log.e.nothing");
    ObjectNode request = JetStreamApi.request().put("stream_name", "log").put("action", "update");
    request.set("config", config);
    assertThat(api(nats, "CONSUMER.CREATE.log." + name(), Json.write(request)).has("error"))
        .isFalse();
  }

  /// A server that says it has nothing to deliver is not believed for long: here it is told to pass over everything.
  @Test
  void whatTheServerDoesNotDeliverIsFetchedByAnotherConsumer() throws Exception {
    try (JetStreamEventLog log = open(TestSettings.of(servers, "log"))) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a");
      deliverNothing();

      append(log, "a.b", "a.c");

      assertThat(sequences(followed.events())).isEqualTo(upTo(3));
      assertThat(followed.lost()).isEmpty();
    }
  }

  @Test
  void whatWasThrownAwayBeforeItCameIsToldThoughNothingFollowsIt() throws Exception {
    try (JetStreamEventLog log =
        open(TestSettings.of(servers, "log").retaining(Duration.ofSeconds(1)))) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a");
      deliverNothing();
      publish("a.b");
      publish("a.c");

      reach(log, 3);

      // They may have come before they went.
      long lost = followed.lost().stream().mapToLong(each -> each.to() - each.from() + 1).sum();
      assertThat(followed.events().size() + lost).isEqualTo(3);
      await(() -> log.state().oldest() == 4);
    }
  }
}
