package dev.tocsin.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is served at a path by some methods.
///
/// @param path segments, each after a slash; one in braces, as in `/types/{type}`, stands for any text and gives it a
///     name
/// @param parameters those that a query may have; `null` when it may have any
/// @param right what who asks needs to have
/// @param policy what goes with its answers
/// @param listed whether its path is named to those who have asked for another
/// @param refusals is told, on the event loop, why a request to it was refused that its exchange has not had whole
/// @param handler makes the exchange that answers
public record Route(
    Set<HttpMethod> methods,
    String path,
    @Nullable Set<String> parameters,
    Right right,
    AnswerPolicy policy,
    boolean listed,
    Consumer<Problem> refusals,
    Handler handler) {

  /// Makes the exchange of a request, on the event loop.
  public interface Handler {

    /// The exchange of one request.
    ///
    /// @throws QueryParameters.InvalidQueryException which the table answers
    /// @throws Request.InvalidHeaderException which the table answers
    Exchange exchange(Request request)
        throws QueryParameters.InvalidQueryException, Request.InvalidHeaderException;
  }

  public Route {
    methods = Set.copyOf(methods);
    parameters = parameters == null ? null : Set.copyOf(parameters);
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("a path begins with a slash, not so " + path);
    }
  }

  /// What can be read. HEAD is answered as GET is, without the body.
  public static Route get(String path, Right right, Handler handler) {
    return of(Set.of(HttpMethod.GET, HttpMethod.HEAD), path, right, handler);
  }

  /// What takes a body.
  public static Route post(String path, Right right, Handler handler) {
    return of(Set.of(HttpMethod.POST), path, right, handler);
  }

  /// What can be done away with.
  public static Route delete(String path, Right right, Handler handler) {
    return of(Set.of(HttpMethod.DELETE), path, right, handler);
  }

  /// What takes the connection over ([HttpConnection#takeOver]): there is no HEAD of it.
  public static Route takeOver(String path, Right right, Handler handler) {
    return of(Set.of(HttpMethod.GET), path, right, handler);
  }

  private static Route of(Set<HttpMethod> methods, String path, Right right, Handler handler) {
    return new Route(
        methods, path, Set.of(), right, AnswerPolicy.API, true, problem -> {}, handler);
  }

  /// The same with parameters that a query may have.
  public Route with(String... names) {
    return new Route(methods, path, Set.of(names), right, policy, listed, refusals, handler);
  }

  /// The same with another policy.
  public Route under(AnswerPolicy other) {
    return new Route(methods, path, parameters, right, other, listed, refusals, handler);
  }

  /// The same, whatever the query: for what is called by programs that add parameters of their own.
  public Route withAny() {
    return new Route(methods, path, null, right, policy, listed, refusals, handler);
  }

  /// The same, which is not named to those who have asked for another path.
  public Route unlisted() {
    return new Route(methods, path, parameters, right, policy, false, refusals, handler);
  }

  /// The same, with somebody who is told why a request was refused that its exchange has not had whole: by the rules for web
  /// pages, at the door, by what its head says, or because its body is too large or breaks off.
  public Route telling(Consumer<Problem> told) {
    return new Route(methods, path, parameters, right, policy, listed, told, handler);
  }
}
