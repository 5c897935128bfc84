package dev.tocsin.gateway;

import dev.tocsin.http.Response;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Answers to `GET /metrics`, made beside the event loops: it takes milliseconds when there are thousands of
/// connections.
///
/// All who ask for a format while its page is still to be begun share it, so there are two pages in the making at the
/// most, and none is older than the request. Any thread.
final class MetricsPages {

  private final Supplier<MetricSnapshots> figures;
  private final Executor executor;

  // guarded by this
  private final Map<MetricsFormat, CompletableFuture<Response>> due =
      new EnumMap<>(MetricsFormat.class);

  /// @param executor makes one page after the other
  MetricsPages(Supplier<MetricSnapshots> figures, Executor executor) {
    this.figures = figures;
    this.executor = executor;
  }

  /// One thread, which goes when it is not needed.
  static Executor thread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("tocsin-metrics").factory());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /// The figures, at this moment or a little later.
  synchronized CompletableFuture<Response> page(MetricsFormat format) {
    CompletableFuture<Response> present = due.get(format);
    if (present != null) {
      return present;
    }
    CompletableFuture<Response> page = CompletableFuture.supplyAsync(() -> make(format), executor);
    due.put(format, page);
    return page;
  }

  private Response make(MetricsFormat format) {
    synchronized (this) {
      due.remove(format);
    }
    return new Response(
        HttpResponseStatus.OK, format.contentType(), format.render(figures.get()), Map.of());
  }
}
