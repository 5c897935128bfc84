package dev.tocsin.client;

import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// What a client needs to be connected: what opens its sockets, and the thread for its inner work. Those that are the client's
/// own end when it is closed, those of the application go on.
final class Means {

  private static final long IDLE_SECONDS = 10;

  private final HttpClient http;
  private final ScheduledExecutorService scheduler;
  private final boolean ownHttp;
  private final boolean ownScheduler;

  private Means(
      HttpClient http, boolean ownHttp, ScheduledExecutorService scheduler, boolean ownScheduler) {
    this.http = http;
    this.ownHttp = ownHttp;
    this.scheduler = scheduler;
    this.ownScheduler = ownScheduler;
  }

  static Means of(ClientOptions options) {
    HttpClient http = options.http();
    ScheduledExecutorService scheduler = options.scheduler();
    return new Means(
        http == null ? Link.http(options.ssl()) : http,
        http == null,
        scheduler == null ? newScheduler() : scheduler,
        scheduler == null);
  }

  /// One daemon thread, which ends when there is nothing to do for it.
  private static ScheduledExecutorService newScheduler() {
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tocsin-client").factory());
    scheduler.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    scheduler.allowCoreThreadTimeOut(true);
    scheduler.setRemoveOnCancelPolicy(true);
    scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return scheduler;
  }

  HttpClient http() {
    return http;
  }

  ScheduledExecutorService scheduler() {
    return scheduler;
  }

  /// Runs a task of the client's: on its thread, or on another when that has ended.
  void run(Runnable task, Executor other) {
    try {
      scheduler.execute(task);
    } catch (RejectedExecutionException e) {
      other.execute(task);
    }
  }

  /// Lets go of what is the client's own: its threads and files. It may be called again.
  void release() {
    if (ownHttp) {
      http.shutdownNow();
    }
    if (ownScheduler) {
      scheduler.shutdown();
    }
  }
}
