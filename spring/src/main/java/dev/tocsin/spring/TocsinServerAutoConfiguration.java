package dev.tocsin.spring;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.server.ServerBuilder;
import dev.tocsin.server.ServerStartException;
import dev.tocsin.server.TocsinServer;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/// Starts a hub in the application, where `tocsin.server.enabled` says so and `tocsin-server` is there. It ends after the
/// client.
@AutoConfiguration
@ConditionalOnClass(TocsinServer.class)
@ConditionalOnProperty(name = "tocsin.server.enabled")
@EnableConfigurationProperties(TocsinServerProperties.class)
public final class TocsinServerAutoConfiguration {

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  TocsinServer tocsinServer(
      TocsinServerProperties properties,
      ObjectProvider<EventCatalog> catalog,
      ObjectProvider<TocsinServerCustomizer> customizers) {
    try {
      return start(properties, catalog, customizers);
    } catch (ServerStartException | IllegalArgumentException | IllegalStateException e) {
      throw new WrongSettingException(
          "The hub of this application cannot start: " + e.getMessage(),
          "Look at the properties below tocsin.server, such as host, port, data, keys and insecure,"
              + " and at beans of type TocsinServerCustomizer.",
          e);
    }
  }

  private static TocsinServer start(
      TocsinServerProperties properties,
      ObjectProvider<EventCatalog> catalog,
      ObjectProvider<TocsinServerCustomizer> customizers) {
    ServerBuilder builder =
        TocsinServer.builder()
            .catalog(catalog.getIfAvailable(EventCatalog::builtIn))
            .host(properties.host())
            .port(properties.port())
            .console(properties.console())
            .allowOrigins(properties.allowedOrigins())
            .allowHosts(properties.allowedHosts());
    Path data = properties.data();
    if (data == null) {
      builder.inMemory(properties.retain().toBytes());
    } else {
      builder.onDisk(data);
    }
    Path keys = properties.keys();
    if (keys != null) {
      builder.keys(keys);
    }
    if (properties.insecure()) {
      builder.insecure();
    }
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.start();
  }

  @Bean
  TocsinAutoConfiguration.HubUrl tocsinHubUrl(TocsinServer server) {
    return server::uri;
  }
}
