package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.EncoderException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection as long as it speaks HTTP: one request at a time, in the order they came.
///
/// What the decoder has made of the bytes waits in [#inbox] until the [Conversation] takes it. No more is
/// decoded than can be taken soon, and the socket is read again only when all is decoded and taken. So
/// pipelined requests wait, and a client that sends faster than it is served is slowed down by its own
/// socket; one that sends more than its share of the loop waits for its turn ([Turns]). Belongs to the event loop.
public final class HttpConnection extends ChannelInboundHandlerAdapter
    implements Tickable, Turns.Waiting, MemoryBudget.Holder {

  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

  // immutable
  private final HttpContext context;
  private final Connections loop;
  private final Activity activity;
  private final RequestDecoder decoder;
  private final Turns turns;
  private final MemoryBudget.Account input;
  private final Conversation conversation;
  private final boolean tooMany;
  private final Allowance ofAddress;

  // owned by the event loop
  private final Deque<Object> inbox = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext ctx;

  /// The client has finished sending.
  private boolean inputClosed;

  /// The inbox is being worked off, further out on the stack.
  private boolean pumping;

  /// Under whom the request under way is counted, when it is known whose it is.
  private @Nullable Allowance ofCaller;

  /// @param tooMany whether there are more connections from where it comes than may be
  HttpConnection(Connections loop, Activity activity, RequestDecoder decoder, boolean tooMany) {
    this.tooMany = tooMany;
    this.context = loop.context();
    this.loop = loop;
    this.activity = activity;
    this.ofAddress = activity.allowance();
    this.decoder = decoder;
    this.turns = loop.turns();
    this.input = loop.input().open(this);
    this.conversation = new Conversation(this, loop, activity);
    decoder.decodeWhile(this::wantsMore);
  }

  /// Whether a request wants to be more than HTTP.
  public static boolean asksForUpgrade(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    conversation.begin(added.channel());
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    if (context.isStopping()) {
      Ends.cut(active.channel());
      return;
    }
    loop.add(this);
    if (turns.isOver(allowance())) {
      turns.await(this);
    } else {
      active.read();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    loop.remove(this);
    releaseInbox();
    conversation.leave();
    leaveTurns();
    input.set(0);
    inactive.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    inbox.add(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext completed) {
    pump();
  }

  /// Whether the decoder may make another message.
  private boolean wantsMore() {
    return inbox.size() < HttpLimits.MAX_INBOX
        && conversation.takesMore()
        && !turns.isOver(allowance());
  }

  @Override
  public void goOn() {
    pump();
  }

  @Override
  public int waitingBytes() {
    return decoder.heldBytes();
  }

  /// Under whom its time is counted: whose request is under way, else where it comes from.
  @Override
  public Allowance allowance() {
    return activity.allowance();
  }

  /// It is known whose the request under way is, or there is none any more. What it took to find that out is his.
  ///
  /// @param payer `null` when there is none
  void count(@Nullable Payer payer) {
    Allowance before = ofCaller;
    ofCaller = payer == null ? null : loop.allowances().enter(payer);
    activity.count(ofCaller == null ? ofAddress : ofCaller);
    if (ofCaller != null && before == null) {
      turns.handOver(ofCaller);
    } else {
      turns.goOnUnder(allowance());
    }
    if (before != null) {
      loop.allowances().leave(before);
    }
  }

  /// Nothing more is to be worked off, whoever it is counted under.
  private void leaveTurns() {
    turns.leave(this);
    count(null);
    turns.leave(this);
  }

  /// The client has finished sending; what it asked for before is still answered.
  @Override
  public void userEventTriggered(ChannelHandlerContext receiving, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputClosed = true;
      pump();
    }
    receiving.fireUserEventTriggered(event);
  }

  /// Works off the inbox, then reads on, or draws the conclusions when there is no more to be read.
  void pump() {
    if (pumping || ctx == null) {
      return;
    }
    pumping = true;
    try {
      workOff();
    } catch (Exception | Error e) {
      conversation.fail(e);
    } finally {
      pumping = false;
    }
    input.set(decoder.heldBytes() + conversation.heldBytes());
    if (!conversation.takesMore() || !ctx.channel().isActive()) {
      return;
    }
    if (!inbox.isEmpty() || decoder.isHolding() || turns.isOver(allowance())) {
      turns.await(this);
    } else if (inputClosed) {
      conversation.endOfInput();
    } else {
      ctx.read();
    }
  }

  /// There is no memory for what has not come whole: the client is told to come again, and nothing is read on.
  @Override
  public void giveUp() {
    conversation.giveUp();
    input.set(0);
  }

  /// Works off the inbox, and what the decoder holds, as far as the request under way takes it and the turn lasts.
  private void workOff() throws Exception {
    while (true) {
      while (!inbox.isEmpty() && conversation.takesMore() && !turns.isOver(allowance())) {
        Object message = inbox.remove();
        try {
          conversation.take(message);
        } finally {
          ReferenceCountUtil.release(message);
        }
      }
      if (inbox.isEmpty() && decoder.isHolding() && wantsMore()) {
        decoder.decodeMore();
        continue;
      }
      conversation.noteDrained();
      if (inbox.isEmpty() || !conversation.takesMore() || turns.isOver(allowance())) {
        break;
      }
    }
  }

  /// Answers the request under way; to be called on the event loop.
  public void respond(Response response) {
    conversation.respond(response);
  }

  /// The exchange can take more of its body.
  public void resume() {
    conversation.resume();
    pump();
  }

  /// Refuses whatever the client has to say, before any of it was understood.
  void refuse(Problem problem) {
    conversation.refuse(problem);
  }

  /// Whether the connection is encrypted.
  public boolean isSecure() {
    return TlsHandler.of(channel()) != null;
  }

  /// The certificate that the client has shown and that was verified, its own, not that of who vouches for it. It may have
  /// been verified when an earlier session began that this one resumes. `null` when there is none, or when it has
  /// expired by now.
  public @Nullable X509Certificate peerCertificate() {
    TlsHandler tls = TlsHandler.of(channel());
    return tls == null ? null : tls.peerCertificate(context.clock().instant());
  }

  /// Writes on behalf of the conversation.
  ChannelFuture write(FullHttpResponse response) {
    return handlerContext().writeAndFlush(response);
  }

  /// Throws away what still comes.
  void discardInput() {
    decoder.discard();
  }

  /// Whether nothing waits, neither as messages nor as bytes.
  boolean isInboxEmpty() {
    return inbox.isEmpty() && !decoder.isHolding();
  }

  /// Leaves HTTP: writes a head and hands the socket to another handler, behind TLS where there is any. The head leaves with
  /// what that writes first, or when this returns; reading is up to it. The exchange under way has ended.
  ///
  /// @param head the answer to the request under way, with its headers
  /// @param successor takes the place of all handlers of HTTP; bytes reach it as they come
  /// @param begin called when the successor is in its place, before it is given the bytes that the client sent
  ///     without waiting for the answer
  public void takeOver(HttpResponse head, ChannelHandler successor, Runnable begin) {
    ChannelHandlerContext leaving = handlerContext();
    conversation.leave();
    loop.remove(this);
    releaseInbox();
    leaveTurns();
    input.set(0);
    context.noteAnswer(head.status());
    leaving.write(head, leaving.voidPromise());
    ChannelPipeline pipeline = leaving.pipeline();
    pipeline.addLast(successor);
    pipeline.remove(this);
    pipeline.remove(activity);
    pipeline.remove(HttpResponseEncoder.class);
    begin.run();
    pipeline.remove(decoder);
    // A successor that had something to say has flushed it with its own; one that waits for the
    // client has not.
    pipeline.flush();
  }

  /// Answers the request under way without an end, and leaves HTTP as [#takeOver] does.
  ///
  /// @param head what the answer begins with
  public void stream(Response head, StreamedConnection successor, Runnable begin) {
    takeOver(conversation.streamHead(head), successor, begin);
  }

  /// Whether there are more connections from where this one comes than may be.
  boolean isTooMany() {
    return tooMany;
  }

  /// Counts this connection from now on among those of the client for whom a trusted proxy speaks; the others were
  /// counted when they came.
  ///
  /// @return whether it may stay: `false` when there are as many as may be
  public boolean admits(Sender sender) {
    AddressRules rules = context.addressRules();
    InetAddress client = sender.address();
    if (rules.maxConnections() == 0 || !sender.proxied() || rules.proxies().trusts(client)) {
      return true;
    }
    if (context.addresses().enter(client) > rules.maxConnections()) {
      context.addresses().leave(client);
      return false;
    }
    channel().closeFuture().addListener(closed -> context.addresses().leave(client));
    return true;
  }

  /// The answer to somebody who has as many connections open from where he is as may be.
  public static Response tooManyConnections() {
    return Response.problem(Problem.rateLimited("There are too many connections from this address"))
        .with("Retry-After", "1");
  }

  /// Who has sent a request.
  public Sender sender(HttpRequest head) {
    return Sender.of(PeerAddress.host(channel()), head.headers(), context.addressRules().proxies());
  }

  /// The channel of this connection.
  public Channel channel() {
    return handlerContext().channel();
  }

  /// When the first byte of the request under way was read, see [System#nanoTime].
  public long firstByteNanos() {
    return activity.firstByteNanos();
  }

  /// The connections among which this one is looked after.
  public Connections loop() {
    return loop;
  }

  private ChannelHandlerContext handlerContext() {
    ChannelHandlerContext present = ctx;
    if (present == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return present;
  }

  /// Runs on the event loop of this connection, at once when that is where the caller is. A failure of it ends
  /// this connection, with an answer where one is owed.
  public void onLoop(Runnable action) {
    if (handlerContext().executor().inEventLoop()) {
      guarded(action);
    } else {
      handlerContext()
          .executor()
          .execute(Guard.task("a request could not be answered", () -> guarded(action)));
    }
  }

  /// Does something on the event loop after what it has to do already, so that who goes on step by step
  /// takes no turn of the others.
  public void onLoopLater(Runnable action) {
    handlerContext().executor().execute(() -> guarded(action));
  }

  /// A future would swallow what its callback throws, and the request would hang for ever.
  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      conversation.fail(e);
    }
  }

  /// Not every transport tells of a connection that the peer has reset: io_uring misses some that are reset while they
  /// are accepted. They would count among the connections until their time is over, so the kernel is asked.
  @Override
  public void tick(long nowMillis) {
    TcpInfo info = TcpInfo.of(channel());
    if (info != null && info.isReset()) {
      LOG.atDebug().addKeyValue("address", PeerAddress.of(channel())).log("connection was reset");
      Ends.cut(channel());
    } else {
      conversation.tick(nowMillis, info);
    }
  }

  @Override
  public long unreadBytes() {
    return OutputProgress.waitingBytes(channel());
  }

  @Override
  public void goAway() {
    conversation.goAway();
  }

  @Override
  public void cutOff() {
    Ends.cut(channel());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    if (Ends.isOfSocket(cause)) {
      LOG.atDebug().setCause(cause).log("connection broke");
    } else if (cause instanceof SocketMemory.UsedUpError used) {
      loop.noteUsedUp(used);
    } else if (cause instanceof EncoderException
        && cause.getCause() instanceof SocketMemory.UsedUpError used) {
      // An answer could not be encoded.
      loop.noteUsedUp(used);
    } else {
      LOG.atError().setCause(cause).log("connection failed");
    }
    Ends.cut(failing.channel());
  }

  private void releaseInbox() {
    inbox.forEach(ReferenceCountUtil::release);
    inbox.clear();
  }
}
