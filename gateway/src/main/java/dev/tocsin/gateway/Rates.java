package dev.tocsin.gateway;

import dev.tocsin.hub.HubStats;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// How fast the hub has worked in the last [#SECONDS] seconds. Any thread.
///
/// It knows what the counters said once a second. Every event loop looks, so that one that is held up leaves no
/// hole; what comes too early is passed over.
final class Rates {

  /// The stretch that is told of.
  static final int SECONDS = 10;

  private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

  private final Supplier<HubStats> stats;

  // guarded by this
  private final Deque<Sample> samples = new ArrayDeque<>();

  /// @param stats asked for the counters
  Rates(Supplier<HubStats> stats) {
    this.stats = stats;
  }

  /// What the counters said.
  private record Sample(long nanos, long published, long delivered, long rejected) {

    static Sample of(HubStats stats, long nanos) {
      return new Sample(nanos, stats.published(), stats.delivered(), stats.rejected());
    }
  }

  /// Events a second, as a mean.
  record PerSecond(double published, double delivered, double rejected) {

    void writeTo(ObjectNode target) {
      target
          .put("published_per_second", rounded(published))
          .put("delivered_per_second", rounded(delivered))
          .put("rejected_per_second", rounded(rejected));
    }

    private static double rounded(double rate) {
      return Math.round(rate * 100) / 100.0;
    }
  }

  /// Notes the counters. About once a second.
  ///
  /// @param nanos see [System#nanoTime]
  synchronized void look(long nanos) {
    if (samples.isEmpty() || nanos - samples.getLast().nanos >= MIN_PAUSE_NANOS) {
      forgetOld(nanos);
      samples.add(Sample.of(stats.get(), nanos));
    }
  }

  private void forgetOld(long nanos) {
    while (samples.size() > 1
        && nanos - samples.getFirst().nanos > TimeUnit.SECONDS.toNanos(SECONDS)) {
      samples.remove();
    }
  }

  /// The rates until now.
  ///
  /// @param nanos see [System#nanoTime]
  synchronized PerSecond now(long nanos) {
    Sample now = Sample.of(stats.get(), nanos);
    forgetOld(nanos);
    Sample since = samples.isEmpty() ? now : samples.getFirst();
    double seconds = Math.max(1, (nanos - since.nanos) / 1e9);
    return new PerSecond(
        (now.published - since.published) / seconds,
        (now.delivered - since.delivered) / seconds,
        (now.rejected - since.rejected) / seconds);
  }
}
