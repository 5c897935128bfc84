package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.Json;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads messages of the stream, many with one request, from whichever server answers first: it may be behind the leader.
///
/// Any thread asks. Answers are put together on a thread of the library's.
final class DirectGet {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  static final int END_OF_BATCH = 204;
  static final int NOT_FOUND = 404;
  private static final int TOO_MANY = 413;

  /// One message that was found.
  ///
  /// @param subject as the server says it; empty when it was not asked
  /// @param event `null` when it is none
  /// @param acceptedMillis when another log accepted it that it was copied from; 0 when it was not copied
  record Found(long sequence, String subject, @Nullable EncodedEvent event, long acceptedMillis) {

    Found(long sequence, @Nullable EncodedEvent event) {
      this(sequence, "", event, 0);
    }
  }

  /// What was found.
  ///
  /// @param messages in the order of their sequences
  /// @param end whether the server had no more
  record Batch(List<Found> messages, boolean end) {}

  /// The servers did not answer as they should.
  static final class ReadException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean tooMany;

    ReadException(String message, boolean tooMany) {
      super(message);
      this.tooMany = tooMany;
    }

    /// Whether it was asked for more subjects than can be told at once.
    boolean isTooMany() {
      return tooMany;
    }
  }

  /// An answer that comes in pieces.
  private static final class Gathering {
    private final boolean single;
    private final CompletableFuture<Batch> answer = new CompletableFuture<>();

    // owned by the library's thread
    private final List<Found> messages = new ArrayList<>();

    Gathering(boolean single) {
      this.single = single;
    }
  }

  private final Connection connection;
  private final EventCodec codec;
  private final String subject;
  private final String inbox;
  private final AtomicLong count = new AtomicLong();
  private final Map<String, Gathering> gatherings = new ConcurrentHashMap<>();

  DirectGet(Connection connection, EventCodec codec, String stream) {
    this.connection = connection;
    this.codec = codec;
    this.subject = "$JS.API.DIRECT.GET." + stream;
    this.inbox = connection.createInbox() + ".";
  }

  /// Listens to answers.
  void start() {
    Dispatcher dispatcher = connection.createDispatcher(this::answered);
    dispatcher.setPendingLimits(0, 0);
    dispatcher.subscribe(inbox + "*");
  }

  /// Asks for messages.
  ///
  /// @param request with `batch`, unless it is for a single one
  CompletableFuture<Batch> get(ObjectNode request) {
    String token = inbox + count.incrementAndGet();
    Gathering gathering = new Gathering(!request.has("batch"));
    gatherings.put(token, gathering);
    try {
      connection.publish(subject, token, Json.write(request).getBytes(StandardCharsets.UTF_8));
    } catch (IllegalStateException e) {
      gatherings.remove(token);
      return CompletableFuture.failedFuture(new ReadException("NATS is not connected", false));
    }
    return gathering
        .answer
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((batch, failure) -> gatherings.remove(token));
  }

  private void answered(Message message) {
    Gathering gathering = gatherings.get(message.getSubject());
    if (gathering == null) {
      return;
    }
    if (message.isStatusMessage()) {
      end(gathering, message);
      return;
    }
    Headers headers = message.getHeaders();
    // The server's own come last: somebody may have published headers of these names.
    String of = headers == null ? null : headers.getLast("Nats-Subject");
    String sequence = headers == null ? null : headers.getLast("Nats-Sequence");
    if (of != null && sequence != null) {
      gathering.messages.add(
          new Found(
              Long.parseLong(sequence),
              of,
              codec.event(of, message.getData()),
              EventCodec.accepted(headers.getFirst(EventCodec.ACCEPTED), 0)));
    }
    if (gathering.single) {
      gathering.answer.complete(new Batch(gathering.messages, true));
    }
  }

  private static void end(Gathering gathering, Message message) {
    int code = message.getStatus().getCode();
    switch (code) {
      case END_OF_BATCH -> {
        Headers headers = message.getHeaders();
        String pending = headers == null ? null : headers.getFirst("Nats-Num-Pending");
        gathering.answer.complete(new Batch(gathering.messages, "0".equals(pending)));
      }
      case NOT_FOUND -> gathering.answer.complete(new Batch(List.of(), true));
      default ->
          gathering.answer.completeExceptionally(
              new ReadException(
                  "JetStream does not answer a reading: " + message.getStatus().getMessage(),
                  code == TOO_MANY));
    }
  }
}
