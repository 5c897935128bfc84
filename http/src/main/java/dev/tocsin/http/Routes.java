package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The table of all that is served. What holds for every path comes from here, not from each exchange: who may ask
/// from a web page, 404 and 405, `Allow`, OPTIONS and the preflight of browsers, faults of a query, and who keeps
/// the door. Immutable.
public final class Routes {

  private static final String PREFLIGHT_SECONDS = "600";
  private static final int MAX_SHOWN_NAME = 50;
  private static final String ACCEPT = HttpHeaderNames.ACCEPT.toString();
  private static final String VARY = HttpHeaderNames.VARY.toString();

  private final Doorkeeper doorkeeper;
  private final PageHeaders requestHeaders;
  private final NearestName nearest;
  private final Map<String, Place> fixed = new HashMap<>();
  private final Map<String, Templated> templates = new LinkedHashMap<>();
  private final Place everywhere = new Place();
  private final @Nullable Place rest;
  private final @Nullable String home;
  private final String paths;

  /// Finds what somebody may have meant.
  public interface NearestName {

    /// The name that is nearest to a word; empty when none is near.
    Optional<String> of(String word, Collection<String> names);
  }

  /// The routes of the paths for which a template stands.
  private record Templated(PathTemplate template, Place place) {}

  /// The routes of one path.
  private static final class Place {

    private final Map<HttpMethod, Route> routes = new HashMap<>();

    void add(Route route) {
      for (HttpMethod method : route.methods()) {
        if (routes.put(method, route) != null) {
          throw new IllegalArgumentException("two routes for " + method + " " + route.path());
        }
      }
    }

    /// The methods in the order of the alphabet, OPTIONS among them.
    List<String> methods() {
      return Stream.concat(Stream.of(HttpMethod.OPTIONS), routes.keySet().stream())
          .map(HttpMethod::name)
          .sorted()
          .toList();
    }
  }

  /// A table.
  ///
  /// @param nearest names the parameter that somebody may have meant
  /// @param requestHeaders what a page of another origin may send besides what every page may; a name that ends with `*`
  ///     stands for all that begin so
  public Routes(
      List<Route> routes, Doorkeeper doorkeeper, List<String> requestHeaders, NearestName nearest) {
    this(routes, doorkeeper, requestHeaders, nearest, Site.NONE);
  }

  /// The same with files for browsers.
  public Routes(
      List<Route> routes,
      Doorkeeper doorkeeper,
      List<String> requestHeaders,
      NearestName nearest,
      Site site) {
    this.home = site.home();
    this.doorkeeper = doorkeeper;
    this.nearest = nearest;
    this.requestHeaders = new PageHeaders(requestHeaders);
    List<Route> all = Stream.concat(routes.stream(), site.routes().stream()).toList();
    for (Route route : all) {
      PathTemplate template = PathTemplate.of(route.path());
      Place place =
          template.isFixed()
              ? fixed.computeIfAbsent(route.path(), path -> new Place())
              : templates
                  .computeIfAbsent(route.path(), path -> new Templated(template, new Place()))
                  .place();
      place.add(route);
      route.methods().forEach(method -> everywhere.routes.putIfAbsent(method, route));
    }
    this.rest = null;
    this.paths =
        all.stream()
            .filter(Route::listed)
            .map(Route::path)
            .distinct()
            .collect(Collectors.joining(", "));
  }

  /// A table of one route, which is that of every path, whatever its own says.
  public static Routes everywhere(Route route) {
    return new Routes(route);
  }

  private Routes(Route route) {
    this.doorkeeper = Doorkeeper.NONE;
    this.nearest = (word, names) -> Optional.empty();
    this.requestHeaders = new PageHeaders(List.of());
    this.paths = route.path();
    everywhere.add(route);
    rest = everywhere;
    home = null;
  }

  /// What was found of a request.
  sealed interface Finding {

    /// A route, which is taken once the doorkeeper agrees.
    record Found(Route route, Map<String, String> parameters, QueryStringDecoder uri)
        implements Finding {}

    /// It is not taken; the answer.
    ///
    /// @param route which it would have taken; `null` where there is none
    record Settled(Response response, @Nullable Route route) implements Finding {

      Settled(Response response) {
        this(response, null);
      }
    }
  }

  Doorkeeper doorkeeper() {
    return doorkeeper;
  }

  /// Finds the route of a request.
  Finding find(HttpRequest head, Sender sender, BrowserRules rules) {
    Target target = Target.of(head.uri());
    QueryStringDecoder uri =
        new QueryStringDecoder(
            target.pathAndQuery(), StandardCharsets.UTF_8, true, HttpLimits.MAX_PARAMETERS, true);
    String path;
    try {
      path = uri.path();
    } catch (IllegalArgumentException e) {
      return settled(unreadable(uri, rules.fault(head.headers(), target.authority(), sender)));
    }
    Map<String, String> parameters = new HashMap<>();
    Place place = place(path, parameters);
    if (!isCheck(head, place)) {
      String fault = rules.fault(head.headers(), target.authority(), sender);
      if (fault != null) {
        return settled(Problem.forbidden(fault), route(place, head));
      }
    }
    return head.method().equals(HttpMethod.OPTIONS)
        ? options(head, path.equals("*") ? everywhere : place, rules)
        : find(head, place, parameters, path, uri);
  }

  /// What is wrong with a request whose path cannot be read.
  ///
  /// @param fault what is wrong with who sends it; `null` when nothing is
  private Problem unreadable(QueryStringDecoder uri, @Nullable String fault) {
    if (fault != null) {
      return Problem.forbidden(fault);
    }
    Problem leak = doorkeepersFault(QueryParameters.readable(uri.rawPath()), uri);
    return leak == null ? Problem.invalidQuery("The path is not percent-encoded correctly") : leak;
  }

  /// Whether a load balancer asks how the server is: without naming a host, as no browser does, for what anyone may know.
  private static boolean isCheck(HttpRequest head, @Nullable Place place) {
    Route route = route(place, head);
    return route != null
        && route.right().equals(Right.NONE)
        && !head.headers().contains(HttpHeaderNames.HOST)
        && !head.headers().contains(HttpHeaderNames.ORIGIN);
  }

  private static @Nullable Route route(@Nullable Place place, HttpRequest head) {
    return place == null ? null : place.routes.get(head.method());
  }

  private @Nullable Place place(String path, Map<String, String> parameters) {
    Place place = fixed.get(path);
    if (place != null) {
      return place;
    }
    for (Templated templated : templates.values()) {
      if (templated.template().match(path, parameters)) {
        return templated.place();
      }
    }
    return rest;
  }

  private Finding find(
      HttpRequest head,
      @Nullable Place place,
      Map<String, String> parameters,
      String path,
      QueryStringDecoder uri) {
    Problem leak = doorkeepersFault(path, uri);
    if (leak != null) {
      return settled(leak, route(place, head));
    }
    if (place == null) {
      return home != null && isBrowserAtTheRoot(head, path)
          ? new Finding.Settled(Response.redirect(home).with(VARY, ACCEPT))
          : settled(notFound());
    }
    Route route = place.routes.get(head.method());
    if (route != null) {
      Problem fault = queryFault(route, uri);
      return fault == null ? new Finding.Found(route, parameters, uri) : settled(fault, route);
    }
    String methods = String.join(", ", place.methods());
    Problem problem =
        Problem.methodNotAllowed(head.method() + " is not possible here; what is: " + methods);
    return new Finding.Settled(
        Response.problem(problem)
            .with(HttpHeaderNames.ALLOW.toString(), String.join(", ", place.methods())));
  }

  /// Whether a person has typed the server's name, so to say.
  private static boolean isBrowserAtTheRoot(HttpRequest head, String path) {
    return path.equals("/")
        && (head.method().equals(HttpMethod.GET) || head.method().equals(HttpMethod.HEAD))
        && Weights.of(head.headers().getAll(ACCEPT)).isWanted("text/html");
  }

  /// What is wrong with a URL in the doorkeeper's eyes, wherever it leads and whether it can be read or not; `null` when
  /// nothing is.
  private @Nullable Problem doorkeepersFault(String path, QueryStringDecoder uri) {
    String query = uri.rawQuery();
    return doorkeeper.fault(
        path, QueryParameters.words(query, true), QueryParameters.words(query, false));
  }

  /// What is wrong with a query by its names; `null` when nothing is.
  private @Nullable Problem queryFault(Route route, QueryStringDecoder uri) {
    Set<String> known = route.parameters();
    if (known == null) {
      return null;
    }
    if (!QueryParameters.isWellEncoded(uri.rawQuery())) {
      return Problem.invalidQuery(QueryParameters.BADLY_ENCODED);
    }
    for (String name : uri.parameters().keySet()) {
      if (!known.contains(name) && !doorkeeper.parameters().contains(name)) {
        return Problem.invalidQuery(unknown(name, known));
      }
    }
    return null;
  }

  private String unknown(String name, Set<String> known) {
    String shown = name;
    if (name.length() > MAX_SHOWN_NAME) {
      boolean isPair = Character.isHighSurrogate(name.charAt(MAX_SHOWN_NAME - 1));
      shown = name.substring(0, isPair ? MAX_SHOWN_NAME - 1 : MAX_SHOWN_NAME) + "…";
    }
    if (known.isEmpty()) {
      return "This path takes no parameters; there is '" + shown + "'";
    }
    String sentence = "There is no parameter '" + shown + "' here";
    return sentence
        + nearest
            .of(name, known)
            .map(meant -> "; did you mean '" + meant + "'?")
            .orElseGet(
                () -> "; there are " + known.stream().sorted().collect(Collectors.joining(", ")));
  }

  private Problem notFound() {
    return Problem.notFound(
        "There is nothing at this path"
            + (paths.isEmpty() ? "" : "; there is something at " + paths));
  }

  /// What may be asked of a path; for a page of another origin that was named, in the words of CORS.
  private Finding options(HttpRequest head, @Nullable Place place, BrowserRules rules) {
    boolean preflight =
        head.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)
            && rules.corsOrigin(head.headers()) != null;
    if (preflight) {
      // Where there is nothing, the page is to read the 404 that its request will get.
      String methods = String.join(", ", (place == null ? everywhere : place).methods());
      return new Finding.Settled(
          Response.empty(HttpResponseStatus.NO_CONTENT)
              .with(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS.toString(), methods)
              .with(
                  HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS.toString(),
                  requestHeaders.allowed(head))
              .with(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE.toString(), PREFLIGHT_SECONDS));
    }
    return place == null
        ? settled(notFound())
        : new Finding.Settled(
            Response.empty(HttpResponseStatus.NO_CONTENT)
                .with(HttpHeaderNames.ALLOW.toString(), String.join(", ", place.methods())));
  }

  /// Takes a route.
  static Exchange take(
      Finding.Found found, HttpConnection connection, HttpRequest head, Caller who) {
    Request request = new Request(connection, head, found.uri(), found.parameters(), who);
    try {
      return found.route().handler().exchange(request);
    } catch (QueryParameters.InvalidQueryException e) {
      return request.answer(Response.problem(e.problem()));
    } catch (Request.InvalidHeaderException e) {
      return request.answer(Response.problem(Problem.malformed(String.valueOf(e.getMessage()))));
    }
  }

  private static Finding settled(Problem problem) {
    return settled(problem, null);
  }

  private static Finding settled(Problem problem, @Nullable Route route) {
    return new Finding.Settled(Response.problem(problem), route);
  }
}
