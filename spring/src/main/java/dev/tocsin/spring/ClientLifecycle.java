package dev.tocsin.spring;

import dev.tocsin.client.TocsinClient;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Connects the client when all beans are there, and closes it before any of them goes: the call of a listener that is under
/// way is waited for, and no other begins. Called by the thread that starts and stops the application.
final class ClientLifecycle implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(ClientLifecycle.class);

  private final TocsinClient client;
  private final ListenerMethods methods;
  private final ClientStart start;
  private final TocsinProperties.Connect connect;
  private volatile boolean running;

  ClientLifecycle(
      TocsinClient client,
      ListenerMethods methods,
      ClientStart start,
      TocsinProperties.Connect connect) {
    this.client = client;
    this.methods = methods;
    this.start = start;
    this.connect = connect;
  }

  @Override
  public void start() {
    subscribe();
    running = true;
    switch (connect) {
      case PATIENTLY ->
          client
              .connectPatiently()
              .whenComplete((position, failure) -> {
                if (failure != null && running) {
                  LOG.error("the hub will not let this application in: {}", failure.getMessage());
                }
              });
      case AT_ONCE -> {
        try {
          client.connect().join();
        } catch (CompletionException e) {
          running = false;
          throw new IllegalStateException(
              e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
      }
      case NEVER -> {}
    }
    start.begin();
  }

  /// A client that never subscribed gets everything, which an application that only publishes has no use for.
  private void subscribe() {
    List<String> wanted = methods.subscription();
    if (!wanted.isEmpty()) {
      client.subscribe(wanted);
    } else if (!methods.wantsEverything()) {
      client.unsubscribeAll();
    }
  }

  @Override
  public void stop() {
    running = false;
    client.close();
    start.begin(); // nothing waits for it any longer
    methods.end();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
