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

  /// Nothing that has come is handed on any more.
  private volatile boolean over;

  /// @param outside runs what belongs to the application; never the client's loop
  Notices(ClientListener listener, Executor outside) {
    this.listener = listener;
    this.outside = outside;
    this.callbacks = new Serial(outside);
  }

  /// From now on no call of the listener begins but those that tell of a failure, and of the end. Any thread may call it.
  void end() {
    over = true;
  }

  private void hand(Runnable call) {
    callbacks.execute(() -> {
      if (!over) {
        call.run();
      }
    });
  }

  void connected(Position position, @Nullable Position before) {
    hand(() -> listener.onConnected(position, before));
  }

  void position(Position position, long newest) {
    hand(() -> listener.onPosition(position, newest));
  }

  void event(WebSocketEvent event, String json) {
    hand(() -> listener.onEvent(event, json));
  }

  void initialEvent(WebSocketEvent event, String json) {
    hand(() -> listener.onInitialEvent(event, json));
  }

  void unreadable(@Nullable Long sequence, String json, String fault) {
    hand(() -> listener.onUnreadable(sequence, json, fault));
  }

  void gap(Gap gap) {
    hand(() -> listener.onGap(gap.from(), gap.to()));
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
