package dev.tocsin.gateway;

import dev.tocsin.events.Suggestions;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.Json;
import dev.tocsin.http.MediaRanges;
import dev.tocsin.http.Problem;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.Request;
import dev.tocsin.http.Response;
import dev.tocsin.http.Right;
import dev.tocsin.http.Route;
import dev.tocsin.http.Routes;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.Stretch;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The table of what the hub serves, for the connections of one event loop.
final class HubRoutes {

  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String JSON = "application/json";
  private static final String NDJSON = StreamKind.NDJSON.mediaType();

  private final GatewayContext context;
  private final Loop loop;
  private final CatalogPages pages;

  private HubRoutes(GatewayContext context, Loop loop) {
    this.context = context;
    this.loop = loop;
    this.pages = context.catalogPages();
  }

  static Routes of(GatewayContext context, Loop loop) {
    HubRoutes hub = new HubRoutes(context, loop);
    return new Routes(
        List.of(
            Route.takeOver("/ws/events", Door.CONNECT, hub::upgrade)
                .with("events", "where", "since", "epoch", "last", "latest"),
            Route.get("/sse/events", Door.READ, hub::serverSentEvents)
                .with(
                    "events",
                    "where",
                    "since",
                    "epoch",
                    "last_event_id",
                    "named",
                    "last",
                    "latest"),
            Route.get("/api/v1/events", Door.ANY, hub::history)
                .with(
                    "events", "where", "since", "before", "from", "to", "order", "limit", "last",
                    "latest", "follow", "epoch"),
            Route.get("/api/v1/latest", Door.ANY, hub::latest)
                .with("events", "where", "since", "limit"),
            Route.post("/api/v1/events", Door.ANY, hub::publish),
            Route.get("/api/v1/catalog", Door.ANY, fixed(hub.pages::whole)),
            Route.get(
                "/api/v1/catalog/{type}",
                Door.ANY,
                request -> request.answer(hub.pages.entry(request.parameter("type")))),
            Route.get(
                "/api/v1/catalog/{type}/schema",
                Door.ANY,
                request -> request.answer(hub.pages.schema(request.parameter("type")))),
            Route.post("/api/v1/catalog/{type}/validate", Door.ANY, hub::validate),
            Route.get("/api/v1/stats", Door.METRICS, fixed(() -> StatsPage.of(context))),
            Route.get("/metrics", Door.METRICS, hub::metrics).withAny(),
            Route.get("/api/v1/connections", Door.CONSOLE, hub::connections).with("after", "limit"),
            Route.delete("/api/v1/connections/{id}", Door.CONSOLE, hub::close),
            Route.post("/api/v1/tickets", Door.ANY, hub::ticket),
            Route.get("/healthz", Right.NONE, fixed(() -> status("ok"))).withAny(),
            Route.get("/readyz", Right.NONE, fixed(hub::ready)).withAny()),
        loop.door(),
        List.of("Authorization", "Content-Type", IDEMPOTENCY_KEY, StreamQuery.LAST_EVENT_ID),
        Suggestions::nearest,
        context.site());
  }

  private static Route.Handler fixed(Supplier<Response> answer) {
    return request -> request.answer(answer.get());
  }

  private Exchange upgrade(Request request) {
    Visitor visitor = Visitor.of(request);
    return switch (Upgrade.of(request.head(), request.uri(), visitor.isKnown(), context)) {
      case Upgrade.Accepted accepted ->
          new UpgradeExchange(request.connection(), context, loop, accepted, visitor);
      case Upgrade.Refused refused -> request.answer(refused.response());
    };
  }

  private Exchange metrics(Request request) {
    return new MetricsExchange(
        request.connection(),
        context.metrics(),
        MetricsFormat.of(request.head().headers().getAll(HttpHeaderNames.ACCEPT)));
  }

  private Exchange connections(Request request) throws QueryParameters.InvalidQueryException {
    return new ConnectionsExchange(request.connection(), context.rosters(), request.query());
  }

  private Exchange close(Request request) {
    return new ConnectionCloseExchange(
        request.connection(),
        context.rosters(),
        loop.trail(),
        Visitor.of(request),
        request.parameter("id"));
  }

  private Exchange ticket(Request request) {
    return new TicketExchange(
        request.connection(), context.access().tickets(), Visitor.of(request));
  }

  private Exchange serverSentEvents(Request request) throws QueryParameters.InvalidQueryException {
    return stream(request, StreamQuery.serverSent(request, context.hub()));
  }

  /// Answers without an end, if the client takes what such an answer is made of.
  private Exchange stream(Request request, StreamQuery query) {
    String mediaType = query.kind().mediaType();
    if (!MediaRanges.admit(request.head().headers().getAll(HttpHeaderNames.ACCEPT), mediaType)) {
      return request.answer(
          Response.problem(
              Problem.notAcceptable(
                  "What is here is " + mediaType + ", which the request's Accept excludes")));
    }
    return request.head().method().equals(HttpMethod.HEAD)
        ? request.answer(StreamExchange.head(query.kind()))
        : new StreamExchange(request, context, loop, query);
  }

  private Exchange history(Request request) throws QueryParameters.InvalidQueryException {
    if (StreamQuery.isFollowing(request.query())) {
      return stream(request, StreamQuery.lines(request.query(), context.hub()));
    }
    return new HistoryExchange(
        request.connection(),
        context.hub(),
        Visitor.of(request),
        HistoryQuery.of(request.query(), context.hub()),
        context.historyCount());
  }

  private Exchange latest(Request request) throws QueryParameters.InvalidQueryException {
    return new LatestExchange(
        request.connection(),
        context.hub(),
        Visitor.of(request),
        LatestQuery.of(request.query(), context.hub()),
        context.historyCount());
  }

  private Exchange publish(Request request) throws Request.InvalidHeaderException {
    String mediaType = request.mediaType();
    Visitor visitor = Visitor.of(request);
    if (NDJSON.equals(mediaType)) {
      return new NdjsonExchange(request.connection(), context.hub(), loop, visitor);
    }
    return JSON.equals(mediaType)
        ? new PublishExchange(
            request.connection(), context.hub(), loop, visitor, request.text(IDEMPOTENCY_KEY))
        : request.answer(unsupported(JSON + " (one event) or " + NDJSON));
  }

  private Exchange validate(Request request) {
    String type = request.parameter("type");
    Response refusal = pages.refusalToValidate(type);
    if (refusal != null) {
      return request.answer(refusal);
    }
    return JSON.equals(request.mediaType())
        ? new ValidateExchange(request.connection(), pages, type)
        : request.answer(unsupported(JSON));
  }

  private static Response unsupported(String supported) {
    return Response.problem(
        Problem.unsupportedMediaType(
            "The Content-Type has to be " + supported + ", in UTF-8 and without Content-Encoding"));
  }

  private Response ready() {
    if (context.isStopping()) {
      return Response.problem(Problem.goingAway());
    }
    LogState log = context.hub().log().state();
    if (log.fault().isPresent()) {
      return Response.problem(Problem.unavailable(log.fault().get()));
    }
    List<String> reasons = new ArrayList<>();
    if (!log.unreadable().isEmpty()) {
      reasons.add(damage(log.unreadable()));
    }
    log.trouble().ifPresent(reasons::add);
    context.hub().pages().fault().ifPresent(reasons::add);
    return reasons.isEmpty() ? status("ready") : degraded(reasons);
  }

  private static String damage(List<Stretch> unreadable) {
    return "The log is damaged: events from "
        + unreadable.getFirst().from()
        + " to "
        + unreadable.getLast().to()
        + " cannot all be read";
  }

  /// It takes events and delivers them, but not everything works.
  private static Response degraded(List<String> reasons) {
    return Response.json(
        HttpResponseStatus.OK,
        Json.object().put("status", "degraded").put("reason", String.join(". ", reasons)));
  }

  private static Response status(String status) {
    return Response.json(HttpResponseStatus.OK, Json.object().put("status", status));
  }
}
