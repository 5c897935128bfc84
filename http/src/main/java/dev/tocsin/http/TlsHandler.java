package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// Encrypts one connection: the first handler of its pipeline, from the first bytes of the client on.
///
/// Netty's, which does no more than it is asked to: no timer for the handshake, whose time is the same as the first request's
/// ([HttpLimits#FIRST_HEAD_MILLIS]), and a close that waits for nobody. What is written is encrypted at the next flush, into a
/// buffer of this connection's own; a buffer that several connections share is read, never written. What is encrypted waits for
/// the socket where all output does, so that [OutputProgress] and the channel's writability count it. Belongs to the event
/// loop.
final class TlsHandler extends SslHandler {

  /// How long a close waits until the socket has taken the last word of TLS.
  private static final long LAST_WORD_MILLIS = 500;

  /// What encrypting may need besides as many bytes as are written.
  private static final int SPARE_BYTES = 64 * 1024;

  private final SocketMemory memory;

  TlsHandler(SSLEngine engine, SocketMemory memory) {
    super(engine);
    this.memory = memory;
    setHandshakeTimeoutMillis(0);
  }

  /// That of a channel; `null` when it is not encrypted, or not yet.
  static @Nullable TlsHandler of(Channel channel) {
    return channel.pipeline().first() instanceof TlsHandler tls ? tls : null;
  }

  /// Ends the output of a channel, of TLS first.
  static void endOutput(DuplexChannel channel) {
    TlsHandler tls = of(channel);
    if (tls == null) {
      channel.shutdownOutput();
    } else {
      tls.closeOutbound().addListener(told -> channel.shutdownOutput());
    }
  }

  /// How many bytes have come of a record that has not come whole.
  int heldBytes() {
    return actualReadableBytes();
  }

  /// The certificate that the client has shown, and that was verified when the session began; `null` when there is none,
  /// or when it has expired since.
  @Nullable X509Certificate peerCertificate(Instant now) {
    try {
      Certificate[] chain = engine().getSession().getPeerCertificates();
      if (chain.length > 0 && chain[0] instanceof X509Certificate certificate) {
        certificate.checkValidity(Date.from(now));
        return certificate;
      }
      return null;
    } catch (SSLPeerUnverifiedException | CertificateException e) {
      return null;
    }
  }

  /// Netty's loses what it was encrypting when there is no memory for the result: asks before.
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof ByteBuf bytes) {
      try {
        memory.require(bytes.readableBytes() + SPARE_BYTES);
      } catch (OutOfMemoryError e) {
        ReferenceCountUtil.release(message);
        throw e;
      }
    }
    super.write(ctx, message, promise);
  }

  /// At once where something still waits, which is thrown away, or where nothing has been agreed upon yet. Otherwise
  /// the peer is told, so that it knows that nothing was cut off.
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (OutputProgress.waitingBytes(ctx.channel()) > 0) {
      // Whoever closes because its last word was written hears of that before it is counted off.
      ctx.executor().execute(() -> closeNow(ctx, promise));
    } else {
      closeNow(ctx, promise);
    }
  }

  private void closeNow(ChannelHandlerContext ctx, ChannelPromise promise) {
    Channel channel = ctx.channel();
    if (!channel.isActive()
        || !handshakeFuture().isSuccess()
        || OutputProgress.waitingBytes(channel) > 0) {
      ctx.close(promise);
      return;
    }
    ChannelFuture told = closeOutbound();
    if (told.isDone()) {
      ctx.close(promise);
      return;
    }
    Future<?> late =
        ctx.executor().schedule(() -> ctx.close(promise), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
    told.addListener(done -> {
      if (late.cancel(false)) {
        ctx.close(promise);
      }
    });
  }
}
