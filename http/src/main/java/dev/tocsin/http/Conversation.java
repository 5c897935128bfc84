package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What is asked and answered on an [HttpConnection], one request after the other. [HttpPhase] has the states; this
/// does what they are about. Belongs to the event loop.
final class Conversation {

  // immutable
  private final HttpConnection connection;
  private final Connections loop;
  private final Activity activity;

  // owned by the event loop
  private @Nullable OutputProgress output;
  private HttpPhase phase;

  /// The oldest answer of which the kernel may still hold something; `null` when there is none.
  private HttpPhase.@Nullable Answered inKernel;

  Conversation(HttpConnection connection, Connections loop, Activity activity) {
    this.connection = connection;
    this.loop = loop;
    this.activity = activity;
    this.phase = HttpPhase.Head.first(loop.nowMillis());
  }

  void begin(Channel channel) {
    output = new OutputProgress(channel, loop);
  }

  /// Whether more of what the client has sent is taken now.
  boolean takesMore() {
    return phase.takesMore();
  }

  /// Takes what the decoder has made of some bytes.
  void take(Object message) {
    if (message instanceof HttpRequest head && phase instanceof HttpPhase.Head waiting) {
      begin(waiting, head);
    }
    if (message instanceof HttpContent piece && phase instanceof HttpPhase.Receiving receiving) {
      body(receiving, piece);
    }
  }

  private void begin(HttpPhase.Head waiting, HttpRequest head) {
    HttpPhase.Admitting asked = waiting.ask(head, loop.nowMillis());
    phase = asked;
    Response fault = RequestFaults.of(head);
    if (fault != null) {
      respondLast(fault);
      return;
    }
    if (HttpConnection.asksForUpgrade(head)) {
      // After it nothing is decoded, see RequestDecoder.
      asked = asked.asLast();
      phase = asked;
    }
    if (connection.isTooMany()) {
      respondLast(HttpConnection.tooManyConnections());
      return;
    }
    switch (loop.routes().find(head, connection.sender(head), loop.context().browserRules())) {
      case Routes.Finding.Settled(Response response, Route route) ->
          receive(route == null ? asked : asked.to(route), new FixedExchange(connection, response));
      case Routes.Finding.Found found -> admit(asked.to(found.route()), found);
    }
  }

  /// Asks who it is, and goes on when that is known.
  private void admit(HttpPhase.Admitting asking, Routes.Finding.Found found) {
    phase = asking;
    HttpRequest head = asking.asked().request();
    CompletableFuture<Doorkeeper.Verdict> verdict =
        loop.routes()
            .doorkeeper()
            .admit(new Doorkeeper.Knock(connection, head, found.uri(), found.route().right()))
            .toCompletableFuture();
    if (verdict.isDone() && !verdict.isCompletedExceptionally()) {
      admitted(found, verdict.join());
      return;
    }
    verdict.whenComplete((known, failure) ->
        connection.onLoop(() -> {
          if (known == null) {
            fail(failure);
          } else {
            admitted(found, known);
          }
          connection.pump();
        }));
  }

  private void admitted(Routes.Finding.Found found, Doorkeeper.Verdict verdict) {
    if (!(phase instanceof HttpPhase.Admitting asking)) {
      // Meanwhile it was answered, or the client has gone.
      return;
    }
    HttpRequest head = asking.asked().request();
    switch (verdict) {
      case Doorkeeper.Verdict.Admitted who -> {
        connection.count(who.caller().payer());
        receive(asking.by(who.caller()), Routes.take(found, connection, head, who.caller()));
      }
      case Doorkeeper.Verdict.Denied denied -> {
        receive(asking, new FixedExchange(connection, denied.response()));
        if (HttpUtil.isTransferEncodingChunked(head) && phase instanceof HttpPhase.Receiving) {
          // A stream may go on for long, and whoever sends it has to hear why nobody listens.
          respondLast(denied.response());
        }
      }
    }
  }

  /// Lets an exchange have the body, if there is to be one.
  private void receive(HttpPhase.Admitting asking, Exchange exchange) {
    HttpRequest head = asking.asked().request();
    phase = asking.admit(exchange, loop.nowMillis());
    boolean expectsContinue = HttpUtil.is100ContinueExpected(head);
    if (exchange instanceof BodyExchange whole
        && HttpUtil.getContentLength(head, 0L) > whole.maxBytes()) {
      respondLast(whole.tooLarge());
    } else if (expectsContinue && exchange instanceof FixedExchange fixed) {
      respondLast(fixed.response());
    } else if (expectsContinue) {
      connection.write(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  private void body(HttpPhase.Receiving receiving, HttpContent piece) {
    if (piece.decoderResult().isFailure()) {
      cutShort(receiving, Problem.malformed("The body is not framed as HTTP has it"));
      return;
    }
    Exchange exchange = receiving.exchange();
    boolean last = piece instanceof LastHttpContent;
    if (last) {
      phase = receiving.complete();
    }
    exchange.content(piece.content());
    if (last && phase instanceof HttpPhase.Working) {
      exchange.end();
    }
  }

  /// The rest of the body will not come.
  private void cutShort(HttpPhase.Receiving receiving, Problem problem) {
    phase = receiving.cutShort();
    receiving.exchange().breakOff(problem);
  }

  /// All that is at hand has been taken: asks the exchange whether it can take more.
  void noteDrained() {
    if (phase instanceof HttpPhase.Receiving receiving
        && !receiving.paused()
        && !receiving.exchange().drained()
        && phase instanceof HttpPhase.Receiving drained) {
      phase = drained.pause();
    }
  }

  /// The client has finished sending, and all of it was taken.
  void endOfInput() {
    switch (phase) {
      case HttpPhase.Receiving receiving ->
          cutShort(receiving, Problem.malformed("The body ends too early"));
      case HttpPhase.Head head -> Ends.cut(connection.channel());
      case HttpPhase.Lingering lingering -> Ends.cut(connection.channel());
      // The answer is still to be given or to be taken.
      case HttpPhase.Unanswered unanswered -> {}
      case HttpPhase.Answered answered -> {}
      case HttpPhase.Gone gone -> {}
    }
  }

  /// The exchange can take more of its body.
  void resume() {
    if (phase instanceof HttpPhase.Receiving receiving) {
      phase = receiving.resume(loop.nowMillis());
    }
  }

  /// Answers the request under way; to be called on the event loop.
  void respond(Response response) {
    if (!(phase instanceof HttpPhase.Unanswered unanswered) || !connection.channel().isActive()) {
      return;
    }
    HttpPhase.Answered answered = unanswered.answer(loop.context().isStopping(), loop.nowMillis());
    HttpPhase.Asked asked = answered.asked();
    FullHttpResponse message =
        response.toNetty(asked.request(), asked.policy(), loop.context(), answered.last());
    Exchange finished = unanswered.exchange();
    phase = answered;
    if (answered.last()) {
      connection.discardInput();
    }
    loop.context().noteAnswer(response.status());
    loop.context().refusals().note(asked.request(), response, connection.channel());
    if (response.problem() != null
        && asked.route() != null
        && (finished == null || !finished.hasAll())) {
      asked.route().refusals().accept(response.problem());
    }
    ChannelFuture written = connection.write(message);
    written.addListener(done ->
        connection.onLoop(() -> {
          end(finished);
          if (!done.isSuccess()) {
            Ends.cut(connection.channel());
          } else if (phase instanceof HttpPhase.Answered sent) {
            goOn(sent);
          }
        }));
  }

  /// What an answer to the request under way begins with that has no end.
  HttpResponse streamHead(Response response) {
    if (phase instanceof HttpPhase.Unanswered unanswered) {
      HttpPhase.Asked asked = unanswered.asked();
      return response.streamHead(asked.request(), asked.policy(), loop.context());
    }
    throw new IllegalStateException("there is nothing to answer");
  }

  /// Answers, and the connection ends with it.
  private void respondLast(Response response) {
    if (phase instanceof HttpPhase.Unanswered unanswered) {
      phase = unanswered.asLast();
      respond(response);
    }
  }

  /// The answer has been written.
  private void goOn(HttpPhase.Answered answered) {
    inKernel = inKernel == null ? answered : inKernel;
    if (answered.last() || (loop.context().isStopping() && connection.isInboxEmpty())) {
      phase = answered.linger();
      connection.discardInput();
      Ends.linger(connection.channel().newSucceededFuture());
    } else {
      activity.forget();
      connection.count(null);
      HttpPhase.Head next = answered.next(loop.nowMillis());
      phase = loop.context().isStopping() ? next.hurry(loop.nowMillis()) : next;
    }
    connection.pump();
  }

  private static void end(@Nullable Exchange exchange) {
    if (exchange != null) {
      exchange.ended();
    }
  }

  /// The connection is closed, or belongs to another protocol.
  void leave() {
    HttpPhase left = phase;
    phase = HttpPhase.Gone.FOR_GOOD;
    end(left.exchange());
  }

  /// Ends the connection after a fault of the server's, with an answer where one is still to come.
  void fail(@Nullable Throwable failure) {
    Response response = Response.fault(failure);
    if (phase instanceof HttpPhase.Unanswered) {
      respondLast(response);
    } else {
      Ends.cut(connection.channel());
    }
  }

  /// What the request under way holds of memory because it has not come whole, in bytes, or the part of a head.
  long heldBytes() {
    return switch (phase) {
      case HttpPhase.Head head ->
          Math.min(
                  activity.heardBytes(),
                  HttpLimits.MAX_REQUEST_LINE_BYTES + HttpLimits.MAX_HEADER_BYTES)
              * HttpLimits.HEAD_FACTOR;
      case HttpPhase.Unanswered unanswered -> {
        Exchange exchange = unanswered.exchange();
        int fields = unanswered.asked().request().headers().size();
        yield (exchange == null ? 0 : exchange.heldBytes())
            + (long) fields * HttpLimits.HEADER_FIELD_BYTES;
      }
      case HttpPhase.Answered answered -> 0;
      case HttpPhase.Lingering lingering -> 0;
      case HttpPhase.Gone gone -> 0;
    };
  }

  /// There is no memory for what has not come whole: says so, and takes nothing more.
  void giveUp() {
    Problem problem =
        Problem.unavailable(
            "No memory is left for requests that have not come whole, and this is the largest;"
                + " send it again later");
    switch (phase) {
      case HttpPhase.Head head -> refuse(head, problem);
      case HttpPhase.Receiving receiving -> cutShort(receiving, problem);
      case HttpPhase.Admitting admitting -> respondLast(Response.problem(problem));
      // What was pipelined after a request that is being worked on.
      case HttpPhase.Working working -> Ends.cut(connection.channel());
      case HttpPhase.CutShort cutShort -> Ends.cut(connection.channel());
      case HttpPhase.Answered answered -> Ends.cut(connection.channel());
      case HttpPhase.Lingering lingering -> Ends.cut(connection.channel());
      case HttpPhase.Gone gone -> {}
    }
  }

  /// Answers what has not been understood.
  void refuse(Problem problem) {
    if (phase instanceof HttpPhase.Head head) {
      refuse(head, problem);
    }
  }

  private void refuse(HttpPhase.Head head, Problem problem) {
    HttpRequest unknown = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    phase = head.ask(unknown, loop.nowMillis());
    respondLast(Response.problem(problem));
  }

  /// See [Tickable].
  ///
  /// @param info what the kernel tells of the connection; `null` where it does not
  void tick(long nowMillis, @Nullable TcpInfo info) {
    if (info == null || !info.outputWaits()) {
      inKernel = null;
    }
    if (isWithdrawn()) {
      Ends.reset(connection.channel());
      return;
    }
    switch (phase) {
      case HttpPhase.Head head -> {
        if (head.isOverdue(nowMillis) && !isUnread()) {
          endOverdue(head);
        }
      }
      case HttpPhase.Admitting admitting -> {
        if (admitting.isOverdue(nowMillis) && !isUnread()) {
          respondLast(Response.problem(Problem.unavailable("It could not be found out who asks")));
        }
      }
      case HttpPhase.Receiving receiving -> {
        Caller caller = receiving.asked().caller();
        if (caller.standing() == null) {
          cutShort(receiving, caller.withdrawn());
        } else if (receiving.isOverdue(activity.lastHeardMillis(), nowMillis) && !isUnread()) {
          cutShort(receiving, Problem.timedOut("The request's body did not arrive in time"));
        }
      }
      case HttpPhase.Answered answered -> {
        if (output != null && output.advanced(false)) {
          phase = answered.progress(nowMillis);
        } else if (answered.isOverdue(nowMillis)) {
          Ends.cut(connection.channel());
        }
      }
      // The server is at work, or Ends looks after it.
      case HttpPhase.CutShort cutShort -> {}
      case HttpPhase.Working working -> {}
      case HttpPhase.Lingering lingering -> {}
      case HttpPhase.Gone gone -> {}
    }
  }

  /// Whether what the client has sent may wait until a debt is paid, which is not its silence.
  private boolean isUnread() {
    return loop.turns().mustWait(connection.allowance());
  }

  /// Whether the client is taking an answer that it may not have any more.
  private boolean isWithdrawn() {
    return (inKernel != null && inKernel.isWithdrawn())
        || (phase instanceof HttpPhase.Answered answered && answered.isWithdrawn());
  }

  /// A client that has sent part of a head is told.
  private void endOverdue(HttpPhase.Head head) {
    if (activity.heardSomething()) {
      refuse(head, Problem.timedOut("The request's head did not arrive in time"));
    } else {
      Ends.cut(connection.channel());
    }
  }

  /// See [Tickable].
  void goAway() {
    Exchange exchange = phase.exchange();
    if (exchange != null) {
      exchange.goAway();
    } else if (phase instanceof HttpPhase.Head head) {
      if (activity.heardSomething()) {
        phase = head.hurry(loop.nowMillis());
      } else {
        Ends.cut(connection.channel());
      }
    }
  }
}
