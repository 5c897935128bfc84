package dev.tocsin.access;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads that check signatures of tokens, so that no event loop has to.
public final class TokenThreads {

  private static final int MAX_WAITING = 1_000;
  private static final int IDLE_SECONDS = 30;

  private TokenThreads() {}

  /// As many as there are cores; none while there is nothing to check. It rejects what more than [#MAX_WAITING] are
  /// waiting before.
  public static Executor start() {
    int threads = Runtime.getRuntime().availableProcessors();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name("tocsin-tokens-", 0).daemon().factory());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
