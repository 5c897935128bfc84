package dev.tocsin.spring;

import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The way out for events: publishes what an application gives it. Any thread.
///
/// What a bean publishes while the others are still being made goes out once they are there. What is published while there is
/// no connection waits in the client's [dev.tocsin.client.Outbox], and is in the log once.
public final class TocsinTemplate {

  private final TocsinClient client;
  private final ClientFigures figures;
  private final ClientStart start;
  private final Duration timeout;

  TocsinTemplate(TocsinClient client, ClientFigures figures, ClientStart start, Duration timeout) {
    this.client = client;
    this.figures = figures;
    this.start = start;
    this.timeout = timeout;
  }

  /// Publishes an event around a payload record, see [TocsinClient#publish(Record)].
  ///
  /// @return what came of it; never fails. It may take as long as the hub is away
  /// @throws IllegalArgumentException when no event type of the catalog has such a payload
  public CompletableFuture<PublishOutcome> publish(Record payload) {
    return counted(start.publish(() -> client.publish(payload)));
  }

  /// Publishes an event, see [TocsinClient#publish(WebSocketEvent)].
  public CompletableFuture<PublishOutcome> publish(WebSocketEvent event) {
    return counted(start.publish(() -> client.publish(event)));
  }

  /// The same with an idempotency key of the application's: what is published again with it, even after a restart, is in the
  /// log once.
  public CompletableFuture<PublishOutcome> publish(WebSocketEvent event, String idempotencyKey) {
    return counted(start.publish(() -> client.publish(event, idempotencyKey)));
  }

  private CompletableFuture<PublishOutcome> counted(CompletableFuture<PublishOutcome> outcome) {
    return outcome.whenComplete((came, failure) -> {
      if (came != null) {
        figures.published(came);
      }
    });
  }

  /// Publishes an event and waits for the hub, `tocsin.client.timeout` at the longest. Not to be called by a listener: its
  /// events wait meanwhile.
  ///
  /// @return the event's place in the log
  /// @throws TocsinPublishException when it is refused, or there is no answer in time; then it may be published yet. Also while
  ///     the beans of the application are being made: the client connects after that
  public long send(Record payload) {
    requireBegun();
    return awaited(publish(payload));
  }

  /// The same for an event.
  public long send(WebSocketEvent event) {
    requireBegun();
    return awaited(publish(event));
  }

  private void requireBegun() {
    if (!start.hasBegun()) {
      throw new TocsinPublishException(
          "the client connects once all beans are there, so nothing can be waited for before:"
              + " publish instead, or send from an ApplicationRunner",
          null);
    }
  }

  private long awaited(CompletableFuture<PublishOutcome> outcome) {
    try {
      PublishOutcome came =
          outcome.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
      if (came instanceof PublishOutcome.Published published) {
        return published.sequence();
      }
      throw new TocsinPublishException(came);
    } catch (TimeoutException e) {
      throw new TocsinPublishException(
          "the hub has not answered within "
              + timeout
              + (figures.standing().isConnected()
                  ? ""
                  : " (not connected: " + figures.standing().reason() + ")")
              + "; the event may be published yet",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TocsinPublishException("interrupted; the event may be published yet", e);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }
}
