package dev.tocsin.websocket;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.Connections;
import dev.tocsin.http.HttpConnection;

/// A handshake with an [EchoServer].
final class EchoExchange extends BodyExchange {

  private final Handshake.Accepted handshake;
  private final FrameLimits limits;
  private final Deflation deflation;
  private final WebSocketCounters counters;

  EchoExchange(
      HttpConnection connection,
      Handshake.Accepted handshake,
      FrameLimits limits,
      Deflation deflation,
      WebSocketCounters counters) {
    super(connection);
    this.handshake = handshake;
    this.limits = limits;
    this.deflation = deflation;
    this.counters = counters;
  }

  @Override
  protected void complete(byte[] body) {
    Connections loop = connection().loop();
    EchoConnection echo =
        new EchoConnection(
            loop, connection().channel(), limits, deflation, counters, handshake.deflate());
    handshake.switchTo(connection(), echo, echo::open);
  }
}
