package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.NUID;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The stream itself, asked again and again for what comes after a position: for the time in which no consumer can be made,
/// because the cluster has no leader. Any server that has the stream answers, so it goes on where the stream's own leader is
/// alive. It may be behind, but has no event without those before it. Owned by the follower's thread.
///
/// A sequence that is missing is left to a consumer to tell. It becomes doubtful as soon as one can be made.
final class PolledStream implements StreamSource {

  /// How long nothing is asked after an answer that had nothing.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// How often it tries whether a consumer can be made.
  private static final long TRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// The most messages of an answer, and how large they may be together, in bytes.
  private static final int MAX_BATCH = 256;

  private static final int MAX_BYTES = 1 << 20;

  private final Connection connection;
  private final JetStreamApi api;
  private final String stream;
  private final String inbox;
  private final Subscription subscription;
  private final String consumer = NUID.nextGlobal();

  /// What came of a trial to make a consumer, unless it may come to something later.
  private final CompletableFuture<Answer> trial = new CompletableFuture<>();

  private long position;
  private boolean asked;
  private boolean idle;
  private long askNanos = System.nanoTime();
  private long heardNanos = askNanos;
  private long triedNanos = askNanos;
  private @Nullable String doubt;

  PolledStream(Connection connection, JetStreamApi api, String stream, long after) {
    this.connection = connection;
    this.api = api;
    this.stream = stream;
    this.position = after;
    this.inbox = connection.createInbox();
    this.subscription = connection.subscribe(inbox);
    subscription.setPendingLimits(0, 0);
  }

  @Override
  public @Nullable StreamMessage next(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    StreamMessage next = null;
    while (next == null && doubt == null) {
      long now = System.nanoTime();
      tryConsumer(now);
      if (!asked && now - askNanos >= 0) {
        ask();
      }
      long until = asked ? end : Math.min(end, askNanos);
      Message message = subscription.nextMessage(StreamSource.wait(until, heardNanos));
      now = System.nanoTime();
      if (message != null) {
        heardNanos = now;
        next = read(message);
      } else if (now - heardNanos > SILENCE_NANOS) {
        doubt = "no server answered";
      } else if (now >= end) {
        break;
      }
    }
    return next;
  }

  @Override
  public @Nullable StreamMessage poll() throws InterruptedException {
    StreamMessage next = null;
    Message message = doubt == null ? subscription.nextMessage(null) : null;
    while (message != null) {
      next = read(message);
      message = next == null && doubt == null ? subscription.nextMessage(null) : null;
    }
    return next;
  }

  private void ask() {
    ObjectNode request = JetStreamApi.request();
    request.put("seq", position + 1);
    request.put("batch", MAX_BATCH);
    request.put("max_bytes", MAX_BYTES);
    try {
      connection.publish(
          "$JS.API.DIRECT.GET." + stream,
          inbox,
          Json.write(request).getBytes(StandardCharsets.UTF_8));
      asked = true;
    } catch (IllegalStateException e) {
      doubt = "NATS is not connected";
    }
  }

  /// A message of the answer; `null` for its end.
  private @Nullable StreamMessage read(Message message) {
    if (message.isStatusMessage()) {
      end(message);
      return null;
    }
    Headers headers = message.getHeaders();
    // The server's own come last: somebody may have published headers of these names.
    String subject = headers == null ? null : headers.getLast("Nats-Subject");
    String sequence = headers == null ? null : headers.getLast("Nats-Sequence");
    String pending = headers == null ? null : headers.getLast("Nats-Num-Pending");
    if (subject == null || !Long.toString(position + 1).equals(sequence)) {
      doubt = sequence + " came where " + (position + 1) + " was asked for";
      return null;
    }
    position++;
    idle = false;
    return new StreamMessage(
        position,
        0,
        pending == null ? 0 : Long.parseLong(pending),
        subject,
        headers,
        message.getData());
  }

  private void end(Message message) {
    int code = message.getStatus().getCode();
    asked = false;
    askNanos = System.nanoTime();
    if (code == DirectGet.NOT_FOUND) {
      idle = true;
      askNanos += PAUSE_NANOS;
    } else if (code != DirectGet.END_OF_BATCH) {
      doubt = "JetStream does not answer a reading: " + message.getStatus().getMessage();
    }
  }

  /// Finds out whether a consumer can be made by making one, to which nobody listens: the server removes it soon.
  private void tryConsumer(long nowNanos) {
    Answer answer = trial.getNow(null);
    if (answer != null) {
      String fault = answer.fault();
      doubt = fault == null ? "a consumer can be made" : fault;
    } else if (nowNanos - triedNanos >= TRY_NANOS) {
      triedNanos = nowNanos;
      api.ask(
              StreamConsumer.creation(stream, consumer),
              StreamConsumer.request(stream, consumer, inbox + ".none", position))
          .thenAccept(came -> {
            if (!StreamConsumer.isForNow(came)) {
              trial.complete(came);
            }
          });
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
  }
}
