package dev.tocsin.websocket;

import dev.tocsin.http.Allowance;
import dev.tocsin.http.Connections;
import dev.tocsin.http.Ends;
import dev.tocsin.http.MemoryBudget;
import dev.tocsin.http.OutputProgress;
import dev.tocsin.http.Payer;
import dev.tocsin.http.PeerAddress;
import dev.tocsin.http.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// A connection that speaks RFC 6455, whatever the messages mean: the only handler of its pipeline,
/// behind TLS where there is any.
///
/// It decodes what comes, answers pings and close frames, and ends the connection in good order ([FramePhase]).
/// While the client has to take or wait for something first, or others have their turn ([Turns]), what has been
/// read of it is held, and decoded later. After the last word what still comes is read and thrown away, for two
/// seconds at the longest ([Ends]). Belongs to the event loop.
///
/// The meaning of the messages is a subclass's, not a listener's: a server has many of these, and a delivery walks
/// through each of them when it has gone cold. A second object would be one more cache miss a delivery.
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
  private final WebSocketCounters counters;
  private final byte windowBits;
  private final Outlet outlet;

  // owned by the event loop
  private @Nullable ByteBuf held;

  /// Under whom its time is counted. It counts as one more connection of his.
  private Allowance allowance;

  /// Output gathers and is not read on: more of both may follow at once.
  private boolean corked;

  /// The client has finished sending; what is held is still decoded.
  private boolean inputEnded;

  /// The socket cannot be used any more.
  private boolean broken;

  private FramePhase phase = FramePhase.Open.TO_BOTH_SIDES;

  /// A connection whose handshake is over.
  ///
  /// @param loop where it is looked after
  /// @param payer under whom its time is counted; `null` for nobody
  /// @param deflation of the event loop
  /// @param counters of the server
  /// @param agreed how messages are compressed; `null` when they are not
  @SuppressWarnings("this-escape") // the decoder calls back only while it decodes
  protected FramedConnection(
      Channel channel,
      Connections loop,
      @Nullable Payer payer,
      FrameLimits limits,
      Deflation deflation,
      WebSocketCounters counters,
      @Nullable PerMessageDeflate agreed) {
    this.channel = channel;
    this.loop = loop;
    this.turns = loop.turns();
    this.input = loop.input().open(this);
    this.allowance = enter(payer);
    this.outlet = new Outlet(channel);
    this.deflation = deflation;
    this.counters = counters;
    this.windowBits = (byte) (agreed == null ? PLAIN : agreed.windowBits());
    this.decoder = new FrameDecoder(this, limits, agreed == null ? null : deflation.inflater());
    counters.noteOpened();
  }

  private Allowance enter(@Nullable Payer payer) {
    return payer == null ? loop.allowances().free() : loop.allowances().enter(payer);
  }

  @Override
  public final Allowance allowance() {
    return allowance;
  }

  /// From now on its time is counted under somebody else.
  protected final void count(Payer payer) {
    Allowance before = allowance;
    allowance = enter(payer);
    loop.allowances().leave(before);
  }

  /// What follows is done on nobody's time.
  public final void spendNothing() {
    turns.goOnUnder(loop.allowances().free());
  }

  /// What follows is done on the time of this connection.
  public final void spend() {
    turns.goOnUnder(allowance);
  }

  /// Does something on the time of this connection.
  private void counted(Runnable work) {
    boolean begun = turns.begin(allowance);
    try {
      work.run();
    } finally {
      if (begun) {
        turns.end();
      }
    }
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

  /// The connection ends: nothing is sent after this but the close frame.
  protected abstract void detach();

  /// The channel, whose only handler this is, TLS aside.
  public final Channel channel() {
    return channel;
  }

  /// How many bytes wait for the socket to take them.
  public final long unreadBytes() {
    return OutputProgress.waitingBytes(channel);
  }

  /// When the first byte of the message that has just come was read, see [System#nanoTime]. To be asked once for each
  /// message.
  protected final long takeMessageNanos() {
    return decoder.takeMessageNanos();
  }

  /// Whether nothing is sent or understood any more.
  public final boolean isClosing() {
    return phase instanceof FramePhase.Closing;
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

  /// Sends frames at once, after all that was written before.
  public final void send(ByteBuf frames) {
    if (corked) {
      outlet.send(frames);
    } else {
      // Nothing is gathered, so a delivery need not walk through the outlet as well.
      channel.writeAndFlush(frames, channel.voidPromise());
    }
  }

  /// The same for who wants to know when the socket has taken them.
  public final ChannelFuture sendAndTell(ByteBuf frames) {
    return outlet.writeAndFlush(frames);
  }

  /// Does something whose output leaves in one write. A failure of it ends this connection and no other.
  public final void together(Runnable action) {
    boolean outermost = !corked;
    corked = true;
    boolean begun = turns.begin(allowance);
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
      if (begun) {
        turns.end();
      }
    }
  }

  /// The server is at fault: ends this connection.
  public final void fail(Throwable failure) {
    channel.pipeline().fireExceptionCaught(failure);
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (bytes.isReadable()) {
      heard();
    }
    if (held == null) {
      decoder.noteRead(System.nanoTime());
    }
    held =
        held == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), held, bytes);
    // Also the end of a frame that has begun waits: thousands may end theirs in one round.
    if (turns.isOver(allowance)) {
      noteInput();
    } else {
      counted(this::decode);
    }
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
      // After a failure of ours nothing would be understood: the middle of a message may be
      // missing.
      if (failed || !bytes.isReadable()) {
        letGo();
      }
      noteInput();
    }
  }

  private void noteInput() {
    input.set(decoder.heldBytes() + waitingBytes());
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
    counted(outlet::flush);
    readOn();
  }

  /// Goes on with what is held, or asks the socket for more, unless the client has to take or wait for
  /// something first.
  public final void readOn() {
    if (corked || !channel.isActive() || (isHeldUp() && !isClosing())) {
      return;
    }
    if (held == null && !turns.isOver(allowance)) {
      channel.read();
    } else {
      turns.await(this);
    }
  }

  @Override
  public final int waitingBytes() {
    return held == null ? 0 : held.readableBytes();
  }

  @Override
  public final void goOn() {
    if (!channel.isActive()) {
      return;
    }
    if (broken) {
      Ends.cut(channel);
      return;
    }
    try {
      decode();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
    corked = false;
    outlet.flush();
    if (inputEnded && held == null) {
      endOfInput();
    }
    readOn();
  }

  @Override
  public final boolean takesMore() {
    return (isClosing() || !isHeldUp())
        && !deflation.inflater().isTurnOver()
        && !turns.isOver(allowance);
  }

  @Override
  public final void ping(byte[] payload) {
    if (!isClosing() && !isDeaf()) {
      outlet.pong(payload);
    }
  }

  @Override
  public final void pong() {}

  /// Answers the peer's close frame with the same, after what else it is owed, then ends.
  @Override
  public final void closed(int code) {
    switch (phase) {
      case FramePhase.Closing closing -> Ends.cut(channel);
      case FramePhase.Speaking speaking -> {
        if (owesAnswers()) {
          phase = speaking.end(() -> echoClose(code));
        } else {
          echoClose(code);
        }
      }
    }
  }

  /// Ends the connection if the peer has asked for it: there are no answers left to be given.
  public final void answered() {
    if (phase instanceof FramePhase.Ending ending) {
      ending.lastWord().run();
    }
  }

  private void echoClose(int code) {
    inLastWords(() -> {
      ByteBuf echo =
          code == CloseCodes.NONE
              ? ControlFrames.close(channel.alloc())
              : ControlFrames.close(channel.alloc(), code, "");
      noteClosing(code, null);
      Ends.after(outlet.writeAndFlush(echo));
      Ends.expect(channel);
      readOn();
    });
  }

  /// Ends the connection in words. Whom there is no memory to tell is cut off.
  private void inLastWords(Runnable words) {
    try {
      words.run();
    } catch (OutOfMemoryError e) {
      loop.noteUsedUp(e);
      Ends.cut(channel);
    }
  }

  /// Nothing is sent after this but the close frame.
  ///
  /// @param reason of the server's; `null` when it was the client who ended the connection
  private void noteClosing(int code, @Nullable String reason) {
    if (phase instanceof FramePhase.Speaking speaking) {
      phase = speaking.close(code);
      counters.noteClosed(code, reason != null);
      LoggingEventBuilder line =
          LOG.atDebug()
              .addKeyValue("connection", id())
              .addKeyValue("address", PeerAddress.of(channel))
              .addKeyValue("code", code)
              .addKeyValue("by", reason == null ? "client" : "server");
      (reason == null ? line : line.addKeyValue("reason", reason)).log("disconnected");
    }
    detach();
  }

  /// Ends the connection after a frame that cannot be understood: what follows it cannot be either,
  /// so the peer's close frame is not waited for.
  @Override
  public final void fault(int code, String sentence) {
    if (!isClosing()) {
      inLastWords(() -> {
        Ends.linger(writeClose(code, sentence));
        readOn();
      });
    }
  }

  /// Ends the connection from this side: says so, and waits for the peer to answer with its close frame.
  public final void close(int code, String sentence) {
    if (!isClosing()) {
      inLastWords(() -> {
        writeClose(code, sentence);
        Ends.expect(channel);
        readOn();
      });
    }
  }

  private ChannelFuture writeClose(int code, String sentence) {
    announceClose(code, sentence);
    ByteBuf lastWord = ControlFrames.close(channel.alloc(), code, sentence);
    noteClosing(code, sentence);
    return outlet.writeAndFlush(lastWord);
  }

  /// The name by which the operator is told of it.
  public abstract String id();

  /// Says what the protocol of the messages says before such a close.
  protected abstract void announceClose(int code, String sentence);

  /// The server met a fault of its own: closes with the code that the protocol of the messages has for it.
  protected abstract void failed();

  /// A client that has finished sending without a close frame is gone, but for the answers that it may still read.
  @Override
  public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      return;
    }
    inputEnded = true;
    if (held == null) {
      endInTurn();
    }
  }

  /// Thousands may end in one round, and each costs as much as a message.
  private void endInTurn() {
    if (turns.isOver(allowance)) {
      turns.await(this);
    } else if (broken) {
      Ends.cut(channel);
    } else {
      endOfInput();
    }
  }

  /// All that the client has sent has been decoded.
  private void endOfInput() {
    if (phase instanceof FramePhase.Closing || !owesAnswers()) {
      Ends.cut(channel);
    } else if (phase instanceof FramePhase.Open open) {
      phase = open.end(() -> Ends.after(outlet.writeAndFlush(Unpooled.EMPTY_BUFFER)));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    letGo();
    outlet.letGo();
    decoder.stop();
    input.set(0);
    turns.leave(this);
    loop.allowances().leave(allowance);
    allowance = loop.allowances().free();
    noteClosing(CloseCodes.BROKEN, null);
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (Ends.isOfSocket(cause)) {
      if (isClosing()) {
        return;
      }
      LOG.atDebug().addKeyValue("connection", id()).setCause(cause).log("connection broke");
      broken = true;
      endInTurn();
      return;
    }
    if (cause instanceof OutOfMemoryError) {
      loop.noteUsedUp(cause);
    } else {
      LOG.atError().addKeyValue("connection", id()).setCause(cause).log("connection failed");
    }
    if (!isClosing()) {
      Ends.afterFault(channel, this::failed);
    }
  }
}
