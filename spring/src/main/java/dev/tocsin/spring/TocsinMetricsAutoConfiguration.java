package dev.tocsin.spring;

import dev.tocsin.server.TocsinServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Tells Micrometer what client and hub have done. The hub has more to tell at its own `/metrics`.
@AutoConfiguration(after = TocsinAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
public final class TocsinMetricsAutoConfiguration {

  @Bean
  @ConditionalOnBean(ClientFigures.class)
  @ConditionalOnMissingBean(name = "tocsinClientMetrics")
  MeterBinder tocsinClientMetrics(ClientFigures figures) {
    return registry -> bind(registry, figures);
  }

  private static void bind(MeterRegistry registry, ClientFigures figures) {
    Gauge.builder("tocsin.client.connected", figures, some -> some.standing().isConnected() ? 1 : 0)
        .description("Whether the client is connected to its hub")
        .register(registry);
    FunctionCounter.builder("tocsin.client.received", figures, ClientFigures::receivedCount)
        .description("Events that the client has received")
        .register(registry);
    FunctionCounter.builder("tocsin.client.gaps", figures, ClientFigures::gapCount)
        .description("Stretches of events that were missed, or may have been")
        .register(registry);
    FunctionCounter.builder("tocsin.listener.failures", figures, ClientFigures::failureCount)
        .description("Calls of listeners that threw something")
        .register(registry);
    FunctionCounter.builder("tocsin.client.published", figures, ClientFigures::publishedCount)
        .description("Events that were published, by what came of them")
        .tag("outcome", "published")
        .register(registry);
    FunctionCounter.builder("tocsin.client.published", figures, ClientFigures::unpublishedCount)
        .description("Events that were published, by what came of them")
        .tag("outcome", "failed")
        .register(registry);
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(TocsinServer.class)
  static final class OfServer {

    @Bean
    @ConditionalOnBean(TocsinServer.class)
    @ConditionalOnMissingBean(name = "tocsinServerMetrics")
    MeterBinder tocsinServerMetrics(TocsinServer server) {
      return registry -> {
        FunctionCounter.builder(
                "tocsin.server.published", server, some -> some.hub().stats().published())
            .description("Events that the log has taken")
            .register(registry);
        FunctionCounter.builder(
                "tocsin.server.rejected", server, some -> some.hub().stats().rejected())
            .description("Events that were refused for what they said")
            .register(registry);
        Gauge.builder("tocsin.server.newest", server, some -> some.hub().log().state().newest())
            .description("The newest sequence of the log")
            .register(registry);
      };
    }
  }
}
