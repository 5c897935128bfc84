package dev.tocsin.app;

import dev.tocsin.app.HubApi.Answer;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// Sends events by the client, and posts those that are too large for it. Any thread may use it.
final class PublishSender implements PublishRun.Sender {

  private static final long POST_AGAIN_MILLIS = 1_000;

  private final TocsinClient client;
  private final HubApi api;

  PublishSender(TocsinClient client, HubApi api) {
    this.client = client;
    this.api = api;
  }

  @Override
  public CompletableFuture<PublishOutcome> send(String event, String idempotencyKey) {
    return client.publishJson(event, idempotencyKey);
  }

  @Override
  public CompletableFuture<PublishOutcome> post(byte[] event, String idempotencyKey) {
    return api.publish(event, idempotencyKey)
        .thenCompose(answer ->
            isForNow(answer)
                ? postAgain(event, idempotencyKey)
                : CompletableFuture.completedFuture(outcome(answer)))
        .exceptionallyCompose(noAnswer -> postAgain(event, idempotencyKey));
  }

  /// Until the run gives up, which then ends the process.
  private CompletableFuture<PublishOutcome> postAgain(byte[] event, String idempotencyKey) {
    Executor later = CompletableFuture.delayedExecutor(POST_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> post(event, idempotencyKey), later)
        .thenCompose(again -> again);
  }

  private static boolean isForNow(Answer answer) {
    return answer.status() >= 500 || answer.status() == 429 || answer.status() == 408;
  }

  private static PublishOutcome outcome(Answer answer) {
    return answer.isSuccess()
        ? new PublishOutcome.Published(answer.body().path("sequence").asLong(0))
        : new PublishOutcome.Refused(answer.refusal());
  }
}
