package dev.tocsin.load;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;

/// A connection that asks one thing as soon as it is encrypted, and is ended by the server. Without an answer there
/// would be nothing to resume: some servers send their tickets together with it. Belongs to its loop.
final class BriefConnection extends ChannelInboundHandlerAdapter {

  private final byte[] request;
  private final HandshakeDriver driver;
  private boolean agreed;

  BriefConnection(byte[] request, HandshakeDriver driver) {
    this.request = request;
    this.driver = driver;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        agreed = true;
        driver.agreed(ctx.pipeline().get(SslHandler.class));
        ctx.writeAndFlush(Unpooled.wrappedBuffer(request));
      } else {
        driver.failed(handshake.cause());
        ctx.close();
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    driver.closed();
  }

  /// However a server ends a connection, it was a handshake.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!agreed) {
      driver.failed(cause);
    }
    ctx.close();
  }
}
