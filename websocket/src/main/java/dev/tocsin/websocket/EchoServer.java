package dev.tocsin.websocket;

import dev.tocsin.http.BrowserRules;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpLimits;
import dev.tocsin.http.HttpServer;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.Request;
import dev.tocsin.http.Right;
import dev.tocsin.http.Route;
import dev.tocsin.http.Routes;
import dev.tocsin.http.Service;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.http.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/// A server that echoes every message, for measuring the frame path and for conformance suites: text and
/// binary, on any path, on loopback only.
///
/// Handshake, frames, compression and closing are the server's own; only the bounds are wider
/// (16 MiB a message, 65,536 fragments), and every message is compressed that becomes shorter. Running
/// from [#start] to [#stop]. Any thread may call anything.
public final class EchoServer {

  /// And a last fragment that is empty, as some clients send it.
  private static final FrameLimits LIMITS = new FrameLimits(16 << 20, 65_536 + 1);

  private static final int THRESHOLD_BYTES = 0;

  private final HttpServer server;

  private EchoServer(HttpServer server) {
    this.server = server;
  }

  /// Opens the port.
  ///
  /// @param port 0 picks a free one
  /// @throws StartFailedException when it is not to be had
  public static EchoServer start(int port) throws StartFailedException {
    HttpSettings settings =
        new HttpSettings(
            InetAddress.getLoopbackAddress().getHostAddress(),
            port,
            new BrowserRules(Set.of(), Set.of()),
            Transport.AUTO,
            HttpSettings.defaultLoops());
    return new EchoServer(
        HttpServer.start(
            settings,
            InstantSource.system(),
            System::nanoTime,
            HttpLimits::maxConnections,
            context -> connections -> new Echo()));
  }

  /// Every request has to be a handshake, whatever its path.
  private static final class Echo implements Service {

    private final WebSocketCounters counters = new WebSocketCounters();
    private final Deflation deflation = new Deflation(THRESHOLD_BYTES);
    private final Routes routes = Routes.everywhere(Route.takeOver("/", Right.NONE, this::upgrade));

    @Override
    public Routes routes() {
      return routes;
    }

    private Exchange upgrade(Request request) {
      return switch (Handshake.of(request.head(), true)) {
        case Handshake.Accepted accepted ->
            new EchoExchange(request.connection(), accepted, LIMITS, deflation, counters);
        case Handshake.Refused refused -> request.answer(refused.response());
      };
    }
  }

  /// Where it listens, with the real port.
  public InetSocketAddress address() {
    return server.address();
  }

  /// Closes the port and every connection.
  public void stop() {
    server.stop(Duration.ZERO);
  }
}
