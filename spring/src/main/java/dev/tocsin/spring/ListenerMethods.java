package dev.tocsin.spring;

import dev.tocsin.client.ClientListener;
import dev.tocsin.client.Position;
import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All methods with [TocsinListener], and the listeners that are beans: whom the client tells what happens. Methods are added
/// by the thread that starts the application, before the client connects; it is called by the client.
final class ListenerMethods implements ClientListener {

  /// Values stand in the sentences: Spring Boot's usual pattern leaves out keys beside them.
  private static final Logger LOG = LoggerFactory.getLogger(ListenerMethods.class);

  /// How long the end of the application waits for a listener.
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private final List<ListenerMethod> methods = new CopyOnWriteArrayList<>();
  private final List<ClientListener> others = new CopyOnWriteArrayList<>();
  private final ClientFigures figures;

  /// Held while methods are called.
  private final ReentrantLock calling = new ReentrantLock();

  // guarded by calling
  private boolean ended;

  ListenerMethods(ClientFigures figures) {
    this.figures = figures;
  }

  /// Adds a listener that is told everything, before the methods.
  void add(ClientListener listener) {
    others.add(listener);
  }

  void add(ListenerMethod method) {
    methods.add(method);
  }

  /// What the application wants; empty when nothing.
  List<String> subscription() {
    return methods.stream().flatMap(method -> method.subscription().stream()).distinct().toList();
  }

  /// Whether a listener that is a bean may want anything whatsoever.
  boolean wantsEverything() {
    return methods.isEmpty() && !others.isEmpty();
  }

  @Override
  public void onConnected(Position position, @Nullable Position before) {
    figures.connected(position);
    tell("onConnected", listener -> listener.onConnected(position, before));
  }

  @Override
  public void onPosition(Position position, long newest) {
    tell("onPosition", listener -> listener.onPosition(position, newest));
  }

  @Override
  public void onEvent(WebSocketEvent event, String json) {
    handOn(event, "onEvent", listener -> listener.onEvent(event, json));
  }

  @Override
  public void onInitialEvent(WebSocketEvent event, String json) {
    handOn(event, "onInitialEvent", listener -> listener.onInitialEvent(event, json));
  }

  private void handOn(WebSocketEvent event, String what, Consumer<ClientListener> call) {
    figures.received(event);
    calling.lock();
    try {
      if (!ended) {
        tell(what, call);
        methods.stream().filter(method -> method.takes(event)).forEach(one -> call(one, event));
      }
    } finally {
      calling.unlock();
    }
  }

  private void call(ListenerMethod method, WebSocketEvent event) {
    try {
      if (method.call(event) instanceof CompletionStage<?> later) {
        later.whenComplete((result, failure) -> {
          if (failure != null) {
            failed(method, event, failure);
          }
        });
      }
    } catch (Throwable e) {
      failed(method, event, e);
    }
  }

  private void failed(ListenerMethod method, WebSocketEvent event, Throwable failure) {
    figures.failed();
    LOG.error("{} has failed at {} {}", method, event.type(), event.sequence(), failure);
  }

  /// No method is called from here on. Waits for the one that is, [#END_LIMIT] at the longest, unless it is that one that ends
  /// the application.
  void end() {
    boolean locked = false;
    try {
      locked = calling.tryLock(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (locked) {
        ended = true;
      } else {
        LOG.warn(
            "a listener has not returned for {}; the application ends all the same", END_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (locked) {
        calling.unlock();
      }
    }
  }

  @Override
  public void onUnreadable(@Nullable Long sequence, String json, String fault) {
    tell("onUnreadable", listener -> listener.onUnreadable(sequence, json, fault));
    if (others.isEmpty()) {
      LOG.warn("event {} cannot be read: {}", sequence, fault);
    }
  }

  @Override
  public void onGap(long from, long to) {
    figures.gap();
    LOG.warn("events may have been missed: {} to {}", from, to);
    tell("onGap", listener -> listener.onGap(from, to));
  }

  @Override
  public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
    figures.disconnected(reason);
    LOG.info(
        "not connected to the hub: {} ({}){}",
        reason,
        code,
        retryIn == null ? "" : "; comes back in " + retryIn.toMillis() + " ms");
    tell("onDisconnected", listener -> listener.onDisconnected(code, reason, retryIn));
  }

  @Override
  public void onError(String code, String message) {
    LOG.warn("the hub complains: {} ({})", message, code);
    tell("onError", listener -> listener.onError(code, message));
  }

  /// One that throws keeps nothing from the others.
  private void tell(String what, Consumer<ClientListener> call) {
    for (ClientListener listener : others) {
      try {
        call.accept(listener);
      } catch (Throwable e) {
        figures.failed();
        LOG.error("{} of a client listener has failed", what, e);
      }
    }
  }
}
