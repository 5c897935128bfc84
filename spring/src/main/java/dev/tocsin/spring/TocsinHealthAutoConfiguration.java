package dev.tocsin.spring;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.hub.LogState;
import dev.tocsin.server.TocsinServer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Tells the actuator how client and hub fare, as `tocsin` and `tocsinServer`.
@AutoConfiguration(after = TocsinAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnProperty(name = "management.health.tocsin.enabled", matchIfMissing = true)
public final class TocsinHealthAutoConfiguration {

  @Bean
  @ConditionalOnBean(ClientFigures.class)
  @ConditionalOnMissingBean(name = "tocsinHealthIndicator")
  HealthIndicator tocsinHealthIndicator(ClientFigures figures, ClientOptions options) {
    return () -> {
      ClientFigures.Standing standing = figures.standing();
      Health.Builder health =
          (standing.isConnected() ? Health.up() : Health.down())
              .withDetail("url", options.uri().toString())
              .withDetail("sequence", standing.sequence());
      return standing.epoch() == null
          ? health.withDetail("reason", standing.reason()).build()
          : health.withDetail("epoch", standing.epoch()).build();
    };
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(TocsinServer.class)
  static final class OfServer {

    @Bean
    @ConditionalOnBean(TocsinServer.class)
    @ConditionalOnMissingBean(name = "tocsinServerHealthIndicator")
    HealthIndicator tocsinServerHealthIndicator(TocsinServer server) {
      return () -> {
        LogState log = server.hub().log().state();
        boolean up = server.isAlive() && log.fault().isEmpty();
        Health.Builder health =
            (up ? Health.up() : Health.down())
                .withDetail("url", server.url())
                .withDetail("newest", log.newest());
        log.fault().ifPresent(fault -> health.withDetail("reason", fault));
        return health.build();
      };
    }
  }
}
