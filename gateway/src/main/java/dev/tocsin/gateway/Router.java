package dev.tocsin.gateway;

import dev.tocsin.http.Exchange;
import dev.tocsin.http.FixedExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.Response;
import dev.tocsin.hub.HubStats;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.Stretch;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Finds out what a request wants.
final class Router {

  /// The path of the WebSocket.
  static final String SOCKET_PATH = "/ws/events";

  private static final String EVENTS_PATH = "/api/v1/events";
  private static final String CATALOG_PATH = "/api/v1/catalog";
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";

  private static final int MAX_PARAMETERS = 1_024;

  private final GatewayContext context;
  private final Loop loop;

  /// What a request is for.
  ///
  /// @param authority the host that stands in an absolute target; `null` in the usual form
  private record Target(@Nullable String authority, String pathAndQuery) {

    /// Takes a target apart. A client may name the whole URL (RFC 9112, section 3.2.2).
    static Target of(String target) {
      int authority = target.indexOf("://") + 3;
      boolean absolute =
          target.regionMatches(true, 0, "http://", 0, authority)
              || target.regionMatches(true, 0, "https://", 0, authority);
      if (!absolute || authority < 3) {
        return new Target(null, target);
      }
      int path = authority;
      while (path < target.length() && "/?#".indexOf(target.charAt(path)) < 0) {
        path++;
      }
      String rest = target.substring(path);
      return new Target(
          target.substring(authority, path), rest.startsWith("/") ? rest : "/" + rest);
    }
  }

  Router(GatewayContext context, Loop loop) {
    this.context = context;
    this.loop = loop;
  }

  /// The exchange that will answer.
  Exchange route(HttpConnection connection, HttpRequest request) {
    Target target = Target.of(request.uri());
    String fault = context.http().browserRules().fault(request.headers(), target.authority());
    if (fault != null) {
      return new FixedExchange(connection, Response.problem(Problem.forbidden(fault)));
    }
    QueryStringDecoder uri =
        new QueryStringDecoder(
            target.pathAndQuery(), StandardCharsets.UTF_8, true, MAX_PARAMETERS, true);
    String path;
    try {
      path = uri.path();
    } catch (IllegalArgumentException e) {
      return new FixedExchange(
          connection,
          Response.problem(Problem.invalidQuery("The path is not percent-encoded correctly")));
    }
    return isPreflight(request)
        ? new FixedExchange(connection, preflight())
        : route(connection, request, uri, path);
  }

  private Exchange route(
      HttpConnection connection, HttpRequest request, QueryStringDecoder uri, String path) {
    return switch (path) {
      case SOCKET_PATH ->
          on(connection, request, Map.of(HttpMethod.GET, () -> upgrade(connection, request, uri)));
      case EVENTS_PATH ->
          on(
              connection,
              request,
              Map.of(
                  HttpMethod.GET,
                  () -> history(connection, uri),
                  HttpMethod.HEAD,
                  () -> history(connection, uri),
                  HttpMethod.POST,
                  () -> publish(connection, request)));
      case CATALOG_PATH -> get(connection, request, context.catalogPages()::whole);
      case "/api/v1/stats" -> get(connection, request, this::stats);
      case "/healthz" -> get(connection, request, () -> status("ok"));
      case "/readyz" -> get(connection, request, this::ready);
      default -> catalogType(connection, request, path);
    };
  }

  private Exchange upgrade(HttpConnection connection, HttpRequest request, QueryStringDecoder uri) {
    return switch (Upgrade.of(request, uri, context.deflates())) {
      case Upgrade.Accepted accepted -> new UpgradeExchange(connection, context, loop, accepted);
      case Upgrade.Refused refused -> new FixedExchange(connection, refused.response());
    };
  }

  private Exchange history(HttpConnection connection, QueryStringDecoder uri) {
    try {
      HistoryQuery query = HistoryQuery.of(QueryParameters.of(uri));
      return new HistoryExchange(connection, context.hub(), query, context.historyCount());
    } catch (QueryParameters.InvalidQueryException e) {
      return new FixedExchange(
          connection, Response.problem(Problem.invalidQuery(String.valueOf(e.getMessage()))));
    }
  }

  private Exchange publish(HttpConnection connection, HttpRequest request) {
    String mediaType = mediaType(request);
    if (NDJSON.equals(mediaType)) {
      return new NdjsonExchange(connection, context.hub());
    }
    return JSON.equals(mediaType)
        ? new PublishExchange(connection, context.hub(), request.headers().get("Idempotency-Key"))
        : new FixedExchange(connection, unsupported(JSON + " (one event) or " + NDJSON));
  }

  private Exchange catalogType(HttpConnection connection, HttpRequest request, String path) {
    String prefix = CATALOG_PATH + "/";
    String[] parts =
        path.startsWith(prefix) ? path.substring(prefix.length()).split("/", -1) : new String[0];
    CatalogPages pages = context.catalogPages();
    if (parts.length == 1 && !parts[0].isEmpty()) {
      return get(connection, request, () -> pages.entry(parts[0]));
    }
    if (parts.length == 2 && parts[1].equals("schema")) {
      return get(connection, request, () -> pages.schema(parts[0]));
    }
    if (parts.length == 2 && parts[1].equals("validate")) {
      return on(
          connection,
          request,
          Map.of(HttpMethod.POST, () -> validate(connection, request, parts[0])));
    }
    return new FixedExchange(
        connection,
        Response.problem(
            Problem.notFound(
                "There is nothing at this path; the API is at "
                    + EVENTS_PATH
                    + ", "
                    + CATALOG_PATH
                    + ", /api/v1/stats, /healthz and /readyz, the WebSocket at "
                    + SOCKET_PATH)));
  }

  private Exchange validate(HttpConnection connection, HttpRequest request, String type) {
    Response refusal = context.catalogPages().refusalToValidate(type);
    if (refusal != null) {
      return new FixedExchange(connection, refusal);
    }
    return JSON.equals(mediaType(request))
        ? new ValidateExchange(connection, context.catalogPages(), type)
        : new FixedExchange(connection, unsupported(JSON));
  }

  private static Exchange get(
      HttpConnection connection, HttpRequest request, Supplier<Response> answer) {
    Supplier<Exchange> exchange = () -> new FixedExchange(connection, answer.get());
    return on(connection, request, Map.of(HttpMethod.GET, exchange, HttpMethod.HEAD, exchange));
  }

  private static Exchange on(
      HttpConnection connection, HttpRequest request, Map<HttpMethod, Supplier<Exchange>> methods) {
    Supplier<Exchange> exchange = methods.get(request.method());
    if (exchange != null) {
      return exchange.get();
    }
    List<String> allowed = methods.keySet().stream().map(HttpMethod::name).sorted().toList();
    return new FixedExchange(
        connection,
        Response.problem(
                Problem.methodNotAllowed(
                    request.method()
                        + " is not possible here; "
                        + String.join(" and ", allowed)
                        + " is"))
            .with(HttpHeaderNames.ALLOW.toString(), String.join(", ", allowed)));
  }

  private boolean isPreflight(HttpRequest request) {
    return request.method().equals(HttpMethod.OPTIONS)
        && request.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)
        && context.http().browserRules().corsOrigin(request.headers()) != null;
  }

  private static Response preflight() {
    return Response.empty(HttpResponseStatus.NO_CONTENT)
        .with(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS.toString(), "GET, HEAD, POST")
        .with(
            HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS.toString(),
            "Content-Type, Idempotency-Key")
        .with(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE.toString(), "600");
  }

  /// The media type without parameters, in lower case; `null` when there is none or its text is not
  /// UTF-8.
  private static @Nullable String mediaType(HttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
    if (header == null || request.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
      return null;
    }
    String[] parts = header.toLowerCase(Locale.ROOT).split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
        return null;
      }
    }
    return parts[0].strip();
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
    return log.unreadable().isEmpty() ? status("ready") : degraded(log.unreadable());
  }

  /// It takes events and delivers them, but what it holds is no longer whole.
  private static Response degraded(List<Stretch> unreadable) {
    Stretch first = unreadable.getFirst();
    return Response.json(
        HttpResponseStatus.OK,
        Json.object()
            .put("status", "degraded")
            .put(
                "reason",
                "The log is damaged: events from "
                    + first.from()
                    + " to "
                    + unreadable.getLast().to()
                    + " cannot all be read"));
  }

  private static Response status(String status) {
    return Response.json(HttpResponseStatus.OK, Json.object().put("status", status));
  }

  private Response stats() {
    HubStats stats = context.hub().stats();
    LogState log = context.hub().log().state();
    ObjectNode answer =
        Json.object()
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
    ObjectNode details = answer.putObject("log");
    log.fault().ifPresent(fault -> details.put("fault", fault));
    ArrayNode unreadable = details.putArray("unreadable");
    log.unreadable()
        .forEach(lost -> unreadable.addObject().put("from", lost.from()).put("to", lost.to()));
    ProcessFigures.now().writeTo(answer.putObject("process"));
    return Response.json(HttpResponseStatus.OK, answer);
  }
}
