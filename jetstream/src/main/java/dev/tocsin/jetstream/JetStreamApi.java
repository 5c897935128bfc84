package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import io.nats.client.Connection;
import io.nats.client.JetStreamStatusException;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What JetStream can be asked, as requests and answers in JSON. Any thread; nothing blocks but [#askNow] and
/// [#askUntilAnswered].
final class JetStreamApi {

  /// How long an answer may take: a server without a leader for the stream gives none.
  static final Duration PATIENCE = Duration.ofSeconds(1);

  /// How long an answer may take where there is another way if it does not come.
  static final Duration SOON = Duration.ofMillis(100);

  /// After which time something is asked again that may be asked twice.
  private static final Duration AGAIN = Duration.ofMillis(200);

  static final int STREAM_NOT_FOUND = 10059;
  static final int MESSAGE_NOT_FOUND = 10037;
  static final int STREAM_NAME_IN_USE = 10058;
  static final int WRONG_STREAM = 10060;
  static final int NOT_ENABLED = 10076;
  static final int NOT_ENABLED_FOR_ACCOUNT = 10039;
  static final int WRONG_LAST_SEQUENCE = 10071;
  static final int WRONG_LAST_SEQUENCE_CONSTANT = 10164;

  private static final byte[] NOTHING = {};
  private static final Answer LATE =
      new Answer.Silent("JetStream did not answer within a second", false);

  private final Connection connection;

  JetStreamApi(Connection connection) {
    this.connection = connection;
  }

  /// What came of a request.
  sealed interface Answer {

    /// JetStream has done it.
    ///
    /// @param json what it says
    record Done(JsonNode json) implements Answer {}

    /// JetStream refuses.
    ///
    /// @param status like that of HTTP
    /// @param code JetStream's own number of the error
    /// @param description its words
    record Refused(int status, int code, String description) implements Answer {}

    /// There was no answer, or none that means something.
    ///
    /// @param reason a sentence for a person
    /// @param nobody whether nobody listens, as far as the server knows
    record Silent(String reason, boolean nobody) implements Answer {}

    /// What is wrong, in words; `null` when it is done.
    default @Nullable String fault() {
      return switch (this) {
        case Done done -> null;
        case Refused refused -> refused.description();
        case Silent silent -> silent.reason();
      };
    }
  }

  /// An empty request.
  static ObjectNode request() {
    return JsonNodeFactory.instance.objectNode();
  }

  /// Asks JetStream for something.
  ///
  /// @param what what stands behind `$JS.API.`
  CompletableFuture<Answer> ask(String what, @Nullable JsonNode request) {
    byte[] body = request == null ? NOTHING : Json.write(request).getBytes(StandardCharsets.UTF_8);
    return send("$JS.API." + what, null, body);
  }

  /// The same for whoever can wait, [#PATIENCE] at most.
  Answer askNow(String what, @Nullable JsonNode request) {
    return ask(what, request).join();
  }

  /// Asks anew every [#AGAIN] until somebody answers, for [#PATIENCE] at most; see the other.
  Answer askUntilAnswered(String what, @Nullable JsonNode request) throws InterruptedException {
    return askUntilAnswered(what, request, PATIENCE);
  }

  /// Asks anew every [#AGAIN] until somebody answers: what a server is asked while an election goes on
  /// is lost, and whoever waited for that would go on later than he could. For what may be asked twice.
  Answer askUntilAnswered(String what, @Nullable JsonNode request, Duration atMost)
      throws InterruptedException {
    CompletableFuture<Answer> first = new CompletableFuture<>();
    long end = System.nanoTime() + atMost.toNanos();
    do {
      ask(what, request)
          .thenAccept(answer -> {
            if (!answer.equals(LATE)) {
              first.complete(answer);
            }
          });
      try {
        return first.get(Math.min(AGAIN.toNanos(), end - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        // Asked again.
      } catch (ExecutionException e) {
        throw new IllegalStateException("an answer cannot fail", e);
      }
    } while (System.nanoTime() < end);
    return LATE;
  }

  /// Publishes one message and waits for the stream's answer.
  CompletableFuture<Answer> send(String subject, @Nullable Headers headers, byte[] body) {
    CompletableFuture<Message> answer;
    try {
      answer = connection.requestWithTimeout(subject, headers, body, PATIENCE);
    } catch (IllegalStateException | IllegalArgumentException e) {
      return CompletableFuture.completedFuture(new Answer.Silent("NATS is not connected", false));
    }
    return answer
        .copy()
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (message, failure) -> message == null ? silence(failure) : answer(message.getData()));
  }

  private static Answer silence(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof JetStreamStatusException
        ? new Answer.Silent("JetStream has no leader at the moment", true)
        : LATE;
  }

  /// What JetStream's JSON says.
  static Answer answer(byte[] json) {
    if (!(Json.read(json) instanceof Json.Value(JsonNode tree)) || !tree.isObject()) {
      return new Answer.Silent("JetStream answered something that is not JSON", false);
    }
    JsonNode error = tree.path("error");
    return error.isObject()
        ? new Answer.Refused(
            error.path("code").asInt(0),
            error.path("err_code").asInt(0),
            error.path("description").asString("no reason"))
        : new Answer.Done(tree);
  }
}
