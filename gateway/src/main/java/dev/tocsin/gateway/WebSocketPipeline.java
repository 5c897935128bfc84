package dev.tocsin.gateway;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;

/// The switch of a pipeline from HTTP to WebSocket, and its end.
final class WebSocketPipeline {

  private static final WebSocketDecoderConfig DECODER =
      WebSocketDecoderConfig.newBuilder()
          .maxFramePayloadLength(Limits.MAX_MESSAGE_BYTES)
          .closeOnProtocolViolation(false)
          .withUTF8Validator(false)
          .build();

  private WebSocketPipeline() {}

  /// Answers 101 and puts the WebSocket handlers in the place of the HTTP ones.
  ///
  /// @param ctx the place of the [HttpConnection]
  static void upgrade(ChannelHandlerContext ctx, String acceptKey, WebSocketConnection connection) {
    FullHttpResponse switching =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    switching
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptKey);
    ctx.write(switching, ctx.voidPromise());
    ctx.pipeline()
        .addLast(new WebSocket13FrameDecoder(DECODER))
        .addLast(new Utf8FrameValidator(false))
        .addLast(new WebSocketFrameAggregator(Limits.MAX_MESSAGE_BYTES))
        .addLast(new WebSocket13FrameEncoder(false))
        .addLast(connection);
    ctx.pipeline().remove(HttpConnection.class);
    ctx.pipeline().remove(HttpResponseEncoder.class);
  }

  /// From here on bytes reach the decoder of frames, first those that the client sent without waiting
  /// for the answer to its handshake.
  static void startDecoding(ChannelPipeline pipeline) {
    pipeline.remove(RequestDecoder.class);
  }

  /// From here on bytes reach the connection as they are.
  static void stopDecoding(ChannelPipeline pipeline) {
    remove(pipeline, WebSocketFrameAggregator.class);
    remove(pipeline, Utf8FrameValidator.class);
    remove(pipeline, WebSocket13FrameDecoder.class);
  }

  private static void remove(ChannelPipeline pipeline, Class<? extends ChannelHandler> type) {
    if (pipeline.get(type) != null) {
      pipeline.remove(type);
    }
  }
}
