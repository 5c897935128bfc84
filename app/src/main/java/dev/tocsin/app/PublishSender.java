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

  /// How many answers that are no Tocsin's are not believed. A proxy gives them while a server restarts, and for ever
  /// where it does not lead to one.
  private static final int FOREIGN_ANSWERS = 15;

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
    return post(event, idempotencyKey, FOREIGN_ANSWERS);
  }

  private CompletableFuture<PublishOutcome> post(byte[] event, String key, int foreignAnswers) {
    return api.publish(event, key)
        .thenCompose(answer -> {
          if (isForNow(answer)) {
            return postAgain(event, key, foreignAnswers);
          }
          return !answer.isTocsins() && foreignAnswers > 1
              ? postAgain(event, key, foreignAnswers - 1)
              : CompletableFuture.completedFuture(answer.outcome());
        })
        .exceptionallyCompose(noAnswer -> postAgain(event, key, foreignAnswers));
  }

  /// Until the run gives up, which then ends the process.
  private CompletableFuture<PublishOutcome> postAgain(
      byte[] event, String key, int foreignAnswers) {
    Executor later = CompletableFuture.delayedExecutor(POST_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> post(event, key, foreignAnswers), later)
        .thenCompose(again -> again);
  }

  private static boolean isForNow(Answer answer) {
    return answer.status() >= 500 || answer.status() == 429 || answer.status() == 408;
  }
}
