package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection that is given one answer without an end ([HttpConnection#stream]): the only handler of its pipeline, behind
/// TLS where there is any.
///
/// It is the last answer on its connection: what the client sends behind its request is thrown away, up to
/// [HttpLimits#MAX_BEHIND_STREAM_BYTES]. A client that has finished sending may still be reading, or have gone; what is sent
/// to it next tells. Belongs to the event loop.
public abstract class StreamedConnection extends ChannelInboundHandlerAdapter implements Tickable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamedConnection.class);

  // immutable
  private final Channel channel;
  private final Connections loop;
  private final boolean chunked;
  private final Unacknowledged unacknowledged = new Unacknowledged();

  // owned by the event loop
  private Allowance allowance;
  private int behindBytes;
  private boolean corked;
  private boolean ended;
  private boolean inputEnded;

  /// A connection on which nothing has been said.
  ///
  /// @param from where the answer was asked for
  /// @param payer under whom its time is counted
  /// @param chunked whether the answer comes in chunks ([#takesChunks])
  protected StreamedConnection(HttpConnection from, Payer payer, boolean chunked) {
    this.channel = from.channel();
    this.loop = from.loop();
    this.allowance = loop.allowances().enter(payer);
    this.chunked = chunked;
  }

  /// Whether who asks understands chunks; otherwise the end of the connection is the end of the answer.
  public static boolean takesChunks(HttpRequest request) {
    return request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
  }

  /// The channel, whose only handler this is, TLS aside.
  public final Channel channel() {
    return channel;
  }

  /// Under whom its time of the event loop is counted.
  public final Allowance allowance() {
    return allowance;
  }

  /// Whether nothing is sent any more.
  public final boolean isEnded() {
    return ended;
  }

  /// Whether the client has finished sending, and may have gone.
  protected final boolean isInputEnded() {
    return inputEnded;
  }

  /// Sends a part of the answer, framed as it is transferred.
  protected final void send(ByteBuf part) {
    if (corked) {
      channel.write(part, channel.voidPromise());
    } else {
      channel.writeAndFlush(part, channel.voidPromise());
    }
  }

  /// The same for who wants to know when the socket has taken it.
  public final ChannelFuture sendAndTell(ByteBuf part) {
    return channel.writeAndFlush(part);
  }

  /// Does something whose output leaves in one write. A failure of it ends this connection and no other.
  public final void together(Runnable action) {
    boolean outermost = !corked;
    corked = true;
    boolean begun = loop.turns().begin(allowance);
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      if (outermost) {
        corked = false;
        channel.flush();
      }
      if (begun) {
        loop.turns().end();
      }
    }
  }

  /// The server is at fault: ends this connection.
  public final void fail(Throwable failure) {
    channel.pipeline().fireExceptionCaught(failure);
  }

  /// Ends the answer in good order, and the connection with it. Nothing is sent after this. Where there is no memory for its
  /// end the connection is cut.
  protected final void end() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      ByteBuf end = channel.alloc().buffer(8);
      if (chunked) {
        Chunks.endBody(end);
      }
      Ends.linger(channel.writeAndFlush(end));
    } catch (OutOfMemoryError e) {
      loop.noteUsedUp(e);
      Ends.cut(channel);
    }
  }

  /// What the kernel tells of a peer that says nothing.
  protected enum Peer {
    /// Nothing is known against it.
    THERE,
    /// It has reset the connection, of which not every transport tells.
    RESET,
    /// It has acknowledged nothing for too long, although something was on its way.
    SILENT
  }

  /// Looks what has become of the peer, for the price of a system call.
  ///
  /// @param patienceMillis how long it may acknowledge nothing
  protected final Peer peer(long patienceMillis) {
    TcpInfo info = TcpInfo.of(channel);
    if (info != null && info.isReset()) {
      return Peer.RESET;
    }
    return unacknowledged.look(info, loop.nowMillis()) > patienceMillis ? Peer.SILENT : Peer.THERE;
  }

  /// Reads what the client still sends, if only to hear of its end.
  protected final void readOn() {
    if (channel.isActive() && !allowance.isInDebt()) {
      channel.read();
    }
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    behindBytes += bytes.readableBytes();
    bytes.release();
    allowance.spend(Activity.READ_NANOS);
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext ctx) {
    if (behindBytes > HttpLimits.MAX_BEHIND_STREAM_BYTES) {
      LOG.atDebug().addKeyValue("connection", id()).log("too much was sent behind a request");
      Ends.cut(channel);
    } else {
      readOn();
    }
  }

  @Override
  public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent) || inputEnded) {
      return;
    }
    inputEnded = true;
    if (ended) {
      Ends.cut(channel);
    } else {
      together(this::probe);
    }
  }

  /// Says something that changes nothing: a peer that has gone answers with a reset.
  protected abstract void probe();

  /// The name by which the operator is told of it.
  public abstract String id();

  /// The server met a fault of its own: ends the answer in the words of its protocol.
  protected abstract void failed();

  /// The connection is closed.
  protected abstract void gone();

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    ended = true;
    loop.remove(this);
    loop.allowances().leave(allowance);
    allowance = loop.allowances().free();
    gone();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (Ends.isOfSocket(cause)) {
      LOG.atDebug().addKeyValue("connection", id()).setCause(cause).log("connection broke");
      Ends.cut(channel);
      return;
    }
    if (cause instanceof OutOfMemoryError) {
      loop.noteUsedUp(cause);
    } else {
      LOG.atError().addKeyValue("connection", id()).setCause(cause).log("connection failed");
    }
    if (!ended) {
      Ends.afterFault(channel, this::failed);
    }
  }

  @Override
  public final long unreadBytes() {
    return OutputProgress.waitingBytes(channel);
  }

  @Override
  public final void cutOff() {
    Ends.cut(channel);
  }
}
