package dev.tocsin.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/// Where an [HttpConnection] stands with the request under way. Immutable; the methods are the transitions.
///
/// ```
/// HEAD ──request──> ADMITTING ──admitted──> RECEIVING ──last piece──> WORKING
///   ^                   │                     │     │                   │
///   │                   │                     │     └──cut short──> CUT SHORT
///   │                   └─────────────────────┴───────────answer────────┴──> ANSWERED
///   │                                                                        │     │
///   └────────────────────────────written, kept alive─────────────────────────┘     │
///                    closed <── LINGERING <──written, the last answer──────────────┘
/// ```
///
/// From HEAD on, an exchange may also take the connection over: it is GONE from HTTP, as it is when it is closed.
sealed interface HttpPhase {

  /// Whether more of what the client has sent is taken now. Otherwise it waits, and its socket is not read.
  boolean takesMore();

  /// The exchange that is under way; `null` when there is none.
  default @Nullable Exchange exchange() {
    return null;
  }

  /// A request that is being served.
  ///
  /// @param route which it takes, once that is known; `null` where there is none
  /// @param caller who asks, once that is known
  /// @param last whether the connection ends with the answer, whatever the client wants
  record Asked(HttpRequest request, @Nullable Route route, Caller caller, boolean last) {

    /// What goes with its answer.
    AnswerPolicy policy() {
      return route == null ? AnswerPolicy.API : route.policy();
    }

    Asked to(Route found) {
      return new Asked(request, found, caller, last);
    }

    Asked by(Caller known) {
      return new Asked(request, route, known, last);
    }

    Asked asLast() {
      return new Asked(request, route, caller, true);
    }
  }

  /// The next request has not come, or not all of its head.
  ///
  /// @param sinceMillis when the server began to wait for it
  record Head(long sinceMillis, long limitMillis) implements HttpPhase {

    static Head first(long nowMillis) {
      return new Head(nowMillis, HttpLimits.FIRST_HEAD_MILLIS);
    }

    /// A head that has begun to come is waited for a little longer.
    Head hurry(long nowMillis) {
      return new Head(nowMillis, HttpLimits.LINGER_MILLIS);
    }

    Admitting ask(HttpRequest request, long nowMillis) {
      return new Admitting(new Asked(request, null, Caller.ANYONE, false), nowMillis);
    }

    boolean isOverdue(long nowMillis) {
      return nowMillis - sinceMillis > limitMillis;
    }

    @Override
    public boolean takesMore() {
      return true;
    }
  }

  /// A request has come, and the answer has not been given.
  sealed interface Unanswered extends HttpPhase {

    Asked asked();

    /// The same, but the connection ends with the answer.
    Unanswered asLast();

    /// Whether the body has come.
    boolean isComplete();

    /// The answer has been given.
    ///
    /// @param stopping whether the server is
    default Answered answer(boolean stopping, long nowMillis) {
      boolean last =
          asked().last() || !isComplete() || stopping || !HttpUtil.isKeepAlive(asked().request());
      return new Answered(asked(), last, isComplete(), asked().caller().standing(), nowMillis);
    }
  }

  /// It is not known yet who asks.
  record Admitting(Asked asked, long sinceMillis) implements Unanswered {

    Receiving admit(Exchange exchange, long nowMillis) {
      return new Receiving(asked, exchange, false, nowMillis);
    }

    Admitting to(Route route) {
      return new Admitting(asked.to(route), sinceMillis);
    }

    Admitting by(Caller caller) {
      return new Admitting(asked.by(caller), sinceMillis);
    }

    boolean isOverdue(long nowMillis) {
      return nowMillis - sinceMillis > HttpLimits.BODY_MILLIS;
    }

    @Override
    public Admitting asLast() {
      return new Admitting(asked.asLast(), sinceMillis);
    }

    @Override
    public boolean isComplete() {
      return false;
    }

    @Override
    public boolean takesMore() {
      return false;
    }
  }

  /// The body is coming.
  ///
  /// @param paused whether the exchange has enough of it for now
  /// @param sinceMillis when the exchange last began to take it
  record Receiving(Asked asked, Exchange exchange, boolean paused, long sinceMillis)
      implements Unanswered {

    Receiving pause() {
      return new Receiving(asked, exchange, true, sinceMillis);
    }

    Receiving resume(long nowMillis) {
      return new Receiving(asked, exchange, false, nowMillis);
    }

    Working complete() {
      return new Working(asked, exchange);
    }

    CutShort cutShort() {
      return new CutShort(asked.asLast(), exchange);
    }

    boolean isOverdue(long lastHeardMillis, long nowMillis) {
      long since = Math.max(lastHeardMillis, sinceMillis);
      return !paused && !exchange.isAtWork() && nowMillis - since > HttpLimits.BODY_MILLIS;
    }

    @Override
    public Receiving asLast() {
      return new Receiving(asked.asLast(), exchange, paused, sinceMillis);
    }

    @Override
    public boolean isComplete() {
      return false;
    }

    @Override
    public boolean takesMore() {
      return !paused;
    }
  }

  /// The body ends before its end; the exchange has been told and answers with what it has. What still comes is
  /// thrown away.
  record CutShort(Asked asked, Exchange exchange) implements Unanswered {

    @Override
    public CutShort asLast() {
      return this;
    }

    @Override
    public boolean isComplete() {
      return false;
    }

    @Override
    public boolean takesMore() {
      return true;
    }
  }

  /// The body has come, the exchange is at work on the answer.
  record Working(Asked asked, Exchange exchange) implements Unanswered {

    @Override
    public Working asLast() {
      return new Working(asked.asLast(), exchange);
    }

    @Override
    public boolean isComplete() {
      return true;
    }

    @Override
    public boolean takesMore() {
      return false;
    }
  }

  /// The answer is on its way.
  ///
  /// @param last whether the connection ends with it
  /// @param complete whether the body has come; the rest of one that has not is thrown away
  /// @param standing what the caller could do when it was given; `null` for nothing
  /// @param sinceMillis when the client last took some of it
  record Answered(
      Asked asked, boolean last, boolean complete, @Nullable Object standing, long sinceMillis)
      implements HttpPhase {

    Answered progress(long nowMillis) {
      return new Answered(asked, last, complete, standing, nowMillis);
    }

    /// Whether the caller may not have it any more: what he may has changed since.
    boolean isWithdrawn() {
      return standing != null && !standing.equals(asked.caller().standing());
    }

    boolean isOverdue(long nowMillis) {
      return nowMillis - sinceMillis > HttpLimits.BODY_MILLIS;
    }

    Head next(long nowMillis) {
      return new Head(nowMillis, HttpLimits.NEXT_HEAD_MILLIS);
    }

    Lingering linger() {
      return Lingering.UNTIL_THE_PEER_ENDS;
    }

    @Override
    public boolean takesMore() {
      return !complete;
    }
  }

  /// The last answer has been written; what still comes is thrown away. See [Ends#linger].
  enum Lingering implements HttpPhase {
    UNTIL_THE_PEER_ENDS;

    @Override
    public boolean takesMore() {
      return true;
    }
  }

  /// The connection is closed, or is no longer one of HTTP.
  enum Gone implements HttpPhase {
    FOR_GOOD;

    @Override
    public boolean takesMore() {
      return false;
    }
  }
}
