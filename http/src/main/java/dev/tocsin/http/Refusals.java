package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the operator of requests that are refused: one line a second for each kind at the most, which counts those that
/// were not told. It names the sentence that the client got, which names the option that would have helped, but nothing
/// of a body. Safe for any thread.
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// What was refused.
  enum Kind {
    /// A web page or a name of this server that the operator has not allowed.
    FORBIDDEN,
    /// A WebSocket.
    UPGRADE,
    /// A head, a body, or how they are sent.
    REQUEST
  }

  private final LongSupplier nanoTime;

  // guarded by this
  private final Map<Kind, Pace> paces = new EnumMap<>(Kind.class);

  private static final class Pace {
    private long toldNanos;
    private long untold;
  }

  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  Refusals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Notes an answer, if it is a refusal. A path that does not exist is none: whoever scans the network would fill the log.
  void note(HttpRequest asked, Response answer, Channel channel) {
    Problem problem = answer.problem();
    if (problem == null || !isTold(problem)) {
      return;
    }
    Kind kind = kind(asked, problem);
    long untold = take(kind);
    if (untold < 0) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("address", channel.remoteAddress())
        .addKeyValue("method", asked.method())
        .addKeyValue("path", path(asked.uri()))
        .addKeyValue("status", problem.status().code())
        .addKeyValue("error", problem.code())
        .addKeyValue("reason", reason(problem))
        .addKeyValue("untold_before", untold)
        .log("request refused");
  }

  private static boolean isTold(Problem problem) {
    return switch (problem.status().code()) {
      case 404, 405 -> false;
      case 501, 505 -> true;
      default -> problem.status().code() / 100 == 4;
    };
  }

  private static Kind kind(HttpRequest asked, Problem problem) {
    if (problem.code().equals("forbidden")) {
      return Kind.FORBIDDEN;
    }
    return HttpConnection.asksForUpgrade(asked) || problem.code().equals("upgrade_required")
        ? Kind.UPGRADE
        : Kind.REQUEST;
  }

  /// How many of the kind were not told since the last one; -1 when this one is not told either.
  private synchronized long take(Kind kind) {
    long now = nanoTime.getAsLong();
    Pace pace = paces.get(kind);
    if (pace != null && now - pace.toldNanos < PAUSE_NANOS) {
      pace.untold++;
      return -1;
    }
    Pace next = new Pace();
    next.toldNanos = now;
    paces.put(kind, next);
    return pace == null ? 0 : pace.untold;
  }

  /// Why, in words that repeat nothing of the body.
  private static String reason(Problem problem) {
    if (problem.code().equals("invalid_json")) {
      return "the body is not valid JSON; the answer says where";
    }
    return problem.status().code() == 422
        ? "the payload does not fit its schema; the answer names every fault"
        : problem.message();
  }

  private static String path(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return path.length() <= 100 ? path : path.substring(0, 100) + "…";
  }
}
