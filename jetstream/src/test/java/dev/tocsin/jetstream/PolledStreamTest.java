package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.hub.SampleEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/// A real stream that is asked for its events, over a connection that loses what would make a consumer.
@Timeout(120)
class PolledStreamTest extends OnOneServer {

  private final LossyConnection lossy = new LossyConnection(nats);
  private PolledStream stream;

  @BeforeEach
  void makeNoConsumers() {
    lossy.lose("$JS.API.CONSUMER.CREATE.");
  }

  @AfterEach
  void closeStream() {
    if (stream != null) {
      stream.close();
    }
  }

  /// One in which events can be deleted.
  private void make(int maxConsumers) throws Exception {
    ObjectNode config = StreamSetup.config(TestSettings.of(servers, prefix).build());
    config.put("deny_delete", false);
    config.put("max_consumers", maxConsumers);
    assertThat(api(nats, "STREAM.CREATE." + prefix, Json.write(config)).has("error")).isFalse();
  }

  private void open(long after) {
    stream =
        new PolledStream(lossy.connection(), new JetStreamApi(lossy.connection()), prefix, after);
  }

  private void publish(String type) throws Exception {
    var _ =
        nats.request(prefix + ".e." + type, EventCodec.body(SampleEvents.event(type)), PATIENCE);
  }

  private List<Long> next(int count) throws InterruptedException {
    List<Long> sequences = new ArrayList<>();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (sequences.size() < count && stream.doubt() == null && System.nanoTime() < end) {
      StreamMessage message = stream.next(Duration.ofMillis(100));
      while (message != null) {
        sequences.add(message.sequence());
        message = stream.poll();
      }
    }
    return sequences;
  }

  /// Takes all there is until it is doubtful.
  private String doubt() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (stream.doubt() == null && System.nanoTime() < end) {
      var _ = stream.next(Duration.ofMillis(100));
    }
    return stream.doubt();
  }

  @Test
  void bringsAllThatFollowsAPositionInOrder() throws Exception {
    make(-1);
    for (int i = 0; i < 600; i++) {
      publish("a.a");
    }
    open(1);

    assertThat(next(599)).isEqualTo(upTo(600).subList(1, 600));
    await(() -> stream.next(Duration.ofMillis(100)) == null && stream.isIdle());
    publish("a.b");
    StreamMessage last = null;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (last == null && System.nanoTime() < end) {
      last = stream.next(Duration.ofMillis(100));
    }

    assertThat(last).isNotNull();
    assertThat(last.sequence()).isEqualTo(601);
    assertThat(last.subject()).isEqualTo(prefix + ".e.a.b");
    assertThat(last.body()).isEqualTo(EventCodec.body(SampleEvents.event("a.b")));
    assertThat(last.pending()).isZero();
    assertThat(stream.isIdle()).isFalse();
    assertThat(stream.poll()).isNull();
  }

  @Test
  void aSequenceThatIsMissingIsLeftToAConsumer() throws Exception {
    make(-1);
    publish("a.a");
    publish("a.b");
    publish("a.c");
    assertThat(api(nats, "STREAM.MSG.DELETE." + prefix, "{\"seq\":2}").has("error")).isFalse();
    open(0);

    assertThat(next(1)).isEqualTo(upTo(1));
    assertThat(doubt()).contains("3 came where 2 was asked for");
  }

  @Test
  void isOverAsSoonAsAConsumerCanBeMade() throws Exception {
    make(-1);
    publish("a.a");
    open(0);
    assertThat(next(1)).isEqualTo(upTo(1));

    lossy.lose("\0");

    assertThat(doubt()).isEqualTo("a consumer can be made");
  }

  @Test
  void whyNoConsumerCanBeMadeIsTold() throws Exception {
    make(1);
    String config = "{\"stream_name\":\"" + prefix + "\",\"config\":{\"durable_name\":\"one\"}}";
    assertThat(api(nats, "CONSUMER.CREATE." + prefix + ".one", config).has("error")).isFalse();
    lossy.lose("\0");
    open(0);

    assertThat(doubt()).isEqualTo("maximum consumers limit reached");
  }

  @Test
  void silenceIsDoubtful() throws Exception {
    make(-1);
    lossy.lose("$JS.API.");
    open(0);

    assertThat(doubt()).isEqualTo("no server answered");
  }

  @Test
  void aStreamThatNobodyHasIsDoubtful() throws Exception {
    open(0);

    assertThat(doubt()).contains("JetStream does not answer a reading");
  }
}
