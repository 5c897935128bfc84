package dev.tocsin.websocket;

import dev.tocsin.http.Connections;
import dev.tocsin.http.Guard;
import dev.tocsin.http.HttpLimits;
import dev.tocsin.http.MemoryBudget;
import dev.tocsin.http.OutputProgress;
import dev.tocsin.http.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection that speaks RFC 6455, whatever the messages mean: the only handler of its pipeline.
///
/// It decodes what comes, answers pings and close frames, and ends a connection in good order. What has
/// been read but may not be decoded yet, because the client has to take or wait for something first or
/// others have their turn ([Turns]), is held and gone on with later. Belongs to the event loop.
///
/// ```
/// OPEN ──end wanted by either side, or a fault──> CLOSING ──> closed
///   └──the peer wants to end, and is owed answers──> ENDING ──answered, or a fault──^
/// ```
///
/// While closing, nothing is sent and nothing is understood; what still comes is read and thrown away,
/// for two seconds at the longest, so that the last words arrive.
public abstract class FramedConnection extends ChannelInboundHandlerAdapter
    implements FrameDecoder.Sink, Turns.Waiting, MemoryBudget.Holder {

  private static final Logger LOG = LoggerFactory.getLogger(FramedConnection.class);

  /// The [#windowBits] of who gets its messages as they are.
  public static final int PLAIN = 0;

  private final Channel channel;
  private final Connections loop;
  private final Turns turns;
  private final MemoryBudget.Account input;
  private final FrameDecoder decoder;
  private final Deflation deflation;
  private final byte windowBits;
  private final Outlet outlet;

  // owned by the event loop
  private @Nullable ByteBuf held;

  /// Output gathers and is not read on: more of both may follow at once.
  private boolean corked;

  private boolean closing;

  /// How the connection ends when the peer has its answers.
  private @Nullable Runnable ending;

  /// A connection whose handshake is over.
  ///
  /// @param loop where it is looked after
  /// @param deflation of the event loop
  /// @param agreed how messages are compressed; `null` when they are not
  @SuppressWarnings("this-escape") // the decoder calls back only while it decodes
  protected FramedConnection(
      Channel channel,
      Connections loop,
      FrameLimits limits,
      Deflation deflation,
      @Nullable PerMessageDeflate agreed) {
    this.channel = channel;
    this.loop = loop;
    this.turns = loop.turns();
    this.input = loop.input().open(this);
    this.outlet = new Outlet(channel);
    this.deflation = deflation;
    this.windowBits = (byte) (agreed == null ? PLAIN : agreed.windowBits());
    this.decoder = new FrameDecoder(this, limits, agreed == null ? null : deflation.inflater());
  }

  /// Bytes came from the client.
  protected abstract void heard();

  @Override
  public abstract void text(byte[] message);

  @Override
  public abstract void binary(byte[] message);

  /// Whether the client has to take or wait for something before more of it is understood.
  protected abstract boolean isHeldUp();

  /// Whether frames other than a close are passed over.
  protected abstract boolean isDeaf();

  /// Whether answers will come to what the peer has asked.
  protected abstract boolean owesAnswers();

  /// The connection ends: nothing is sent behind this but the close frame.
  protected abstract void leave();

  /// The channel, whose only handler this is.
  public final Channel channel() {
    return channel;
  }

  /// How many bytes wait for the socket to take them.
  public final long unreadBytes() {
    return OutputProgress.waitingBytes(channel);
  }

  /// Whether nothing is sent or understood any more.
  public final boolean isClosing() {
    return closing;
  }

  /// The size of the window with which messages for this connection are compressed, as a power of two,
  /// or [#PLAIN].
  public final int windowBits() {
    return windowBits;
  }

  /// Frames in the form in which this connection gets them.
  ///
  /// @param frames is released, or returned
  public final ByteBuf inItsForm(ByteBuf frames) {
    if (windowBits == PLAIN) {
      return frames;
    }
    try {
      return deflation.deflater().deflate(channel.alloc(), frames, windowBits);
    } finally {
      frames.release();
    }
  }

  /// Writes one frame: at once, or together with all that is written until the bytes at hand are
  /// decoded.
  public final void write(ByteBuf frame) {
    outlet.add(frame);
    if (!corked) {
      outlet.flush();
    }
  }

  /// Sends frames at once, behind all that was written before.
  public final void send(ByteBuf frames) {
    outlet.send(frames);
  }

  /// The same for who wants to know when the socket has taken them.
  public final ChannelFuture sendAndTell(ByteBuf frames) {
    return outlet.writeAndFlush(frames);
  }

  /// Does something whose output leaves in one write. A fault of it ends this connection and no other.
  public final void together(Runnable action) {
    boolean outermost = !corked;
    corked = true;
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      if (outermost) {
        corked = false;
        outlet.flush();
        readOn();
      }
    }
  }

  /// The server is at fault: ends this connection.
  public final void fail(Throwable fault) {
    channel.pipeline().fireExceptionCaught(fault);
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (bytes.isReadable()) {
      heard();
    }
    held =
        held == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), held, bytes);
    decode();
  }

  private void decode() {
    ByteBuf bytes = held;
    if (bytes == null) {
      return;
    }
    corked = true;
    deflation.inflater().beginTurn();
    boolean failed = true;
    try {
      decoder.decode(bytes);
      failed = false;
    } finally {
      // Behind a failure of ours nothing would be understood: the middle of a message may be
      // missing.
      if (failed || !bytes.isReadable()) {
        letGo();
      }
      noteInput();
    }
  }

  private void noteInput() {
    input.set(decoder.heldBytes() + (held == null ? 0 : held.readableBytes()));
  }

  /// There is no memory for what has not come whole, and this connection holds the most of it.
  @Override
  public final void giveUp() {
    decoder.stop();
    letGo();
    input.set(0);
    close(
        CloseCodes.TRY_AGAIN_LATER,
        "No memory is left for unfinished messages, and this is the largest");
  }

  private void letGo() {
    if (held != null) {
      held.release();
      held = null;
    }
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext ctx) {
    corked = false;
    outlet.flush();
    readOn();
  }

  /// Goes on with what is held, or asks the socket for more, unless the client has to take or wait for
  /// something first.
  public final void readOn() {
    if (corked || !channel.isActive() || (isHeldUp() && !closing)) {
      return;
    }
    if (held == null && !turns.isOver()) {
      channel.read();
    } else {
      turns.await(this);
    }
  }

  @Override
  public final void goOn() {
    if (!channel.isActive()) {
      return;
    }
    try {
      decode();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
    corked = false;
    outlet.flush();
    readOn();
  }

  @Override
  public final boolean takesMore() {
    return (closing || !isHeldUp()) && !deflation.inflater().isTurnOver() && !turns.isOver();
  }

  @Override
  public final void ping(byte[] payload) {
    if (!closing && !isDeaf()) {
      outlet.pong(payload);
    }
  }

  @Override
  public final void pong() {}

  /// Answers the peer's close frame with the same, behind what else it is owed, then ends.
  @Override
  public final void close(int code) {
    if (closing) {
      channel.close();
    } else if (owesAnswers()) {
      ending = () -> echoClose(code);
    } else {
      echoClose(code);
    }
  }

  /// Ends the connection if the peer has asked for it: there are no answers left to be given.
  public final void answered() {
    if (ending != null && !closing) {
      ending.run();
    }
  }

  private void echoClose(int code) {
    closing = true;
    leave();
    ByteBuf echo =
        code == CloseCodes.NONE
            ? ControlFrames.close(channel.alloc())
            : ControlFrames.close(channel.alloc(), code, "");
    outlet.writeAndFlush(echo).addListener(ChannelFutureListener.CLOSE);
    closeSoon();
  }

  /// Ends the connection after a frame that cannot be understood: what follows it cannot be either,
  /// so the peer's close frame is not waited for.
  @Override
  public final void fault(int code, String sentence) {
    if (closing) {
      return;
    }
    ChannelFuture written = close(code, sentence);
    if (channel instanceof DuplexChannel duplex) {
      // Not before: what is still waiting to be written would be thrown away.
      written.addListener(done -> duplex.shutdownOutput());
    }
  }

  /// Ends the connection from this side.
  ///
  /// @return done when the close frame has been written
  public final ChannelFuture close(int code, String sentence) {
    if (closing) {
      return channel.newSucceededFuture();
    }
    LOG.atDebug()
        .addKeyValue("connection", channel.id())
        .addKeyValue("code", code)
        .log("closing: {}", sentence);
    announceClose(code, sentence);
    closing = true;
    leave();
    ChannelFuture written =
        outlet.writeAndFlush(ControlFrames.close(channel.alloc(), code, sentence));
    closeSoon();
    return written;
  }

  /// Says what the protocol of the messages says before such a close.
  protected abstract void announceClose(int code, String sentence);

  /// The server met a fault of its own: closes with the code that the protocol of the messages has for it.
  protected abstract void failed();

  private void closeSoon() {
    channel
        .eventLoop()
        .schedule(() -> channel.close(), HttpLimits.LINGER_MILLIS, TimeUnit.MILLISECONDS);
    readOn();
  }

  private void endAfterFault() {
    try {
      failed();
    } catch (OutOfMemoryError e) {
      // Nor is there memory to say so.
      channel.close();
    } catch (RuntimeException | Error e) {
      Guard.caught("a connection that failed could not be closed in words", e);
      channel.close();
    }
  }

  /// A client that has finished sending without a close frame is gone, but for the answers that it may still read.
  @Override
  public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      return;
    }
    if (closing || !owesAnswers()) {
      channel.close();
    } else if (ending == null) {
      ending =
          () ->
              outlet.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    letGo();
    outlet.letGo();
    decoder.stop();
    input.set(0);
    closing = true;
    leave();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (closing) {
      return;
    }
    if (cause instanceof IOException) {
      LOG.atDebug().addKeyValue("connection", channel.id()).setCause(cause).log("connection broke");
      channel.close();
      return;
    }
    if (cause instanceof OutOfMemoryError) {
      loop.noteUsedUp(cause);
    } else {
      LOG.atError()
          .addKeyValue("connection", channel.id())
          .setCause(cause)
          .log("connection failed");
    }
    // Behind the shard's turn, in the middle of which this may be.
    channel.eventLoop().execute(this::endAfterFault);
  }
}
