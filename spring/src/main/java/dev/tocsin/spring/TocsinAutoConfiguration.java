package dev.tocsin.spring;

import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.client.TrustedCertificates;
import dev.tocsin.events.EventCatalog;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/// Makes the client of an application: catalog, options, client, template and listeners. Each gives way to a bean of the
/// application's.
@AutoConfiguration(after = TocsinServerAutoConfiguration.class)
@ConditionalOnProperty(name = "tocsin.client.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TocsinProperties.class)
public final class TocsinAutoConfiguration {

  private static final URI USUAL = URI.create("http://localhost:8080");

  /// Where the hub is, when no property says so.
  interface HubUrl {
    URI uri();
  }

  @Bean
  @ConditionalOnMissingBean
  EventCatalog tocsinCatalog() {
    return EventCatalog.builtIn();
  }

  @Bean
  @ConditionalOnMissingBean
  ClientOptions tocsinClientOptions(
      TocsinProperties properties, EventCatalog catalog, ObjectProvider<HubUrl> ownHub) {
    URI url = properties.url();
    if (url == null) {
      HubUrl own = ownHub.getIfAvailable();
      url = own == null ? USUAL : own.uri();
    }
    ClientOptions options = options(url).withCatalog(catalog);
    try {
      options = options.withDelays(properties.firstDelay(), properties.longestDelay());
    } catch (IllegalArgumentException e) {
      throw wrong("first-delay or longest-delay", e);
    }
    String key = properties.key();
    if (key != null && !key.isBlank()) { // as in ${TOCSIN_KEY:}
      options = options.withCredential(key);
    }
    Path authorities = properties.authorities();
    try {
      return authorities == null ? options : options.withSsl(TrustedCertificates.of(authorities));
    } catch (IOException e) {
      throw wrong("authorities", e);
    }
  }

  private static ClientOptions options(URI url) {
    try {
      return ClientOptions.of(url);
    } catch (IllegalArgumentException e) {
      throw wrong("url", e);
    }
  }

  /// @param property below `tocsin.client`
  private static WrongSettingException wrong(String property, Exception cause) {
    return new WrongSettingException(
        "tocsin.client." + property + ": " + cause.getMessage(),
        "Set tocsin.client." + property + " otherwise.",
        cause);
  }

  @Bean
  ClientStart tocsinClientStart() {
    return new ClientStart();
  }

  @Bean
  ClientFigures tocsinClientFigures() {
    return new ClientFigures();
  }

  @Bean
  ListenerMethods tocsinListenerMethods(ClientFigures figures) {
    return new ListenerMethods(figures);
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  TocsinClient tocsinClient(ClientOptions options, ListenerMethods methods) {
    return new TocsinClient(options, methods);
  }

  @Bean
  @ConditionalOnMissingBean
  TocsinTemplate tocsinTemplate(
      TocsinClient client, ClientFigures figures, ClientStart start, TocsinProperties properties) {
    if (!properties.timeout().isPositive()) {
      throw wrong(
          "timeout",
          new IllegalArgumentException("not a positive duration: " + properties.timeout()));
    }
    return new TocsinTemplate(client, figures, start, properties.timeout());
  }

  @Bean
  static ListenerSearch tocsinListenerSearch(
      ConfigurableListableBeanFactory beans,
      ObjectProvider<ClientListener> listeners,
      ListenerMethods methods,
      EventCatalog catalog) {
    return new ListenerSearch(beans, listeners, methods, catalog);
  }

  @Bean
  ClientLifecycle tocsinClientLifecycle(
      TocsinClient client,
      ListenerMethods methods,
      ClientStart start,
      TocsinProperties properties) {
    return new ClientLifecycle(client, methods, start, properties.connect());
  }
}
