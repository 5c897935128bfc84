package dev.tocsin.bridges.hub;

import java.util.concurrent.Callable;

/// Waits for what another thread brings about.
public final class Until {

  private static final long MOST_NANOS = 60_000_000_000L;

  private Until() {}

  /// Waits until something is so.
  public static void is(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + MOST_NANOS;
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it has not come about for a minute");
      }
      Thread.sleep(2);
    }
  }
}
