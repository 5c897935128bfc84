package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessages;
import dev.tocsin.events.CloseCode;
import dev.tocsin.hub.EventPattern;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection that speaks WebSocket: a member of its loop's shard, and the one who answers its
/// client.
///
/// Reading stops while the client leaves [Limits#UNREAD_OUTPUT_BYTES] of answers unread or has too
/// many actions unanswered ([ActionQueue#isFull]), so that neither can grow. One that has too many events
/// to take reads the log at its own pace ([Cursor]). Belongs to the event loop.
///
/// ```
/// OPEN ──end wanted by either side, fault, silence, slowness──> CLOSING ──> closed
/// ```
///
/// While closing, nothing is delivered and nothing is understood; what still comes is read and thrown
/// away, for two seconds at the longest, so that the last words arrive.
final class WebSocketConnection extends ChannelInboundHandlerAdapter implements Loop.Tickable {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private static final int MAX_CLOSE_CODE = 4_999;

  // immutable
  private final String id = UUID.randomUUID().toString();
  private final GatewayContext context;
  private final Loop loop;
  private final Activity activity;
  private final Channel channel;
  private final Actions actions;
  private final ActionQueue queue = new ActionQueue(this::send);
  private final OutputProgress output;
  private final Cursor cursor;

  // owned by the event loop
  private boolean closing;
  private int unreadAnswerBytes;
  private boolean goingAway;
  private boolean reading;
  private long lastHeartbeatMillis;

  WebSocketConnection(GatewayContext context, Loop loop, Activity activity, Channel channel) {
    this.context = context;
    this.loop = loop;
    this.activity = activity;
    this.channel = channel;
    this.actions = new Actions(context, loop.shard(), this);
    this.output = new OutputProgress(channel, loop);
    this.cursor = new Cursor(context, loop, channel, this);
    this.lastHeartbeatMillis = loop.nowMillis();
  }

  /// The handshake is over: joins the shard and says so.
  void open(Upgrade.Accepted upgrade) {
    loop.add(this);
    List<EventPattern> patterns = upgrade.patterns();
    long sequence =
        patterns == null ? loop.shard().join(this) : loop.shard().subscribe(this, patterns);
    String epoch = context.hub().log().epoch();
    send(ServerMessages.established(id, epoch, sequence, context.clock()));
    if (upgrade.resume() != null) {
      // From the very position that was told: nothing may come before the answer.
      send(cursor.resume(upgrade.resume(), sequence));
    }
    if (context.isStopping()) {
      goAway();
    }
    readOn();
  }

  /// Where this connection stands on the log.
  Cursor cursor() {
    return cursor;
  }

  /// Sends the frames of a turn. A connection that has too much to take already does not take them
  /// but leaves the live path, and reads on from the position `before` at its own pace.
  ///
  /// @param previous what the first frame says
  void sendBatch(ByteBuf frames, long before, long previous) {
    if (closing || cursor.isFallingBehind() || !channel.isActive()) {
      return;
    }
    try {
      if (unreadOutput() <= Limits.MAX_LIVE_OUTPUT_BYTES) {
        channel.writeAndFlush(frames.retainedDuplicate(), channel.voidPromise());
      } else {
        cursor.fallBehind(before, previous);
      }
    } catch (RuntimeException | Error e) {
      // The others of the audience have nothing to do with it.
      channel.pipeline().fireExceptionCaught(e);
    }
  }

  /// Sends one text message.
  void send(byte[] message) {
    if (closing || !channel.isActive()) {
      return;
    }
    ByteBuf frame = TextFrames.of(channel.alloc(), message);
    countUnread(frame.readableBytes());
    if (reading) {
      channel.write(frame, channel.voidPromise());
    } else {
      channel.writeAndFlush(frame, channel.voidPromise());
    }
  }

  private void countUnread(int bytes) {
    unreadAnswerBytes += channel.isWritable() ? 0 : bytes;
  }

  private long unreadOutput() {
    ChannelOutboundBuffer output = channel.unsafe().outboundBuffer();
    return output == null ? 0 : output.totalPendingWriteBytes();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    try {
      if (message instanceof WebSocketFrame frame) {
        take(frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(WebSocketFrame frame) {
    switch (frame) {
      case CloseWebSocketFrame close -> closedByPeer(close);
      case WebSocketFrame ignored when closing || goingAway -> {}
      case TextWebSocketFrame text -> {
        byte[] message = ByteBufUtil.getBytes(text.content());
        queue.submit(actions.of(ClientMessages.decode(message)), message.length);
      }
      case PingWebSocketFrame ping -> {
        countUnread(ping.content().readableBytes());
        channel.write(new PongWebSocketFrame(ping.content().retain()), channel.voidPromise());
      }
      case BinaryWebSocketFrame binary ->
          close(CloseCode.UNSUPPORTED_DATA, "The protocol is text, not binary");
      default -> {}
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    channel.flush();
    readOn();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      unreadAnswerBytes = 0;
      cursor.noteRoom();
      readOn();
    }
  }

  /// Asks the socket for more, unless the client has to take or wait for something first.
  void readOn() {
    if ((closing || !isHeldUp()) && !reading && channel.isActive()) {
      channel.read();
    }
  }

  private boolean isHeldUp() {
    return unreadAnswerBytes >= Limits.UNREAD_OUTPUT_BYTES || queue.isFull();
  }

  /// An action that was under way has been answered.
  void actionFinished() {
    if (goingAway && queue.size() == 0) {
      sayGoodbye();
    }
    readOn();
  }

  @Override
  public void tick(long nowMillis) {
    if (closing) {
      return;
    }
    // A client that takes what is waiting for it is alive, and one that is not read cannot say so.
    if (output.advanced() || isHeldUp()) {
      activity.noteLife();
    }
    if (output.stalledMillis() > context.stallMillis()) {
      close(
          CloseCode.SLOW_CONSUMER,
          "Nothing was taken for " + context.stallMillis() / 1_000 + " seconds");
    } else if (nowMillis - activity.lastHeardMillis() > Limits.SILENCE_MILLIS) {
      close(
          CloseCode.HEARTBEAT_TIMEOUT,
          "Nothing was heard for " + Limits.SILENCE_MILLIS / 1_000 + " seconds");
    } else if (nowMillis - lastHeartbeatMillis >= Limits.HEARTBEAT_MILLIS) {
      lastHeartbeatMillis = nowMillis;
      channel.write(new PingWebSocketFrame(), channel.voidPromise());
      send(ServerMessages.heartbeat(cursor.tellPosition(), context.clock()));
    }
  }

  @Override
  public void goAway() {
    goingAway = true;
    if (queue.size() == 0) {
      sayGoodbye();
    }
  }

  @Override
  public void cutOff() {
    channel.close();
  }

  private void sayGoodbye() {
    // What was accepted while the last answers were waited for.
    loop.shard().catchUp();
    send(
        ServerMessages.reconnect(
            500 + ThreadLocalRandom.current().nextInt(Limits.RECONNECT_SPREAD_MILLIS)));
    close(CloseCode.GOING_AWAY, "The server is going away");
  }

  /// Ends the connection from this side: the reason as an event where the code calls for it, then
  /// the close frame.
  ///
  /// @return done when the close frame has been written
  private ChannelFuture close(CloseCode code, String sentence) {
    if (closing) {
      return channel.newSucceededFuture();
    }
    if (code.code() >= 4_400) {
      send(ServerMessages.connectionError(code, sentence, context.clock()));
    }
    LOG.atDebug()
        .addKeyValue("connection", id)
        .addKeyValue("code", code.code())
        .log("closing: {}", sentence);
    leave();
    ChannelFuture written = channel.writeAndFlush(new CloseWebSocketFrame(code.code(), sentence));
    closeSoon();
    return written;
  }

  /// Answers the peer's close frame with the same, then ends.
  private void closedByPeer(CloseWebSocketFrame close) {
    if (closing) {
      channel.close();
      return;
    }
    ByteBuf content = close.content();
    int code = content.isReadable() ? content.readUnsignedShort() : -1;
    // Netty has looked at both, but not at codes beyond 4999 nor at the reason's end.
    if (code > MAX_CLOSE_CODE) {
      fail(CloseCode.PROTOCOL_ERROR, "There is no close code " + code);
      return;
    }
    if (!ByteBufUtil.isText(content, StandardCharsets.UTF_8)) {
      fail(CloseCode.INVALID_UTF8, "The reason is not UTF-8");
      return;
    }
    leave();
    CloseWebSocketFrame echo =
        code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, "");
    channel.writeAndFlush(echo).addListener(ChannelFutureListener.CLOSE);
    closeSoon();
  }

  private void leave() {
    closing = true;
    queue.abandon();
    cursor.end();
    loop.shard().leave(this);
  }

  private void closeSoon() {
    channel
        .eventLoop()
        .schedule(() -> channel.close(), Limits.LINGER_MILLIS, TimeUnit.MILLISECONDS);
    readOn();
  }

  /// A client that has finished sending without a close frame is gone.
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      channel.close();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.remove(this);
    leave();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (closing) {
      return;
    }
    switch (cause) {
      case CorruptedWebSocketFrameException corrupted -> {
        int status = corrupted.closeStatus().code();
        fail(CloseCode.ofCode(status).orElse(CloseCode.PROTOCOL_ERROR), corrupted.getMessage());
      }
      case TooLongFrameException tooLong ->
          fail(
              CloseCode.MESSAGE_TOO_BIG,
              "A message is larger than " + Limits.MAX_MESSAGE_BYTES + " bytes");
      case IOException broken -> {
        LOG.atDebug().addKeyValue("connection", id).setCause(broken).log("connection broke");
        channel.close();
      }
      default -> {
        LOG.atError().addKeyValue("connection", id).setCause(cause).log("connection failed");
        // Behind the shard's turn, in the middle of which this may be.
        channel
            .eventLoop()
            .execute(() -> close(CloseCode.INTERNAL_ERROR, "The server met a fault of its own"));
      }
    }
  }

  /// Ends the connection after a frame that cannot be understood: what follows it cannot be either,
  /// so the peer's close frame is not waited for.
  private void fail(CloseCode code, @Nullable String sentence) {
    ChannelFuture written = close(code, sentence == null ? code.wireName() : sentence);
    WebSocketPipeline.stopDecoding(channel.pipeline());
    if (channel instanceof DuplexChannel duplex) {
      // Not before: what is still waiting to be written would be thrown away.
      written.addListener(done -> duplex.shutdownOutput());
    }
  }

  /// Runs on the event loop, at once when that is where the caller is.
  void onLoop(Runnable action) {
    if (channel.eventLoop().inEventLoop()) {
      guarded(action);
    } else {
      channel.eventLoop().execute(() -> guarded(action));
    }
  }

  /// A future would swallow what its callback throws.
  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      channel.pipeline().fireExceptionCaught(e);
    }
  }
}
