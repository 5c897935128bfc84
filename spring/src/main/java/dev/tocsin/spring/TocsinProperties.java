package dev.tocsin.spring;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What the client of an application is like.
///
/// @param enabled Whether there is a client in this application.
/// @param url The hub, for instance https://hub.example. Without one the hub of this application, or http://localhost:8080.
/// @param key API key or token that the client shows.
/// @param authorities File of certificates (PEM) that the client trusts, instead of those of the system.
/// @param connect When the client connects: patiently (the application starts without the hub), at once (it does not), or
///     never.
/// @param firstDelay Bound of the first reconnection's random delay; it doubles with each attempt that fails.
/// @param longestDelay Where the doubling ends.
/// @param timeout How long the template's send waits for the hub's answer.
@ConfigurationProperties("tocsin.client")
public record TocsinProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable URI url,
    @Nullable String key,
    @Nullable Path authorities,
    @DefaultValue("patiently") Connect connect,
    @DefaultValue("500ms") Duration firstDelay,
    @DefaultValue("30s") Duration longestDelay,
    @DefaultValue("10s") Duration timeout) {

  /// When a client connects.
  public enum Connect {
    /// When the application starts, and again until it succeeds.
    PATIENTLY,
    /// When the application starts, which fails when it does not succeed.
    AT_ONCE,
    /// When the application itself says so.
    NEVER
  }

  /// Without the key.
  @Override
  public String toString() {
    return "TocsinProperties[url=" + url + ", connect=" + connect + "]";
  }
}
