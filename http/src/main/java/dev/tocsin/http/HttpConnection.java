package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection as long as it speaks HTTP: one request at a time, in the order they came.
///
/// What the decoder has made of the bytes waits in [#inbox] until the exchange under way takes it. No more is
/// decoded than can be taken soon, and the socket is read again only when all is decoded and taken. So
/// pipelined requests wait, and a client that sends faster than it is served is slowed down by its own
/// socket; one that sends faster than its share of the loop waits in line ([Turns]).
///
/// ```
/// HEAD ──request──> BODY ──last piece──> ANSWERING ──written, kept alive──> HEAD
///                     └──answered early──> ANSWERING ──written, to be closed──> LINGERING ──> closed
/// ```
public final class HttpConnection extends ChannelInboundHandlerAdapter
    implements Tickable, Turns.Waiting, MemoryBudget.Holder {

  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

  private enum Phase {
    HEAD,
    BODY,
    ANSWERING,
    LINGERING,
    UPGRADED
  }

  // immutable
  private final HttpContext context;
  private final Connections loop;
  private final Activity activity;
  private final RequestDecoder decoder;
  private final Turns turns;
  private final MemoryBudget.Account input;

  // owned by the event loop
  private final Deque<Object> inbox = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable HttpRequest request;
  private @Nullable Exchange exchange;
  private Phase phase = Phase.HEAD;
  private long phaseSinceMillis;
  private long headLimitMillis = HttpLimits.FIRST_HEAD_MILLIS;
  private @Nullable OutputProgress output;
  private boolean bodyComplete;
  private boolean answered;
  private boolean mustClose;
  private boolean inputClosed;
  private boolean paused;
  private boolean pumping;

  HttpConnection(Connections loop, Activity activity, RequestDecoder decoder) {
    this.context = loop.context();
    this.loop = loop;
    this.activity = activity;
    this.decoder = decoder;
    this.turns = loop.turns();
    this.input = loop.input().open(this);
    this.phaseSinceMillis = loop.nowMillis();
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
    output = new OutputProgress(added.channel(), loop);
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    if (context.isStopping()) {
      active.close();
      return;
    }
    loop.add(this);
    active.read();
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    loop.remove(this);
    releaseInbox();
    end(exchange);
    exchange = null;
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
    return inbox.size() < HttpLimits.MAX_INBOX && takesMore() && !turns.isOver();
  }

  @Override
  public void goOn() {
    if (phase != Phase.UPGRADED) {
      pump();
    }
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

  private void pump() {
    if (pumping || ctx == null) {
      return;
    }
    pumping = true;
    try {
      workOff();
    } catch (Exception | Error e) {
      fail(e);
    } finally {
      pumping = false;
    }
    input.set(heldInput());
    if (!takesMore() || !ctx.channel().isActive()) {
      return;
    }
    if (!inbox.isEmpty() || decoder.isHolding() || (!inputClosed && turns.isOver())) {
      turns.await(this);
    } else if (inputClosed && phase == Phase.BODY) {
      breakOff(Problem.malformed("The body ends too early"));
    } else if (inputClosed && phase != Phase.ANSWERING) {
      ctx.close();
    } else if (!inputClosed) {
      ctx.read();
    }
  }

  /// What is held of a request that has not come whole, or that has to wait, in bytes of memory.
  private long heldInput() {
    HttpRequest asked = request;
    return switch (phase) {
      case HEAD ->
          Math.min(
                  activity.heardBytes(),
                  HttpLimits.MAX_REQUEST_LINE_BYTES + HttpLimits.MAX_HEADER_BYTES)
              * HttpLimits.HEAD_FACTOR;
      case BODY, ANSWERING ->
          decoder.heldBytes()
              + (exchange == null ? 0 : exchange.heldBytes())
              + (asked == null ? 0 : (long) asked.headers().size() * HttpLimits.HEADER_FIELD_BYTES);
      case LINGERING, UPGRADED -> 0;
    };
  }

  /// There is no memory for what has not come whole: the client is told to come again, and nothing is read on.
  @Override
  public void giveUp() {
    Problem problem =
        Problem.unavailable(
            "No memory is left for requests that have not come whole, and this is the largest;"
                + " send it again later");
    if (phase == Phase.BODY) {
      breakOff(problem);
    } else if (phase == Phase.HEAD) {
      refuseHead(problem);
    } else {
      context().close();
    }
    input.set(0);
  }

  /// Works off the inbox, and what the decoder holds, as far as the exchange under way takes it and the turn
  /// lasts.
  private void workOff() throws Exception {
    while (true) {
      while (!inbox.isEmpty() && takesMore() && !turns.isOver()) {
        Object message = inbox.remove();
        try {
          take(message);
        } finally {
          ReferenceCountUtil.release(message);
        }
      }
      if (inbox.isEmpty() && decoder.isHolding() && wantsMore()) {
        decoder.decodeMore();
        continue;
      }
      if (phase == Phase.BODY && !paused && exchange != null && !exchange.drained()) {
        paused = true;
      }
      if (inbox.isEmpty() || !takesMore() || turns.isOver()) {
        break;
      }
    }
  }

  private boolean takesMore() {
    return switch (phase) {
      case HEAD, LINGERING -> true;
      case BODY -> !paused;
      case ANSWERING -> !bodyComplete;
      case UPGRADED -> false;
    };
  }

  private void take(Object message) {
    if (phase == Phase.LINGERING) {
      return;
    }
    if (message instanceof HttpRequest head) {
      begin(head);
    }
    if (message instanceof HttpContent piece && phase != Phase.HEAD) {
      if (piece.decoderResult().isFailure()) {
        bodyComplete = true;
        breakOff(Problem.malformed("The body is not framed as HTTP has it"));
        return;
      }
      body(piece);
    }
  }

  private void begin(HttpRequest head) {
    request = head;
    bodyComplete = false;
    answered = false;
    paused = false;
    enter(Phase.BODY);
    Response fault = RequestFaults.of(head);
    if (fault != null) {
      mustClose = true;
      respond(fault);
      return;
    }
    // Behind it nothing is decoded, see RequestDecoder.
    mustClose |= asksForUpgrade(head);
    boolean expectsContinue = HttpUtil.is100ContinueExpected(head);
    exchange = loop.service().route(this, head);
    if (exchange instanceof BodyExchange whole
        && HttpUtil.getContentLength(head, 0L) > HttpLimits.MAX_BODY_BYTES) {
      mustClose = true;
      respond(whole.tooLarge());
    } else if (expectsContinue && exchange instanceof FixedExchange fixed) {
      mustClose = true;
      respond(fixed.response());
    } else if (expectsContinue) {
      context()
          .writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  private void body(HttpContent piece) {
    boolean last = piece instanceof LastHttpContent;
    bodyComplete |= last;
    Exchange current = exchange;
    if (current == null || phase != Phase.BODY) {
      return;
    }
    current.content(piece.content());
    if (last && phase == Phase.BODY) {
      current.end();
      if (phase == Phase.BODY) {
        enter(Phase.ANSWERING);
      }
    }
  }

  /// The rest of the body will not come.
  private void breakOff(Problem problem) {
    mustClose = true;
    if (phase == Phase.BODY && exchange != null) {
      exchange.breakOff(problem);
    }
  }

  /// The exchange can take more of its body.
  public void resume() {
    paused = false;
    phaseSinceMillis = loop.nowMillis();
    pump();
  }

  /// Answers the request under way; to be called on the event loop.
  public void respond(Response response) {
    HttpRequest asked = request;
    if (asked == null || answered || ctx == null || !ctx.channel().isActive()) {
      return;
    }
    answered = true;
    Exchange finished = exchange;
    exchange = null;
    enter(Phase.ANSWERING);
    mustClose |= !bodyComplete || context.isStopping() || !HttpUtil.isKeepAlive(asked);
    boolean close = mustClose;
    if (close) {
      decoder.discard();
    }
    ChannelFuture written = ctx.writeAndFlush(response.toNetty(asked, context, close));
    written.addListener(done -> guarded(() -> {
      end(finished);
      if (!done.isSuccess()) {
        context().close();
      } else if (close) {
        linger();
      } else {
        next();
      }
    }));
  }

  private static void end(@Nullable Exchange exchange) {
    if (exchange != null) {
      exchange.ended();
    }
  }

  private void next() {
    request = null;
    answered = false;
    if (context.isStopping() && inbox.isEmpty() && !decoder.isHolding()) {
      linger();
      return;
    }
    activity.forget();
    headLimitMillis =
        context.isStopping() ? HttpLimits.LINGER_MILLIS : HttpLimits.NEXT_HEAD_MILLIS;
    enter(Phase.HEAD);
    pump();
  }

  /// Closes so that the last answer arrives: what the client still sends is read and thrown away for a
  /// while, since closing a socket with unread input would throw away the answer instead.
  private void linger() {
    enter(Phase.LINGERING);
    decoder.discard();
    ChannelHandlerContext closing = context();
    if (closing.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    closing
        .executor()
        .schedule(() -> closing.close(), HttpLimits.LINGER_MILLIS, TimeUnit.MILLISECONDS);
    pump();
  }

  /// Leaves HTTP behind: writes a head and hands the socket to another handler. Flushing and reading are up to
  /// that.
  ///
  /// @param head the answer to the request under way, with its headers
  /// @param successor takes the place of all handlers of HTTP; bytes reach it as they come
  /// @param begin called when the successor is in its place, before it is given the bytes that the client sent
  ///     without waiting for the answer
  public void takeOver(FullHttpResponse head, ChannelHandler successor, Runnable begin) {
    ChannelHandlerContext leaving = context();
    enter(Phase.UPGRADED);
    exchange = null;
    loop.remove(this);
    releaseInbox();
    input.set(0);
    leaving.write(head, leaving.voidPromise());
    ChannelPipeline pipeline = leaving.pipeline();
    pipeline.addLast(successor);
    pipeline.remove(this);
    pipeline.remove(activity);
    pipeline.remove(HttpResponseEncoder.class);
    begin.run();
    pipeline.remove(decoder);
  }

  /// The channel of this connection.
  public Channel channel() {
    return context().channel();
  }

  /// The connections among which this one is looked after.
  public Connections loop() {
    return loop;
  }

  private void enter(Phase next) {
    phase = next;
    phaseSinceMillis = loop.nowMillis();
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext present = ctx;
    if (present == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return present;
  }

  /// Runs on the event loop of this connection, at once when that is where the caller is.
  public void onLoop(Runnable action) {
    if (context().executor().inEventLoop()) {
      guarded(action);
    } else {
      context().executor().execute(() -> guarded(action));
    }
  }

  /// A future would swallow what its callback throws, and the request would hang for ever.
  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /// Ends the connection after a fault of the server's, with an answer where one is still to come.
  private void fail(Throwable failure) {
    mustClose = true;
    Response response = Response.fault(failure);
    if (request == null || answered) {
      context().close();
    } else {
      respond(response);
    }
  }

  @Override
  public void tick(long nowMillis) {
    long inPhase = nowMillis - phaseSinceMillis;
    switch (phase) {
      case HEAD -> {
        if (inPhase > headLimitMillis) {
          if (activity.heardSomething()) {
            timeOut();
          } else {
            context().close();
          }
        }
      }
      case BODY -> {
        long since = Math.max(activity.lastHeardMillis(), phaseSinceMillis);
        boolean waits = !paused && (exchange == null || !exchange.isAtWork());
        if (waits && nowMillis - since > HttpLimits.BODY_MILLIS) {
          breakOff(Problem.timedOut("The request's body did not arrive in time"));
        }
      }
      case ANSWERING -> {
        if (!answered || (output != null && output.advanced(false))) {
          phaseSinceMillis = nowMillis;
        } else if (inPhase > HttpLimits.BODY_MILLIS) {
          context().close();
        }
      }
      case LINGERING, UPGRADED -> {}
    }
  }

  private void timeOut() {
    refuseHead(Problem.timedOut("The request's head did not arrive in time"));
  }

  private void refuseHead(Problem problem) {
    mustClose = true;
    request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    respond(Response.problem(problem));
  }

  @Override
  public long unreadBytes() {
    return OutputProgress.waitingBytes(context().channel());
  }

  @Override
  public void goAway() {
    if (phase == Phase.HEAD && activity.heardSomething()) {
      headLimitMillis = HttpLimits.LINGER_MILLIS;
      phaseSinceMillis = loop.nowMillis();
    } else if (phase == Phase.HEAD) {
      context().close();
    } else if (exchange != null) {
      exchange.goAway();
    }
  }

  @Override
  public void cutOff() {
    context().close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.atDebug().setCause(cause).log("connection broke");
    } else if (cause instanceof SocketMemory.UsedUpError) {
      loop.noteUsedUp(cause);
    } else {
      LOG.atError().setCause(cause).log("connection failed");
    }
    failing.close();
  }

  private void releaseInbox() {
    inbox.forEach(ReferenceCountUtil::release);
    inbox.clear();
  }
}
