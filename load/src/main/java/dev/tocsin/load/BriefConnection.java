package dev.tocsin.load;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/// A connection that ends when it is encrypted and the server's tickets are there, in front of its TLS. Tickets come
/// after the handshake (TLS 1.3), and without them the next connection could resume nothing. Belongs to its loop.
final class BriefConnection extends ChannelInboundHandlerAdapter {

  /// For servers that give no tickets.
  private static final long TICKET_MILLIS = 100;

  private final SslHandler tls;
  private final HandshakeDriver driver;
  private boolean ended;

  BriefConnection(SslHandler tls, HandshakeDriver driver) {
    this.tls = tls;
    this.driver = driver;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    tls.handshakeFuture()
        .addListener(handshake -> {
          if (handshake.isSuccess()) {
            driver.agreed();
            ctx.executor().schedule(() -> end(ctx), TICKET_MILLIS, TimeUnit.MILLISECONDS);
          } else {
            driver.failed("the handshake failed: " + handshake.cause().getMessage());
            ctx.close();
          }
        });
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    boolean agreed = tls.handshakeFuture().isSuccess();
    ctx.fireChannelRead(message);
    if (agreed) {
      end(ctx);
    }
  }

  /// The server ends its side when it has heard that this one is at its end.
  private void end(ChannelHandlerContext ctx) {
    if (!ended && ctx.channel() instanceof DuplexChannel channel && channel.isActive()) {
      ended = true;
      tls.closeOutbound().addListener(told -> channel.shutdownOutput());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ctx.fireChannelInactive();
    driver.closed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    driver.failed("a connection broke: " + cause.getMessage());
    ctx.close();
  }
}
