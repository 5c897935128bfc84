package dev.tocsin.client;

import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// What the application is told, on a line of its own: one call at a time, in the order in which
/// things happened, so that the application may take its time and may wait for the client's loop.
/// Any thread may use it.
final class Notices {

  private final ClientListener listener;
  private final Executor outside;
  private final Serial callbacks;

  /// @param outside runs what belongs to the application; never the client's loop
  Notices(ClientListener listener, Executor outside) {
    this.listener = listener;
    this.outside = outside;
    this.callbacks = new Serial(outside);
  }

  void connected(Position position, @Nullable Position before) {
    callbacks.execute(() -> listener.onConnected(position, before));
  }

  void position(Position position, long newest) {
    callbacks.execute(() -> listener.onPosition(position, newest));
  }

  void event(WebSocketEvent event, String json) {
    callbacks.execute(() -> listener.onEvent(event, json));
  }

  void initialEvent(WebSocketEvent event, String json) {
    callbacks.execute(() -> listener.onInitialEvent(event, json));
  }

  void unreadable(@Nullable Long sequence, String json, String fault) {
    callbacks.execute(() -> listener.onUnreadable(sequence, json, fault));
  }

  void gap(Gap gap) {
    callbacks.execute(() -> listener.onGap(gap.from(), gap.to()));
  }

  void error(String code, String message) {
    callbacks.execute(() -> listener.onError(code, message));
  }

  void disconnected(int code, String reason, @Nullable Duration retryIn) {
    callbacks.execute(() -> listener.onDisconnected(code, reason, retryIn));
  }

  /// Once the application has been told all so far, another message may be read.
  void release(Link link) {
    if (callbacks.isIdle()) {
      link.release(); // as for each answer to a publish
    } else {
      callbacks.execute(link::release);
    }
  }

  /// Completes what a method of the client returned. What depends on it is the application's.
  <T> void complete(CompletableFuture<T> future, T value) {
    future.completeAsync(() -> value, outside);
  }

  void fail(CompletableFuture<?> future, Exception exception) {
    outside.execute(() -> future.completeExceptionally(exception));
  }
}
