package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.NUID;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One consumer of the stream that pushes what comes after a position, without acknowledgements: kept in memory by one server,
/// and gone soon after nobody listens. Owned by the follower's thread.
///
/// It asks for flow control and heartbeats, answers the first and checks the second. Whatever looks as if something was missed
/// makes it doubtful: then another one has to be made.
final class StreamConsumer implements AutoCloseable {

  /// How often the server says that it is there when there is nothing to deliver.
  private static final Duration HEARTBEAT = Duration.ofMillis(500);

  /// Without any message for so long it is doubtful.
  static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_100);

  /// How long the server keeps it when nobody listens.
  private static final Duration INACTIVE = Duration.ofSeconds(5);

  private static final String LAST_DELIVERY = "Nats-Last-Consumer";
  private static final String STALLED = "Nats-Consumer-Stalled";

  private final Connection connection;
  private final JetStreamApi api;
  private final String stream;
  private final String name;
  private final Subscription subscription;

  private long deliveries;
  private long heardNanos = System.nanoTime();
  private boolean idle;
  private @Nullable String doubt;

  private StreamConsumer(
      Connection connection,
      JetStreamApi api,
      String stream,
      String name,
      Subscription subscription) {
    this.connection = connection;
    this.api = api;
    this.stream = stream;
    this.name = name;
    this.subscription = subscription;
  }

  /// Makes one. Blocks until the server has it.
  ///
  /// @param after the position after which it delivers
  static StreamConsumer open(Connection connection, JetStreamApi api, String stream, long after)
      throws EpochKeeper.UndecidedException, InterruptedException {
    String inbox = connection.createInbox();
    String name = NUID.nextGlobal();
    Subscription subscription = connection.subscribe(inbox);
    subscription.setPendingLimits(0, 0);
    StreamConsumer consumer = new StreamConsumer(connection, api, stream, name, subscription);
    Answer answer =
        api.askUntilAnswered(
            "CONSUMER.CREATE." + stream + "." + name, request(stream, name, inbox, after));
    String fault = answer.fault();
    if (fault != null) {
      consumer.close();
      throw new EpochKeeper.UndecidedException(fault);
    }
    return consumer;
  }

  private static ObjectNode request(String stream, String name, String inbox, long after) {
    ObjectNode request = JetStreamApi.request();
    request.put("stream_name", stream);
    ObjectNode config = request.putObject("config");
    config.put("name", name);
    config.put("deliver_subject", inbox);
    config.put("deliver_policy", "by_start_sequence");
    config.put("opt_start_seq", after + 1);
    config.put("ack_policy", "none");
    config.put("max_deliver", 1);
    config.put("replay_policy", "instant");
    config.put("flow_control", true);
    config.put("idle_heartbeat", HEARTBEAT.toNanos());
    config.put("inactive_threshold", INACTIVE.toNanos());
    config.put("mem_storage", true);
    config.put("num_replicas", 1);
    return request;
  }

  /// The next message of the stream; `null` when there is none within the time or the consumer has become doubtful.
  @Nullable Message next(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    Duration left = atMost;
    while (doubt == null) {
      Message message = subscription.nextMessage(left);
      if (message == null) {
        if (System.nanoTime() - heardNanos > SILENCE_NANOS) {
          doubt = "nothing was heard of it";
        }
        return null;
      }
      heardNanos = System.nanoTime();
      if (!message.isStatusMessage()) {
        idle = false;
        return message;
      }
      control(message);
      left = Duration.ofNanos(Math.max(1, end - heardNanos));
    }
    return null;
  }

  /// The next message, if there is one already.
  @Nullable Message poll() throws InterruptedException {
    while (doubt == null) {
      Message message = subscription.nextMessage(null);
      if (message == null || !message.isStatusMessage()) {
        return message;
      }
      control(message);
    }
    return null;
  }

  private void control(Message message) {
    String reply = message.getReplyTo();
    if (reply != null) {
      answer(reply);
      return;
    }
    if (message.getStatus().getCode() != 100) {
      doubt = message.getStatus().getMessage();
      return;
    }
    Headers headers = message.getHeaders();
    if (headers != null) {
      String stalled = headers.getFirst(STALLED);
      if (stalled == null) {
        idle = true;
      } else {
        answer(stalled);
      }
      String last = headers.getFirst(LAST_DELIVERY);
      if (last != null && !last.equals(Long.toString(deliveries))) {
        doubt = "it has delivered " + last + " messages, of which " + deliveries + " came";
      }
    }
  }

  private void answer(String flowControl) {
    try {
      connection.publish(flowControl, null);
    } catch (IllegalStateException e) {
      doubt = "NATS is not connected";
    }
  }

  /// Whether a message is the next that was delivered; else the consumer is doubtful.
  boolean isNext(MessagePlace place) {
    if (place.delivery() != deliveries + 1) {
      doubt = "delivery " + place.delivery() + " came after " + deliveries;
      return false;
    }
    deliveries++;
    return true;
  }

  /// Makes it doubtful.
  void suspect(String reason) {
    doubt = reason;
  }

  /// Why another one has to be made; `null` as long as this one is sound.
  @Nullable String doubt() {
    return doubt;
  }

  /// When something was heard of it last, by [System#nanoTime].
  long heardNanos() {
    return heardNanos;
  }

  /// Whether it has said last that it has nothing to deliver.
  boolean isIdle() {
    return idle;
  }

  @Override
  public void close() {
    try {
      subscription.unsubscribe();
    } catch (IllegalStateException e) {
      // It is gone with the connection.
    }
    api.ask("CONSUMER.DELETE." + stream + "." + name, null);
  }
}
