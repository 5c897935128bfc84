package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.NUID;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One consumer of the stream that pushes what comes after a position, without acknowledgements: kept in memory by one server,
/// and gone soon after nobody listens. Owned by the follower's thread.
///
/// It asks for flow control and heartbeats, answers the first and checks the second.
final class StreamConsumer implements StreamSource {

  /// How often the server says that it is there when there is nothing to deliver: thrice in [#SILENCE_NANOS].
  private static final Duration HEARTBEAT = Duration.ofMillis(200);

  /// The server does not do at the moment what it is asked for.
  private static final int UNAVAILABLE = 503;

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

  /// Makes one. Blocks until the server has it. Empty when none can be made at the moment: the cluster has no leader, or no
  /// room.
  ///
  /// @param after the position after which it delivers
  /// @param atMost how long the answer may take
  static Optional<StreamConsumer> open(
      Connection connection, JetStreamApi api, String stream, long after, Duration atMost)
      throws EpochKeeper.UndecidedException, InterruptedException {
    String inbox = connection.createInbox();
    String name = NUID.nextGlobal();
    Subscription subscription = connection.subscribe(inbox);
    subscription.setPendingLimits(0, 0);
    StreamConsumer consumer = new StreamConsumer(connection, api, stream, name, subscription);
    Answer answer =
        api.askUntilAnswered(creation(stream, name), request(stream, name, inbox, after), atMost);
    if (answer instanceof Answer.Done) {
      return Optional.of(consumer);
    }
    consumer.close();
    if (isForNow(answer)) {
      return Optional.empty();
    }
    throw new EpochKeeper.UndecidedException(String.valueOf(answer.fault()));
  }

  /// Whether what could not be made may be made later.
  static boolean isForNow(Answer answer) {
    return switch (answer) {
      case Answer.Done done -> false;
      case Answer.Refused refused -> refused.status() == UNAVAILABLE;
      case Answer.Silent silent -> true;
    };
  }

  /// What JetStream is asked to make one.
  static String creation(String stream, String name) {
    return "CONSUMER.CREATE." + stream + "." + name;
  }

  static ObjectNode request(String stream, String name, String inbox, long after) {
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

  @Override
  public @Nullable StreamMessage next(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (doubt == null) {
      Message message = subscription.nextMessage(StreamSource.wait(end, heardNanos));
      long now = System.nanoTime();
      if (message == null) {
        if (now - heardNanos > SILENCE_NANOS) {
          doubt = "nothing was heard of it";
        }
        if (now >= end) {
          return null;
        }
        continue;
      }
      heardNanos = now;
      if (!message.isStatusMessage()) {
        idle = false;
        return checked(message);
      }
      control(message);
    }
    return null;
  }

  @Override
  public @Nullable StreamMessage poll() throws InterruptedException {
    while (doubt == null) {
      Message message = subscription.nextMessage(null);
      if (message == null) {
        return null;
      }
      if (!message.isStatusMessage()) {
        return checked(message);
      }
      control(message);
    }
    return null;
  }

  /// The message, if it is the next that was delivered; else the consumer is doubtful.
  private @Nullable StreamMessage checked(Message message) {
    MessagePlace place = MessagePlace.of(message.getReplyTo());
    if (place == null) {
      doubt = "a message came that is none of the stream's";
      return null;
    }
    if (place.delivery() != deliveries + 1) {
      doubt = "delivery " + place.delivery() + " came after " + deliveries;
      return null;
    }
    deliveries++;
    return new StreamMessage(
        place.sequence(),
        place.timeNanos(),
        place.pending(),
        message.getSubject(),
        message.getHeaders(),
        message.getData());
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

  @Override
  public void suspect(String reason) {
    doubt = reason;
  }

  @Override
  public @Nullable String doubt() {
    return doubt;
  }

  @Override
  public long heardNanos() {
    return heardNanos;
  }

  @Override
  public boolean isIdle() {
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
