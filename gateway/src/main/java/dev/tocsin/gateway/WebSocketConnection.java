package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessages;
import dev.tocsin.events.CloseCode;
import dev.tocsin.http.Ends;
import dev.tocsin.http.HttpLimits;
import dev.tocsin.http.MemoryBudget;
import dev.tocsin.http.OutputProgress;
import dev.tocsin.http.PeerAddress;
import dev.tocsin.http.Tickable;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.websocket.ControlFrames;
import dev.tocsin.websocket.FramedConnection;
import dev.tocsin.websocket.PerMessageDeflate;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection that speaks WebSocket: a member of its loop's shard, and the one who answers its
/// client.
///
/// Reading stops while the client leaves [HttpLimits#UNREAD_OUTPUT_BYTES] of answers unread or has too
/// many actions unanswered ([ActionQueue#isFull]), so that neither can grow. One that has too many events
/// to take reads the log at its own pace ([Cursor]). Belongs to the event loop.
final class WebSocketConnection extends FramedConnection implements Tickable, LiveConnection {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  // immutable
  private final String id = UUID.randomUUID().toString();
  private final GatewayContext context;
  private final Loop loop;
  private final Channel channel;

  /// Whether it is encrypted.
  private final boolean secure;

  private final Form form;
  private final Actions actions;
  private final ActionQueue queue = new ActionQueue(this::send);
  private final OutputProgress output;
  private final Cursor cursor;

  // owned by the event loop
  private MemoryBudget.@Nullable Account patterns;
  private int unreadAnswerBytes;
  private boolean goingAway;
  private String epoch = "";
  private long lastHeardMillis;
  private long lastHeartbeatMillis;

  WebSocketConnection(
      GatewayContext context,
      Loop loop,
      Channel channel,
      boolean secure,
      @Nullable PerMessageDeflate agreed) {
    super(
        channel, loop.connections(), Limits.FRAMES, loop.deflation(), context.webSockets(), agreed);
    this.context = context;
    this.loop = loop;
    this.channel = channel;
    this.secure = secure;
    this.form = loop.form(windowBits());
    this.actions = new Actions(context, loop, this);
    this.output = new OutputProgress(channel, loop.connections());
    this.cursor = new Cursor(context, loop, channel, this);
    this.lastHeardMillis = loop.nowMillis();
    this.lastHeartbeatMillis = lastHeardMillis;
  }

  /// The handshake is over: joins the shard and says so.
  void open(Upgrade.Accepted upgrade) {
    loop.connections().add(this);
    List<EventPattern> asked = upgrade.events().patterns();
    long sequence =
        asked == null
            ? loop.shard().join(this)
            : loop.shard().subscribe(this, asked, upgrade.events().where());
    notePatterns();
    if (isClosing()) {
      return;
    }
    epoch = loop.shard().epoch();
    send(
        ServerMessages.established(
            id,
            epoch,
            sequence,
            asked == null ? List.of() : context.hub().warnings(asked),
            context.clock()));
    LOG.atDebug()
        .addKeyValue("connection", id)
        .addKeyValue("address", PeerAddress.of(channel))
        .addKeyValue("patterns", asked == null ? "all" : asked.size())
        .log("connected");
    if (upgrade.resume() != null) {
      // From the very position that was told: nothing may come before the answer.
      queue.submit(actions.resume(upgrade.resume(), () -> sequence), 0);
    }
    if (context.isStopping()) {
      goAway();
    }
    readOn();
  }

  /// The name that the client was told.
  @Override
  public String id() {
    return id;
  }

  /// Its patterns have changed: counts what they weigh. When all connections together hold too much, the one with
  /// the most is closed, which may be this one.
  void notePatterns() {
    if (isClosing()) {
      return;
    }
    long bytes = loop.shard().patternBytes(this);
    if (patterns == null && bytes > 0) {
      patterns = loop.patterns().open(this::giveUpPatterns);
    }
    if (patterns != null) {
      patterns.set(bytes);
    }
  }

  private void giveUpPatterns() {
    close(
        CloseCode.TRY_AGAIN_LATER,
        "No memory is left for patterns, and this connection holds the most");
  }

  /// Where this connection stands on the log.
  Cursor cursor() {
    return cursor;
  }

  @Override
  public Form form() {
    return form;
  }

  @Override
  public boolean isLive() {
    return !isClosing() && !cursor.isLeaving() && channel.isActive();
  }

  /// What is encrypted is nobody else's as well, and is counted with no batch: when the memory outside the heap is
  /// tight, no more is made for whoever has left any of it.
  @Override
  public long untakenBytes() {
    long bytes = unreadBytes();
    return secure && bytes > 0 && context.http().memory().isTight() ? Long.MAX_VALUE : bytes;
  }

  @Override
  public void take(ByteBuf encoded) {
    send(encoded);
  }

  @Override
  public void lag(long after, long previous) {
    cursor.lag(after, previous);
  }

  /// Sends one text message.
  void send(byte[] message) {
    if (isClosing() || !channel.isActive()) {
      return;
    }
    ByteBuf frame = inItsForm(TextFrames.of(channel.alloc(), message));
    countUnread(frame.readableBytes());
    write(frame);
  }

  private void countUnread(int bytes) {
    unreadAnswerBytes += channel.isWritable() ? 0 : bytes;
  }

  @Override
  public void text(byte[] message) {
    if (!isClosing() && !isDeaf()) {
      queue.submit(actions.of(ClientMessages.decode(message)), message.length);
    }
  }

  @Override
  public void binary(byte[] message) {
    if (!isClosing() && !isDeaf()) {
      close(CloseCode.UNSUPPORTED_DATA, "The protocol is text, not binary");
    }
  }

  @Override
  protected boolean owesAnswers() {
    return queue.size() > 0;
  }

  @Override
  protected boolean isDeaf() {
    return goingAway;
  }

  @Override
  protected void heard() {
    lastHeardMillis = loop.nowMillis();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      unreadAnswerBytes = 0;
      cursor.noteRoom();
      readOn();
    }
  }

  @Override
  protected boolean isHeldUp() {
    return unreadAnswerBytes >= HttpLimits.UNREAD_OUTPUT_BYTES
        || queue.isFull()
        || (!channel.isWritable() && context.http().memory().isTight());
  }

  /// An action that was under way has been answered.
  void actionFinished() {
    if (queue.size() == 0) {
      if (goingAway) {
        sayGoodbye();
      } else {
        answered();
      }
    }
    readOn();
  }

  @Override
  public void tick(long nowMillis) {
    if (isClosing()) {
      return;
    }
    // A client that takes what is waiting for it is alive, and one that is not read cannot say so.
    // One that has answered its last ping takes what it is sent.
    boolean quiet = nowMillis - lastHeardMillis > Limits.HEARTBEAT_MILLIS;
    if (output.advanced(quiet) || isHeldUp()) {
      heard();
    }
    if (output.stalledMillis() > patienceMillis()) {
      close(
          CloseCode.SLOW_CONSUMER,
          "Nothing was taken for " + output.stalledMillis() / 1_000 + " seconds");
    } else if (nowMillis - lastHeardMillis > Limits.SILENCE_MILLIS) {
      close(
          CloseCode.HEARTBEAT_TIMEOUT,
          "Nothing was heard for " + Limits.SILENCE_MILLIS / 1_000 + " seconds");
    } else if (nowMillis - lastHeartbeatMillis >= Limits.HEARTBEAT_MILLIS) {
      lastHeartbeatMillis = nowMillis;
      together(() -> {
        write(ControlFrames.ping(channel.alloc()));
        send(ServerMessages.heartbeat(cursor.tellPosition(), context.clock()));
      });
    }
  }

  /// How long it may take nothing. Where others wait for the room that its page takes up, not long.
  private long patienceMillis() {
    return cursor.isReplaying() && context.replayRoom().isShort()
        ? Math.min(context.stallMillis(), Limits.REPLAY_STALL_MILLIS)
        : context.stallMillis();
  }

  /// The log has begun a new epoch: ends the connection, unless it has come since.
  void leaveEarlierEpoch() {
    if (!isClosing() && !epoch.equals(loop.shard().epoch())) {
      close(
          CloseCode.EPOCH_CHANGED, "The log has begun a new epoch: come back, and resume from it");
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
    Ends.cut(channel);
  }

  private void sayGoodbye() {
    // What was accepted while the last answers were waited for.
    loop.shard().catchUp(this);
    send(
        ServerMessages.reconnect(
            500 + ThreadLocalRandom.current().nextInt(Limits.RECONNECT_SPREAD_MILLIS)));
    close(CloseCode.GOING_AWAY, "The server is going away");
  }

  private void close(CloseCode code, String sentence) {
    close(code.code(), sentence);
  }

  @Override
  protected void failed() {
    close(CloseCode.INTERNAL_ERROR, "The server met a fault of its own");
  }

  @Override
  protected void announceClose(int code, String sentence) {
    if (code >= 4_400) {
      CloseCode.ofCode(code)
          .ifPresent(
              known -> send(ServerMessages.connectionError(known, sentence, context.clock())));
    }
  }

  @Override
  protected void detach() {
    queue.abandon();
    if (patterns != null) {
      patterns.set(0);
    }
    cursor.end();
    loop.shard().leave(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.connections().remove(this);
    super.channelInactive(ctx);
  }
}
