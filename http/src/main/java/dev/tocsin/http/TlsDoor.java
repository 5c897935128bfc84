package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands where a port speaks TLS: looks at the first bytes of a client, and has everything from there on decrypted.
///
/// A handshake costs as much as a great many requests, so it is not begun before it is this one's turn ([Turns]). Who speaks
/// HTTP is told in plain text that this port does not, and leaves. Who speaks something else is cut off. Afterwards it tells
/// the handlers behind it in the words they know from a connection that is not encrypted: the client's last word of TLS is
/// the end of its input, and a record that cannot be decrypted is a failure of the socket. A handshake that fails is
/// counted, and is no failure of the server. Belongs to the event loop.
final class TlsDoor extends ChannelInboundHandlerAdapter
    implements Turns.Waiting, MemoryBudget.Holder {

  private static final Logger LOG = LoggerFactory.getLogger(TlsDoor.class);

  /// The type of the record with which a client of TLS begins.
  private static final byte HANDSHAKE = 22;

  /// What a handshake counts as: it is not done in one piece.
  private static final long HANDSHAKE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private static final String PLAIN_HTTP =
      "This port speaks https, and the request came as plain http; its address begins with"
          + " https://";

  // immutable
  private final Tls tls;
  private final Connections loop;
  private final HttpConnection connection;
  private final MemoryBudget.Account input;

  // owned by the event loop
  private @Nullable ChannelHandlerContext ctx;

  /// What has come before its turn.
  private @Nullable ByteBuf held;

  private @Nullable TlsHandler handler;
  private boolean inputEnded;

  TlsDoor(Tls tls, Connections loop, HttpConnection connection) {
    this.tls = tls;
    this.loop = loop;
    this.connection = connection;
    this.input = loop.input().open(this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    if (handler != null) {
      reading.fireChannelRead(message);
      return;
    }
    ByteBuf bytes = (ByteBuf) message;
    held =
        held == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(reading.alloc(), held, bytes);
    if (!held.isReadable()) {
      letGo();
    } else if (loop.turns().isOver(allowance())) {
      loop.turns().await(this);
    } else {
      open(reading);
    }
  }

  /// Nothing more is read while it waits for its turn.
  @Override
  public void channelReadComplete(ChannelHandlerContext completed) {
    if (held == null) {
      noteInput();
      completed.fireChannelReadComplete();
    }
  }

  @Override
  public int waitingBytes() {
    return held == null ? 0 : held.readableBytes();
  }

  @Override
  public Allowance allowance() {
    return connection.allowance();
  }

  @Override
  public void goOn() {
    ChannelHandlerContext present = ctx;
    if (present == null || held == null || !present.channel().isActive()) {
      return;
    }
    try {
      open(present);
      present.pipeline().fireChannelReadComplete();
    } catch (RuntimeException | Error e) {
      present.pipeline().fireExceptionCaught(e);
    }
  }

  private void open(ChannelHandlerContext opening) {
    ByteBuf bytes = held;
    if (bytes == null) {
      return;
    }
    byte first = bytes.getByte(bytes.readerIndex());
    if (first == HANDSHAKE) {
      allowance().spend(HANDSHAKE_NANOS);
      handler = tls.newHandler(opening.alloc(), loop.context().memory());
      held = null;
      opening.pipeline().addFirst(handler);
      opening.pipeline().fireChannelRead(bytes);
    } else if (isLetter(first)) {
      held = null;
      connection.refuse(Problem.malformed(PLAIN_HTTP));
      opening.fireChannelRead(bytes);
      opening.pipeline().remove(this);
    } else {
      letGo();
      failed(opening, "the first bytes are none of TLS");
      Ends.cut(opening.channel());
    }
  }

  /// With one begins a method of HTTP, and no record of TLS.
  private static boolean isLetter(byte first) {
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
  }

  private void failed(ChannelHandlerContext failing, String reason) {
    tls.noteHandshake(false);
    LOG.atDebug()
        .addKeyValue("address", PeerAddress.of(failing.channel()))
        .addKeyValue("reason", reason)
        .log("handshake failed");
  }

  private void noteInput() {
    TlsHandler present = handler;
    if (present != null) {
      input.set(present.heldBytes());
    }
  }

  /// There is no memory for records that have not come whole, and this one is the largest.
  @Override
  public void giveUp() {
    input.set(0);
    Ends.cut(connection.channel());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext told, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent handshake when handshake.isSuccess() ->
          tls.noteHandshake(true);
      case SslHandshakeCompletionEvent handshake -> failed(told, String.valueOf(handshake.cause()));
      // With BoringSSL it also comes with the first bytes that are read after this side was ended.
      case SslCloseCompletionEvent close when close.isSuccess() && !isInputOpen() -> endInput(told);
      case SslCloseCompletionEvent close when close.isSuccess() -> {}
      case ChannelInputShutdownEvent shutdown -> endInput(told);
      default -> told.fireUserEventTriggered(event);
    }
  }

  private boolean isInputOpen() {
    return handler != null && !handler.engine().isInboundDone();
  }

  private void endInput(ChannelHandlerContext told) {
    if (!inputEnded) {
      inputEnded = true;
      told.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    Throwable failure = cause instanceof DecoderException ? cause.getCause() : cause;
    TlsHandler present = handler;
    if (present != null
        && !present.handshakeFuture().isSuccess()
        && (cause instanceof DecoderException || cause instanceof SSLException)) {
      // It was told as a failed handshake.
      Ends.cut(failing.channel());
    } else {
      failing.fireExceptionCaught(failure instanceof SSLException ? failure : cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    loop.turns().leave(this);
    letGo();
    input.set(0);
    inactive.fireChannelInactive();
  }

  private void letGo() {
    if (held != null) {
      held.release();
      held = null;
    }
  }
}
