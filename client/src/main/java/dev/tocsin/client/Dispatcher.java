package dev.tocsin.client;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The application's listener, and after it the handlers. What one of them throws, an `Error` too,
/// is told to [ClientListener#onError] and to the log, or standard error where there is none; the
/// others are called all the same.
///
/// Handlers may be added by any thread.
final class Dispatcher implements ClientListener {

  private final ClientListener listener;
  private final Map<String, List<TypedHandler<?>>> handlers = new ConcurrentHashMap<>();

  Dispatcher(ClientListener listener) {
    this.listener = listener;
  }

  /// Hands events of these types to `handler`.
  ///
  /// @param filter which of them; `null` for all
  <R extends Record> void add(
      List<String> types, Class<R> payload, @Nullable EventFilter filter, EventHandler<R> handler) {
    TypedHandler<R> typed = new TypedHandler<>(payload, filter, handler);
    types.forEach(
        type -> handlers.computeIfAbsent(type, key -> new CopyOnWriteArrayList<>()).add(typed));
  }

  /// A handler and the record it wants.
  private record TypedHandler<R extends Record>(
      Class<R> payload, @Nullable EventFilter filter, EventHandler<R> handler) {

    void handle(WebSocketEvent event, ClientListener listener) {
      if (filter != null && !filter.allows(event)) {
        return;
      }
      R typed;
      try {
        typed = event.payload(payload);
      } catch (IllegalArgumentException | ArithmeticException e) {
        listener.onError(
            ErrorCode.INVALID_PAYLOAD.wireName(),
            "The payload of "
                + event.type()
                + " with sequence "
                + event.sequence()
                + " is no "
                + payload.getSimpleName()
                + ": "
                + e.getMessage());
        return;
      }
      handler.onEvent(typed, event);
    }
  }

  @Override
  public void onConnected(Position position, @Nullable Position before) {
    guard("onConnected", () -> listener.onConnected(position, before));
  }

  @Override
  public void onPosition(Position position, long newest) {
    guard("onPosition", () -> listener.onPosition(position, newest));
  }

  @Override
  public void onEvent(WebSocketEvent event, String json) {
    guard("onEvent" + which(event), () -> listener.onEvent(event, json));
    handle(event);
  }

  @Override
  public void onInitialEvent(WebSocketEvent event, String json) {
    guard("onInitialEvent" + which(event), () -> listener.onInitialEvent(event, json));
    handle(event);
  }

  private static String which(WebSocketEvent event) {
    return " for " + event.type() + " with sequence " + event.sequence();
  }

  private void handle(WebSocketEvent event) {
    String which = which(event);
    for (TypedHandler<?> handler : handlers.getOrDefault(event.type(), List.of())) {
      guard("A handler" + which, () -> handler.handle(event, listener));
    }
  }

  @Override
  public void onUnreadable(@Nullable Long sequence, String json, String fault) {
    guard("onUnreadable", () -> listener.onUnreadable(sequence, json, fault));
  }

  @Override
  public void onGap(long from, long to) {
    guard("onGap", () -> listener.onGap(from, to));
  }

  @Override
  public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
    guard("onDisconnected", () -> listener.onDisconnected(code, reason, retryIn));
  }

  @Override
  public void onError(String code, String message) {
    guard("onError", () -> listener.onError(code, message));
  }

  /// The one place from which the application is called.
  private void guard(String what, Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      String sentence = what + " has failed: " + e;
      LastResort.tell(sentence, e);
      try {
        listener.onError(HANDLER_FAILED, sentence);
      } catch (Throwable again) {
        LastResort.tell("onError has failed: " + again, again);
      }
    }
  }
}
