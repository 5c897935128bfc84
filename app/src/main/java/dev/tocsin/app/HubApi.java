package dev.tocsin.app;

import dev.tocsin.client.ConnectFailedException;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import dev.tocsin.client.ServerAddress;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A server's HTTP API, as far as the commands need it. Any thread may call anything.
final class HubApi {

  private static final String EVENTS = "/api/v1/events";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final ServerAccess server;
  private final Surroundings surroundings;
  private final HttpClient http;

  HubApi(ServerAccess server, Surroundings surroundings) {
    this.server = server;
    this.surroundings = surroundings;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    server.trust(builder);
    this.http = builder.build();
  }

  /// An answer.
  ///
  /// @param body where it is JSON; else an empty object
  /// @param date the server's clock; `null` where it does not say
  record Answer(int status, JsonNode body, @Nullable Instant date) {

    boolean isSuccess() {
      return status / 100 == 2;
    }

    /// What became of a published event. One that was taken has a sequence: no other answer says that it is in the
    /// log.
    PublishOutcome outcome() {
      return isPublished()
          ? new PublishOutcome.Published(body.path("sequence").asLong())
          : new PublishOutcome.Refused(refusal());
    }

    private boolean isPublished() {
      return isSuccess() && body.path("sequence").asLong(0) > 0;
    }

    /// Whether a Tocsin said what became of a published event. A proxy may have answered in its place, or another
    /// program that has the port.
    boolean isTocsins() {
      return isSuccess() ? isPublished() : body.has("error");
    }

    /// What a problem says.
    Refusal refusal() {
      String suggestion = body.path("details").path("suggestion").asString("");
      return new Refusal(
          body.path("error").asString("HTTP " + status),
          body.path("detail").asString("what has answered is no Tocsin")
              + (suggestion.isEmpty() ? "" : "; did you mean \"" + suggestion + "\"?"),
          Faults.ofDetails(body.path("details")));
    }

    /// The code and the sentence of a problem.
    String problem() {
      return refusal().code() + ": " + refusal().message() + ServerAccess.hint(refusal().code());
    }
  }

  /// Publishes one event. The same key makes it the same event, however often it is sent.
  ///
  /// @param event the envelope, UTF-8
  /// @return fails with an `IOException` when there was no answer: then the event may be in the log or not
  CompletableFuture<Answer> publish(byte[] event, String idempotencyKey) {
    return send(
        EVENTS,
        request ->
            request
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofByteArray(event)));
  }

  /// Events of the log, `query` being what stands after the `?`.
  JsonNode history(String query) throws Failure {
    return told(ask(EVENTS + '?' + query), "events");
  }

  JsonNode stats() throws Failure {
    return told(ask("/api/v1/stats"), "epoch");
  }

  /// Has a bridge send again what was set aside.
  ///
  /// @return how many events
  long retryBridge(String name) throws Failure {
    Answer answer =
        await(
            send(
                "/api/v1/bridges/" + encoded(name).replace("+", "%20") + "/retry",
                request -> request.POST(BodyPublishers.noBody())));
    return told(answer, "retried").path("retried").asLong(0);
  }

  /// What the server answers at a path, whatever that is.
  Answer ask(String path) throws Failure {
    return await(send(path, HttpRequest.Builder::GET));
  }

  /// Finds out whether the server answers at all, whatever it answers.
  void reach() throws Failure {
    await(send("/healthz", HttpRequest.Builder::GET));
  }

  /// A value as it stands in a query.
  static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /// What a good answer tells.
  ///
  /// @param member what it always has. An answer without it is not a Tocsin's, however good: a proxy may answer, or
  ///     another program that has the port
  private JsonNode told(Answer answer, String member) throws Failure {
    if (!answer.isSuccess()) {
      throw new Failure(answer.problem());
    }
    if (!answer.body().has(member)) {
      throw foreign(answer);
    }
    return answer.body();
  }

  private Failure foreign(Answer answer) {
    return new Failure(
        "what answers at " + server.url().http() + " is no Tocsin (HTTP " + answer.status() + ')');
  }

  private CompletableFuture<Answer> send(String path, UnaryOperator<HttpRequest.Builder> making) {
    ServerAddress.Target target;
    try {
      target = ServerAddress.target(server.url().resource(path));
    } catch (UnknownHostException e) {
      return CompletableFuture.failedFuture(e);
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(target.uri()).timeout(ANSWER_TIMEOUT);
    if (target.host() != null) {
      request.header("Host", target.host());
    }
    server.sign(request);
    return http.sendAsync(making.apply(request).build(), BodyHandlers.ofString())
        .thenApply(HubApi::answer);
  }

  private static Answer answer(HttpResponse<String> response) {
    JsonNode body =
        switch (Json.readAnswer(response.body())) {
          case Json.Value value -> value.tree();
          case Rejection none -> JsonNodeFactory.instance.objectNode();
        };
    return new Answer(
        response.statusCode(),
        body,
        response.headers().firstValue("Date").map(HubApi::date).orElse(null));
  }

  private static @Nullable Instant date(String text) {
    try {
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /// Waits for an answer.
  Answer await(CompletableFuture<Answer> answer) throws Failure {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw unreachable(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }

  /// In words, why there was no answer.
  Failure unreachable(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    ConnectFailedException failure = ConnectFailedException.of(server.url().http(), cause);
    return new Failure(failure.getMessage() + ServerAccess.hint(failure, surroundings), cause);
  }

  /// Whether a failed request never reached a server, so that nothing can have come of it.
  static boolean neverArrived(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    return cause instanceof ConnectException;
  }
}
