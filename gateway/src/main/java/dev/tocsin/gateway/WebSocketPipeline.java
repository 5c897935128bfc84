package dev.tocsin.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/// The switch of a pipeline from HTTP to WebSocket.
final class WebSocketPipeline {

  private WebSocketPipeline() {}

  /// Answers 101 and puts the connection in the place of the handlers of HTTP.
  ///
  /// @param ctx the place of the handler that decided so
  static void upgrade(
      ChannelHandlerContext ctx, Upgrade.Accepted upgrade, FramedConnection connection) {
    FullHttpResponse switching =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    switching
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, upgrade.acceptKey());
    if (upgrade.deflate() != null) {
      switching.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, upgrade.deflate().answer());
    }
    ctx.write(switching, ctx.voidPromise());
    ctx.pipeline().addLast(connection);
    ctx.pipeline().remove(ctx.handler());
    if (ctx.pipeline().get(Activity.class) != null) {
      ctx.pipeline().remove(Activity.class);
    }
    ctx.pipeline().remove(HttpResponseEncoder.class);
  }

  /// From here on bytes reach the connection, first those that the client sent without waiting
  /// for the answer to its handshake.
  static void startDecoding(ChannelPipeline pipeline) {
    pipeline.remove(RequestDecoder.class);
  }
}
