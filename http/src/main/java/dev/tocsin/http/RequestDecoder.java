package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/// Makes requests of bytes.
///
/// Netty's decoder with two differences. Behind a request for an upgrade nothing is decoded: when the
/// upgrade is granted, what came with it is handed on as bytes when this handler is removed. And it can be
/// told that nobody wants to hear any more. Netty refuses requests whose length is told twice.
///
/// Not `HttpServerCodec`, which breaks a connection that pipelines more than 128 requests. Belongs to
/// the event loop.
final class RequestDecoder extends HttpRequestDecoder {

  private static final HttpDecoderConfig CONFIG =
      new HttpDecoderConfig()
          .setMaxInitialLineLength(HttpLimits.MAX_REQUEST_LINE_BYTES)
          .setMaxHeaderSize(HttpLimits.MAX_HEADER_BYTES)
          .setMaxChunkSize(HttpLimits.MAX_BODY_BYTES)
          .setStrictLineParsing(true)
          .setUseRfc9112TransferEncoding(true);

  private enum Mode {
    DECODING,
    /// The request that is being decoded asks for an upgrade.
    LAST_REQUEST,
    HOLDING,
    DISCARDING
  }

  private Mode mode = Mode.DECODING;

  RequestDecoder() {
    super(CONFIG);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
      throws Exception {
    switch (mode) {
      case DECODING, LAST_REQUEST -> {
        int before = out.size();
        super.decode(ctx, bytes, out);
        out.subList(before, out.size()).forEach(this::note);
      }
      case HOLDING -> {}
      case DISCARDING -> bytes.skipBytes(bytes.readableBytes());
    }
  }

  private void note(Object message) {
    if (message instanceof HttpRequest request && HttpConnection.asksForUpgrade(request)) {
      mode = Mode.LAST_REQUEST;
    }
    if (message instanceof LastHttpContent && mode == Mode.LAST_REQUEST) {
      mode = Mode.HOLDING;
    }
  }

  /// From now on bytes are thrown away.
  void discard() {
    mode = Mode.DISCARDING;
  }
}
