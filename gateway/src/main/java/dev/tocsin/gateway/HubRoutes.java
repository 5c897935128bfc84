package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.Suggestions;
import dev.tocsin.events.Via;
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
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The table of what the hub serves, for the connections of one event loop.
final class HubRoutes {

  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String JSON = "application/json";

  /// The media type of lines of JSON, in and out.
  static final String NDJSON = "application/x-ndjson";

  private final GatewayContext context;
  private final Loop loop;
  private final CatalogPages pages;

  private HubRoutes(GatewayContext context, Loop loop) {
    this.context = context;
    this.loop = loop;
    this.pages = context.catalogPages();
  }

  static Routes of(GatewayContext context, Loop loop) {
    return new Routes(
        table(context, loop),
        loop.door(),
        List.of(
            "Authorization",
            "Content-Type",
            IDEMPOTENCY_KEY,
            StreamQuery.LAST_EVENT_ID,
            CloudEvents.HEADER_PREFIX + "*"),
        Suggestions::nearest,
        context.site());
  }

  /// All that is served. What is added here belongs into the description of it as well, which a test compares
  /// (`openapi.json` in `describe`), hooks by the name that a bridge may have.
  static List<Route> table(GatewayContext context, Loop loop) {
    HubRoutes hub = new HubRoutes(context, loop);
    List<Route> routes = new ArrayList<>();
    for (Hooks.Place place : context.hooks().places()) {
      routes.add(hub.hook(place));
    }
    routes.addAll(hub.own());
    return List.copyOf(routes);
  }

  /// A place where other systems post, in words of their own: `docs/bridges.md` describes them.
  private Route hook(Hooks.Place place) {
    return Route.post(
            place.path(),
            place.isSigned() ? Right.PUBLIC : Door.ANY,
            request ->
                isJson(request.mediaType())
                    ? new HookExchange(request, context, loop, place)
                    : request.answer(unsupported(JSON)))
        .withAny()
        .unlisted()
        .telling(
            problem -> context.hooks().refused(place.path(), problem.code(), problem.message()));
  }

  /// Whether a body is JSON by what its head says.
  static boolean isJson(@Nullable String mediaType) {
    return mediaType != null && (mediaType.equals(JSON) || mediaType.endsWith("+json"));
  }

  private List<Route> own() {
    return List.of(
        Route.takeOver("/ws/events", Door.CONNECT, this::upgrade)
            .with("events", "where", "since", "epoch", "last", "latest"),
        Route.get("/sse/events", Door.READ, this::serverSentEvents)
            .with(
                "events",
                "where",
                "since",
                "epoch",
                "last_event_id",
                "named",
                "last",
                "latest",
                "format"),
        Route.get("/api/v1/events", Door.ANY, this::history)
            .with(
                "events", "where", "since", "before", "from", "to", "order", "limit", "last",
                "latest", "follow", "epoch", "format"),
        Route.get("/api/v1/latest", Door.ANY, this::latest)
            .with("events", "where", "since", "limit", "format"),
        Route.post("/api/v1/events", Door.ANY, this::publish),
        Route.get("/api/v1/catalog", Door.ANY, fixed(pages::whole)),
        description("/api/v1/catalog.d.ts", context.descriptions()::typeScript),
        description("/api/v1/openapi.json", context.descriptions()::openApi),
        description("/api/v1/asyncapi.json", context.descriptions()::asyncApi),
        Route.get(
            "/api/v1/catalog/{type}",
            Door.ANY,
            request -> request.answer(pages.entry(request.parameter("type")))),
        Route.get(
            "/api/v1/catalog/{type}/schema",
            Door.ANY,
            request -> request.answer(pages.schema(request.parameter("type")))),
        Route.post("/api/v1/catalog/{type}/validate", Door.ANY, this::validate),
        Route.get(
            "/api/v1/stats",
            Door.METRICS,
            request -> request.answer(StatsPage.of(context, Visitor.of(request)))),
        Route.get("/metrics", Door.METRICS, this::metrics).withAny(),
        Route.get("/api/v1/connections", Door.CONSOLE, this::connections).with("after", "limit"),
        Route.delete("/api/v1/connections/{id}", Door.CONSOLE, this::close),
        Route.post("/api/v1/bridges/{name}/retry", Door.CONSOLE, this::retry),
        Route.post("/api/v1/tickets", Door.ANY, this::ticket),
        Route.get("/healthz", Right.NONE, fixed(() -> status("ok"))).withAny(),
        Route.get("/readyz", Right.NONE, fixed(new Readiness(context)::answer)).withAny());
  }

  private static Route description(String path, Route.Handler page) {
    return Route.get(path, Door.ANY, page).under(DescriptionPages.POLICY);
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

  private Exchange retry(Request request) {
    return new BridgeRetryExchange(
        request.connection(),
        context.hooks(),
        loop.trail(),
        Visitor.of(request),
        request.parameter("name"));
  }

  private Exchange ticket(Request request) {
    return new TicketExchange(
        request.connection(), context.access().tickets(), Visitor.of(request));
  }

  private Exchange serverSentEvents(Request request) throws QueryParameters.InvalidQueryException {
    return stream(request, StreamQuery.serverSent(request, context.hub()));
  }

  /// Answers without an end, if the client takes what such an answer is made of. Who names CloudEvents alone says what is to
  /// stand in it.
  private Exchange stream(Request request, StreamQuery query) {
    String mediaType = query.kind().mediaType();
    boolean admitted =
        MediaRanges.admit(request.head().headers().getAll(HttpHeaderNames.ACCEPT), mediaType)
            || EventsForm.isAccepted(request);
    if (!admitted) {
      return request.answer(
          Response.problem(
              Problem.notAcceptable(
                  "What is here is " + mediaType + ", which the request's Accept excludes")));
    }
    return request.head().method().equals(HttpMethod.HEAD)
        ? request.answer(head(request, query))
        : new StreamExchange(request, context, loop, query);
  }

  /// What a request for the stream itself is answered with.
  private static Response head(Request request, StreamQuery query) {
    return Visitor.of(request)
        .access()
        .map(access ->
            Door.mayFollow(access, query.events().wantsNothing())
                ? StreamExchange.head(query.kind())
                : Response.problem(Problem.forbidden(Door.FORBIDDEN)))
        .orElseGet(Door::unauthenticated);
  }

  private Exchange history(Request request) throws QueryParameters.InvalidQueryException {
    if (StreamQuery.isFollowing(request.query())) {
      return stream(request, StreamQuery.lines(request, context.hub()));
    }
    return new HistoryExchange(
        request.connection(),
        context.hub(),
        Visitor.of(request),
        HistoryQuery.of(request.query(), context.hub()),
        EventsForm.of(request, context.source()),
        context.historyCount());
  }

  private Exchange latest(Request request) throws QueryParameters.InvalidQueryException {
    return new LatestExchange(
        request.connection(),
        context.hub(),
        Visitor.of(request),
        LatestQuery.of(request.query(), context.hub()),
        EventsForm.of(request, context.source()),
        context.historyCount());
  }

  private Exchange publish(Request request) throws Request.InvalidHeaderException {
    String mediaType = request.mediaType();
    return switch (mediaType) {
      case NDJSON ->
          many(request, new LineSplitter(Limits.MAX_MESSAGE_BYTES), Envelopes.asTheyAre(null));
      case CloudEvents.BATCH ->
          many(
              request,
              new ArraySplitter(Limits.MAX_MESSAGE_BYTES),
              context.cloudEvents()::structured);
      case CloudEvents.EVENT -> one(request, context.cloudEvents()::structured);
      case null, default -> json(request, mediaType);
    };
  }

  /// One event in JSON; where there are headers of CloudEvents, in their binary form, the payload alone.
  private Exchange json(Request request, @Nullable String mediaType)
      throws Request.InvalidHeaderException {
    Map<String, String> attributes = attributes(request);
    if (mediaType != null && !attributes.isEmpty() && CloudEvents.isJson(mediaType)) {
      return one(request, body -> context.cloudEvents().binary(attributes, body));
    }
    return JSON.equals(mediaType)
        ? one(request, Envelopes.asTheyAre(request.text(IDEMPOTENCY_KEY)))
        : request.answer(
            unsupported(
                JSON
                    + " (one event), "
                    + NDJSON
                    + ", "
                    + CloudEvents.EVENT
                    + " or "
                    + CloudEvents.BATCH));
  }

  /// The attributes that a CloudEvent in the binary form has in its headers.
  private static Map<String, String> attributes(Request request)
      throws Request.InvalidHeaderException {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String header : request.head().headers().names()) {
      String name = header.toLowerCase(Locale.ROOT);
      String value = name.startsWith(CloudEvents.HEADER_PREFIX) ? request.text(header) : null;
      if (value != null) {
        attributes.put(name.substring(CloudEvents.HEADER_PREFIX.length()), value);
      }
    }
    return attributes;
  }

  private Exchange one(Request request, Envelopes envelopes) {
    return new PublishExchange(
        request.connection(), context.hub(), loop, Visitor.of(request), via(request, envelopes));
  }

  private Exchange many(Request request, Splitter splitter, Envelopes envelopes) {
    return new NdjsonExchange(
        request.connection(),
        context.hub(),
        loop,
        Visitor.of(request),
        splitter,
        via(request, envelopes));
  }

  /// What a bridge of another hub sends says through which hubs it has come.
  private Envelopes via(Request request, Envelopes envelopes) {
    Via via = Via.of(String.join(",", request.head().headers().getAll(Via.HEADER)));
    return via.isEmpty() ? envelopes : new ViaEnvelopes(via, context.hub(), envelopes);
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

  static Response status(String status) {
    return Response.json(HttpResponseStatus.OK, Json.object().put("status", status));
  }
}
