package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.http.BrowserNames;
import dev.tocsin.http.BrowserRules;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an operator decides about the network.
///
/// @param host the address to listen on
/// @param port the port to listen on; 0 picks a free one
/// @param allowedOrigins origins of web pages, for instance `https://console.example`, that may use
///     the hub besides its own; kept as browsers write them
/// @param allowedHosts names by which the hub may be addressed besides `localhost` and IP addresses
/// @param transport how to talk to the sockets
/// @param loops how many threads serve the connections, 1 to [HttpSettings#MAX_LOOPS]
/// @param stallTimeout how long a WebSocket may take none of the bytes that wait for it
/// @param deflate which WebSocket messages are compressed for those who want it
/// @param access who may come in
/// @param tls what connections are encrypted with; `null` when they are not
/// @param console whether there is a console at `/console/`, to which browsers are led
/// @param source what CloudEvents say where they come from; `null` for `/tocsin/<epoch>`
/// @param hooks takes what other systems post
public record GatewaySettings(
    String host,
    int port,
    Set<String> allowedOrigins,
    Set<String> allowedHosts,
    Transport transport,
    int loops,
    Duration stallTimeout,
    DeflateSettings deflate,
    AccessSettings access,
    @Nullable TlsFiles tls,
    boolean console,
    @Nullable String source,
    Hooks hooks) {

  private static final BrowserRules NOBODY = new BrowserRules(Set.of(), Set.of());

  /// What is usual: ten minutes.
  public static final Duration DEFAULT_STALL_TIMEOUT = Duration.ofMinutes(10);

  public GatewaySettings {
    allowedOrigins =
        allowedOrigins.stream().map(BrowserNames::origin).collect(Collectors.toUnmodifiableSet());
    allowedHosts =
        allowedHosts.stream().map(BrowserNames::host).collect(Collectors.toUnmodifiableSet());
    source = source == null ? null : CloudEvents.source(source);
    // What HTTP has against them is said now.
    new HttpSettings(host, port, NOBODY, transport, loops);
  }

  /// The settings of the server that carries the gateway.
  HttpSettings http() {
    return new HttpSettings(
        host,
        port,
        new BrowserRules(allowedOrigins, allowedHosts, tls != null),
        transport,
        loops,
        access.addresses(),
        tls);
  }

  /// Settings with what is usual for the rest.
  public GatewaySettings(
      String host,
      int port,
      Set<String> allowedOrigins,
      Set<String> allowedHosts,
      Transport transport) {
    this(
        host,
        port,
        allowedOrigins,
        allowedHosts,
        transport,
        HttpSettings.defaultLoops(),
        DEFAULT_STALL_TIMEOUT,
        DeflateSettings.USUAL,
        AccessSettings.OPEN,
        null,
        true,
        null,
        Hooks.NONE);
  }

  /// The same with other doors.
  public GatewaySettings with(AccessSettings other) {
    return new GatewaySettings(
        host,
        port,
        allowedOrigins,
        allowedHosts,
        transport,
        loops,
        stallTimeout,
        deflate,
        other,
        tls,
        console,
        source,
        hooks);
  }

  /// The same with a console or without.
  public GatewaySettings withConsole(boolean there) {
    return new GatewaySettings(
        host,
        port,
        allowedOrigins,
        allowedHosts,
        transport,
        loops,
        stallTimeout,
        deflate,
        access,
        tls,
        there,
        source,
        hooks);
  }

  /// The same with places where other systems post.
  public GatewaySettings with(Hooks others) {
    return new GatewaySettings(
        host,
        port,
        allowedOrigins,
        allowedHosts,
        transport,
        loops,
        stallTimeout,
        deflate,
        access,
        tls,
        console,
        source,
        others);
  }
}
