package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes requests of bytes.
///
/// Netty's decoder with three differences. It decodes no more than is wanted at the moment, and holds the rest as
/// bytes: a request takes many times the memory of its bytes. After a request for an upgrade nothing is
/// decoded: when the upgrade is granted, what came with it is handed on as bytes when this handler is
/// removed. And it can be told to throw away what still comes. Netty refuses requests whose length is told
/// twice.
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
  private BooleanSupplier wanted = () -> true;
  private @Nullable ChannelHandlerContext ctx;

  /// There are bytes that nobody has wanted yet.
  private boolean holding;

  /// The end of the input, which came after bytes that are held.
  private @Nullable Object inputEnd;

  RequestDecoder() {
    super(CONFIG);
  }

  /// Decodes on only as long as more is wanted.
  void decodeWhile(BooleanSupplier isWanted) {
    wanted = isWanted;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    ctx = added;
    super.handlerAdded(added);
  }

  /// Whether there are bytes that were not wanted yet.
  boolean isHolding() {
    return holding;
  }

  /// How many bytes have come that no message has been made of yet.
  int heldBytes() {
    return actualReadableBytes();
  }

  /// Goes on with what it holds, as far as it is wanted now.
  void decodeMore() throws Exception {
    ChannelHandlerContext present = ctx;
    if (!holding || present == null) {
      return;
    }
    holding = false;
    super.channelRead(present, Unpooled.EMPTY_BUFFER);
    Object end = inputEnd;
    if (!holding && end != null) {
      inputEnd = null;
      super.userEventTriggered(present, end);
    }
  }

  /// Netty's asks for more bytes when it could make nothing of those that came. Whether more are wanted is
  /// for the connection to say.
  @Override
  public void channelReadComplete(ChannelHandlerContext completed) throws Exception {
    if (holding) {
      completed.fireChannelReadComplete();
    } else {
      super.channelReadComplete(completed);
    }
  }

  /// Netty's throws away what it holds when no more can come.
  @Override
  public void userEventTriggered(ChannelHandlerContext told, Object event) throws Exception {
    if (holding && event instanceof ChannelInputShutdownEvent) {
      inputEnd = event;
    } else {
      super.userEventTriggered(told, event);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
      throws Exception {
    switch (mode) {
      case DECODING, LAST_REQUEST -> {
        if (!wanted.getAsBoolean()) {
          holding = true;
          return;
        }
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
    holding = actualReadableBytes() > 0;
  }
}
