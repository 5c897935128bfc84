package dev.tocsin.gateway;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/// The first request of a connection to an [EchoServer], which has to be a handshake; whatever its path.
/// Belongs to the event loop.
final class EchoHandshake extends ChannelInboundHandlerAdapter {

  private static final QueryStringDecoder NO_QUERY = new QueryStringDecoder("/");

  private final FrameLimits limits;
  private final Deflation deflation;
  private @Nullable HttpRequest request;

  EchoHandshake(FrameLimits limits, Deflation deflation) {
    this.limits = limits;
    this.deflation = deflation;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest head) {
        request = head;
      }
      if (message instanceof LastHttpContent && request != null) {
        answer(ctx, request);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest asked) {
    if (Upgrade.of(asked, NO_QUERY, true) instanceof Upgrade.Accepted upgrade) {
      EchoConnection connection =
          new EchoConnection(ctx.channel(), limits, deflation, upgrade.deflate());
      WebSocketPipeline.upgrade(ctx, upgrade, connection);
      ctx.channel().flush();
      connection.readOn();
      WebSocketPipeline.startDecoding(ctx.pipeline());
    } else {
      DefaultFullHttpResponse refusal =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.UPGRADE_REQUIRED);
      refusal
          .headers()
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
          .set(HttpHeaderNames.CONTENT_LENGTH, "0");
      ctx.writeAndFlush(refusal).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
