package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Tells the operator of requests that are refused: one a second for each kind at the most, and how many more there were. It
/// names the sentence that the client got, which names the option that would have helped, but nothing of a body. Safe for any
/// thread.
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

    Pace(long toldNanos) {
      this.toldNanos = toldNanos;
    }
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
    if (!take(kind)) {
      return;
    }
    LoggingEventBuilder line = LOG.atInfo().addKeyValue("address", PeerAddress.of(channel));
    if (!asked.decoderResult().isFailure()) {
      line =
          line.addKeyValue("method", Secrets.masked(asked.method().name()))
              .addKeyValue("path", path(asked.uri()));
    }
    line.addKeyValue("status", problem.status().code())
        .addKeyValue("error", problem.code())
        .addKeyValue("reason", reason(problem))
        .log("request refused");
  }

  /// Tells how many were not told, a second after the last that was. Now and then.
  void tellRest() {
    for (Kind kind : Kind.values()) {
      long untold = takeRest(kind);
      if (untold > 0) {
        LOG.atInfo()
            .addKeyValue("kind", kind.name().toLowerCase(Locale.ROOT))
            .addKeyValue("count", untold)
            .log("more requests refused");
      }
    }
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

  /// Whether this one is told.
  private synchronized boolean take(Kind kind) {
    long now = nanoTime.getAsLong();
    Pace pace = paces.computeIfAbsent(kind, k -> new Pace(now - PAUSE_NANOS));
    if (now - pace.toldNanos < PAUSE_NANOS) {
      pace.untold++;
      return false;
    }
    pace.toldNanos = now;
    return true;
  }

  /// How many of the kind were not told, when the last one that was is a while ago.
  private synchronized long takeRest(Kind kind) {
    Pace pace = paces.get(kind);
    if (pace == null || nanoTime.getAsLong() - pace.toldNanos < PAUSE_NANOS) {
      return 0;
    }
    long rest = pace.untold;
    pace.untold = 0;
    return rest;
  }

  /// Why, in words that repeat nothing of the body.
  private static String reason(Problem problem) {
    return switch (problem.code()) {
      case "invalid_json" -> "the body is not valid JSON; the answer says where";
      case "invalid_payload" -> "the payload does not fit its schema; the answer names every fault";
      case "unknown_event_type" -> "the catalog has no such event type; the answer names it";
      case "reserved_event_type" -> "only the server sends events of this type";
      default ->
          problem.status().code() == 422
              ? "the body is refused; the answer says why"
              : problem.message();
    };
  }

  /// The path as it was sent, cut short; what is secret in it is hidden, however it is encoded.
  private static String path(String target) {
    int query = target.indexOf('?');
    String path = Secrets.masked(query < 0 ? target : target.substring(0, query));
    if (path.indexOf('%') >= 0 && !isHarmless(path)) {
      path = path.substring(0, path.indexOf('%')) + "…";
    }
    return path.length() <= 100 ? path : path.substring(0, 100) + "…";
  }

  private static boolean isHarmless(String encoded) {
    try {
      String decoded = QueryStringDecoder.decodeComponent(encoded);
      return Secrets.masked(decoded).equals(decoded);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
