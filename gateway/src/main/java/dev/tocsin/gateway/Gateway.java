package dev.tocsin.gateway;

import dev.tocsin.http.HttpLimits;
import dev.tocsin.http.HttpServer;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.hub.Hub;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The hub on the network: one port that speaks HTTP and WebSocket.
///
/// Running from [#start] to [#stop]. Any thread may call anything.
public final class Gateway {

  private final HttpServer server;

  private Gateway(HttpServer server) {
    this.server = server;
  }

  /// Opens the port.
  ///
  /// @param clock tells the timestamps of the server's own messages
  /// @throws StartFailedException when the address is not to be had or the transport does not work here
  public static Gateway start(Hub hub, GatewaySettings settings, InstantSource clock)
      throws StartFailedException {
    return start(hub, settings, clock, System::nanoTime, HttpLimits::maxConnections);
  }

  /// The same on another clock and with another bound.
  ///
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  /// @param maxConnections asked when the event loops have the files that they need
  static Gateway start(
      Hub hub,
      GatewaySettings settings,
      InstantSource clock,
      LongSupplier nanoTime,
      IntSupplier maxConnections)
      throws StartFailedException {
    return new Gateway(
        HttpServer.start(
            settings.http(),
            clock,
            nanoTime,
            maxConnections,
            http -> {
              GatewayContext context = GatewayContext.of(http, hub, settings);
              return connections -> new Loop(connections, context);
            }));
  }

  /// Where the gateway listens, with the real port.
  public InetSocketAddress address() {
    return server.address();
  }

  /// How many connections there may be at once: what the process may open.
  public int maxConnections() {
    return server.context().maxConnections();
  }

  /// How many connections there are.
  int openConnections() {
    return server.context().openConnections();
  }

  /// Looks after every connection now, see [HttpServer#tick].
  void tick() {
    server.tick();
  }

  /// Whether it can still serve everybody. When not, the process has to be started again.
  public boolean isAlive() {
    return server.isAlive();
  }

  /// The transport in use: `epoll`, `io_uring` or `nio`.
  public String transport() {
    return server.transport();
  }

  /// Stops in good order: no new connections, requests under way are answered, accepted events are
  /// delivered, WebSocket clients are told to come back and closed with 1001. Blocks until all
  /// are gone, `limit` at the longest. A second call does nothing.
  public void stop(Duration limit) {
    server.stop(limit);
  }
}
