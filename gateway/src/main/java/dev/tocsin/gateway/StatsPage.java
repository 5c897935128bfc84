package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.http.HttpFigures;
import dev.tocsin.http.Json;
import dev.tocsin.http.Response;
import dev.tocsin.http.TlsFigures;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.HubStats;
import dev.tocsin.hub.LatestEvents;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.Rights;
import dev.tocsin.hub.SharedLogFigures;
import dev.tocsin.websocket.WebSocketFigures;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/v1/stats`: the figures of every module, as they are now.
final class StatsPage {

  /// Lines about what was refused, and fields in each.
  private static final int MAX_REJECTIONS = 50;

  private StatsPage() {}

  /// @param visitor who asks: what bridges have refused is shown to those alone who may read everything
  static Response of(GatewayContext context, Visitor visitor) {
    HubStats stats = context.hub().stats();
    LogState log = context.hub().log().state();
    LogFigures logFigures = context.hub().log().figures();
    ObjectNode answer =
        Json.object()
            .put("version", BuildVersion.number())
            .put("catalog", context.hub().catalog().hash())
            .put("insecure", context.access().insecure())
            .put("total_connections", stats.subscriptions().totalConnections())
            .put("explicit_subscriptions", stats.subscriptions().explicitSubscriptions())
            .put("default_subscriptions", stats.subscriptions().defaultSubscriptions())
            .put("total_patterns", stats.subscriptions().totalPatterns())
            .put("newest_sequence", log.newest())
            .put("oldest_sequence", log.oldest())
            .put("epoch", log.epoch())
            .put("published", stats.published())
            .put("delivered", stats.delivered())
            .put("rejected", stats.rejected())
            .put("uptime_seconds", context.uptimeMillis() / 1_000.0);
    logFigures.shared().ifPresent(shared -> answer.put("gateway", shared.gateway()));
    context.rates().now(System.nanoTime()).writeTo(answer.putObject("rates"));
    writeCounts(stats, answer);
    writeRejections(stats, context.hub().refusedFields(), answer.putArray("rejections"));
    write(context.hub().latest().figures(), answer.putObject("latest"));
    write(logFigures, answer.putObject("log"));
    write(log, context.hub().pages().fault(), answer.withObject("log"));
    write(context.http().figures(), answer.putObject("http"));
    write(context.webSockets().figures(), answer.putObject("websockets"));
    ObjectNode streams = answer.putObject("streams");
    context
        .streams()
        .forEach((kind, counters) -> write(counters.figures(), streams.putObject(kind.label())));
    answer.set("bridges", BridgeStandings.write(context.hooks().figures(), mayReadAll(visitor)));
    ProcessFigures.now().writeTo(answer.putObject("process"));
    return Response.json(HttpResponseStatus.OK, answer);
  }

  private static boolean mayReadAll(Visitor visitor) {
    return visitor.access().map(Access::rights).map(Rights::mayReadAll).orElse(false);
  }

  private static void writeCounts(HubStats stats, ObjectNode target) {
    ObjectNode published = target.putObject("published_by_type");
    new TreeMap<>(stats.publishedByType()).forEach(published::put);
    ObjectNode delivered = target.putObject("delivered_by_type");
    new TreeMap<>(stats.deliveredByType()).forEach(delivered::put);
    ObjectNode rejected = target.putObject("rejected_by_code");
    new TreeMap<>(stats.rejectedByCode())
        .forEach((code, count) -> rejected.put(code.wireName(), count));
  }

  /// What was refused most, by type and code; of payloads the fields as well.
  private static void writeRejections(
      HubStats stats, Map<HubStats.RefusedField, Long> fields, ArrayNode target) {
    most(stats.refused())
        .forEach(refused -> {
          ObjectNode entry =
              target
                  .addObject()
                  .put("type", refused.getKey().type())
                  .put("code", refused.getKey().code().wireName())
                  .put("count", refused.getValue());
          if (refused.getKey().code() == ErrorCode.INVALID_PAYLOAD) {
            writeFields(refused.getKey().type(), fields, entry.putArray("fields"));
          }
        });
  }

  private static void writeFields(
      String type, Map<HubStats.RefusedField, Long> fields, ArrayNode target) {
    Map<HubStats.RefusedField, Long> ofType = new HashMap<>(fields);
    ofType.keySet().removeIf(field -> !field.type().equals(type));
    most(ofType)
        .forEach(field ->
            target
                .addObject()
                .put("field", field.getKey().field())
                .put("code", field.getKey().code())
                .put("count", field.getValue()));
  }

  private static <K> Stream<Map.Entry<K, Long>> most(Map<K, Long> counts) {
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<K, Long>comparingByValue()
                .reversed()
                .thenComparing(entry -> entry.getKey().toString()))
        .limit(MAX_REJECTIONS);
  }

  private static void write(LatestEvents.Figures latest, ObjectNode target) {
    target.put("keys", latest.keys()).put("whole", latest.whole());
    latest.forgotten().forEach(target.putObject("forgotten")::put);
  }

  private static void write(LogFigures figures, ObjectNode target) {
    target.put("kind", figures.kind()).put("size_bytes", figures.bytes());
    figures.durability().ifPresent(durability -> target.put("durability", durability.toString()));
    figures.shared().ifPresent(shared -> write(shared, target));
  }

  private static void write(SharedLogFigures shared, ObjectNode target) {
    shared.servers().forEach(target.putArray("servers")::add);
    shared.leader().ifPresent(leader -> target.put("leader", leader));
    target
        .put("replicas", shared.replicas())
        .put("lag_events", shared.lagEvents())
        .put("lag_seconds", shared.lagSeconds())
        .put("in_flight", shared.inFlight())
        .put("reconnects", shared.reconnects())
        .put("uncertain", shared.uncertain())
        .put("healthy", shared.healthy());
  }

  private static void write(LogState log, Optional<String> readFault, ObjectNode target) {
    log.fault().ifPresent(fault -> target.put("fault", fault));
    readFault.ifPresent(fault -> target.put("read_fault", fault));
    log.trouble().ifPresent(trouble -> target.put("trouble", trouble));
    ArrayNode unreadable = target.putArray("unreadable");
    log.unreadable()
        .forEach(lost -> unreadable.addObject().put("from", lost.from()).put("to", lost.to()));
  }

  private static void write(HttpFigures http, ObjectNode target) {
    target
        .put("connections", http.connections())
        .put("accepted", http.accepted())
        .put("refused", http.refused());
    ObjectNode answers = target.putObject("answers");
    for (int i = 0; i < http.answers().size(); i++) {
      answers.put(i + 1 + "xx", http.answers().get(i));
    }
    TlsFigures tls = http.tls();
    if (tls != null) {
      target
          .putObject("tls")
          .put("handshakes", tls.handshakes())
          .put("failed_handshakes", tls.failedHandshakes());
    }
  }

  private static void write(WebSocketFigures webSockets, ObjectNode target) {
    target.put("opened", webSockets.opened()).put("open", webSockets.open());
    ObjectNode closed = target.putObject("closed");
    webSockets.closed().forEach((code, count) -> closed.put(code.toString(), count));
    closed.put("other", webSockets.closedOtherwise());
  }

  private static void write(StreamCounters.Figures streams, ObjectNode target) {
    target.put("opened", streams.opened()).put("open", streams.open());
    ObjectNode closed = target.putObject("closed");
    streams.closed().forEach((code, count) -> closed.put(code.toString(), count));
  }
}
