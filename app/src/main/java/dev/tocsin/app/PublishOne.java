package dev.tocsin.app;

import dev.tocsin.app.HubApi.Answer;
import dev.tocsin.client.ClientListener;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Publishes one event, and waits for what became of it.
///
/// It is posted, with its key in a header; a key that Java's headers do not take goes in a message over WebSocket. The
/// server takes both for the same.
final class PublishOne {

  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final ServerAccess server;
  private final Surroundings surroundings;

  PublishOne(ServerAccess server, Surroundings surroundings) {
    this.server = server;
    this.surroundings = surroundings;
  }

  /// @param event the envelope's JSON
  /// @param key `null` for one of its own
  PublishOutcome publish(String event, @Nullable PublishKey key) throws Failure {
    return key == null || key.isPlain()
        ? post(event, key == null ? UUID.randomUUID().toString() : key.text())
        : send(event, key.text());
  }

  private PublishOutcome post(String event, String key) throws Failure {
    HubApi api = new HubApi(server, surroundings);
    Answer answer = api.await(persistently(api, event.getBytes(StandardCharsets.UTF_8), key));
    return answer.outcome();
  }

  /// Asks a second time, with the same key, where a connection ended before the answer came.
  private static CompletableFuture<Answer> persistently(HubApi api, byte[] event, String key) {
    return api.publish(event, key)
        .exceptionallyCompose(failure ->
            HubApi.neverArrived(failure)
                ? CompletableFuture.failedFuture(failure)
                : api.publish(event, key));
  }

  private PublishOutcome send(String event, String key) throws Failure {
    try (TocsinClient client = new TocsinClient(server.clientOptions(), new ClientListener() {})) {
      Tail.connect(client, surroundings);
      client.unsubscribeAll();
      return client.publishJson(event, key).get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new Failure("cannot reach " + server.url().http() + ": no answer in time", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // a publish never fails
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }
}
