package dev.tocsin.gateway;

import dev.tocsin.events.Rejection;
import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.Doorkeeper;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpLimits;
import dev.tocsin.http.HttpServer;
import dev.tocsin.http.HttpSettings;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Request;
import dev.tocsin.http.Response;
import dev.tocsin.http.Right;
import dev.tocsin.http.Route;
import dev.tocsin.http.Routes;
import dev.tocsin.http.Sender;
import dev.tocsin.http.Service;
import dev.tocsin.http.StartFailedException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port on which hooks take what is posted, and nothing else is served: for bridges that run without a hub of their own. It
/// asks nobody for a credential; where requests do not show themselves that they are good, the caller sees to it that only this
/// machine reaches the port.
///
/// Running from [#start] to [#stop]. Any thread may call anything.
public final class HookServer {

  private static final Logger LOG = LoggerFactory.getLogger(HookServer.class);

  private final HttpServer server;

  private HookServer(HttpServer server) {
    this.server = server;
  }

  /// Takes what was posted. Called by event loops, so it must not block.
  public interface Receiver {

    /// Takes one post.
    ///
    /// @param path of one of the places
    /// @param headers by their names in lower case, of each the first value
    /// @param body not to be changed
    /// @return completed on any thread
    CompletionStage<Hooks.Answer> receive(String path, Map<String, String> headers, byte[] body);

    /// Notes what was refused before it could be received, as [Hooks#refused].
    void refused(String path, String code, String sentence);
  }

  /// Opens the port.
  ///
  /// @param places where something may be posted
  /// @throws StartFailedException when the address is not to be had
  public static HookServer start(
      HttpSettings settings, List<Hooks.Place> places, Receiver receiver, InstantSource clock)
      throws StartFailedException {
    FailedAttempts failed = new FailedAttempts(System::nanoTime);
    return new HookServer(
        HttpServer.start(
            settings,
            clock,
            System::nanoTime,
            HttpLimits::maxConnections,
            context -> connections -> new Posts(places, receiver, failed)));
  }

  /// The routes of one event loop.
  private static final class Posts implements Service {

    private final Routes routes;

    Posts(List<Hooks.Place> places, Receiver receiver, FailedAttempts failed) {
      this.routes =
          new Routes(
              places.stream().map(place -> route(place.path(), receiver, failed)).toList(),
              Doorkeeper.NONE,
              List.of(),
              (word, names) -> Optional.empty());
    }

    private static Route route(String path, Receiver receiver, FailedAttempts failed) {
      return Route.post(
              path,
              Right.PUBLIC,
              request ->
                  HubRoutes.isJson(request.mediaType())
                      ? new Post(request, path, receiver, failed)
                      : notJson(request))
          .withAny()
          .unlisted()
          .telling(problem -> receiver.refused(path, problem.code(), problem.message()));
    }

    private static Exchange notJson(Request request) {
      return request.answer(
          Response.problem(
              Problem.unsupportedMediaType(
                  "The Content-Type has to be application/json, in UTF-8 and without"
                      + " Content-Encoding")));
    }

    @Override
    public Routes routes() {
      return routes;
    }
  }

  /// One post.
  private static final class Post extends BodyExchange {

    private final String path;
    private final Receiver receiver;
    private final FailedAttempts failed;
    private final Sender sender;
    private final Map<String, String> headers;

    Post(Request request, String path, Receiver receiver, FailedAttempts failed) {
      super(request.connection(), Limits.MAX_HOOK_BODY_BYTES);
      this.path = path;
      this.receiver = receiver;
      this.failed = failed;
      this.sender = request.connection().sender(request.head());
      this.headers = HookExchange.headers(request);
    }

    @Override
    protected void complete(byte[] body) {
      receiver
          .receive(path, headers, body)
          .whenComplete((answer, failure) ->
              connection().onLoop(() -> respond(response(answer, failure, body.length))));
    }

    private Response response(
        Hooks.@Nullable Answer answer, @Nullable Throwable failure, int length) {
      return switch (answer) {
        case Hooks.Answer.Taken taken -> HookExchange.taken(taken);
        case Hooks.Answer.Refused(Rejection rejection) -> {
          connection().allowance().spend(Limits.refusedNanos(length));
          yield Problems.response(rejection);
        }
        case Hooks.Answer.Unauthentic(String reason) -> {
          connection().allowance().spend(Limits.refusedNanos(length));
          yield unauthentic(reason);
        }
        case Hooks.Answer.Busy busy -> HookExchange.busy();
        case null -> Response.fault(failure);
      };
    }

    private Response unauthentic(String reason) {
      LOG.atWarn()
          .addKeyValue("path", path)
          .addKeyValue("address", sender.text())
          .addKeyValue("reason", reason)
          .log("a post was refused");
      long retryMillis = failed.note(sender.address());
      return retryMillis > 0
          ? Problems.response(Rejection.rateLimited(Door.TOO_MANY_BAD, retryMillis))
          : Response.problem(Problem.unauthenticated(HookExchange.UNAUTHENTICATED));
    }
  }

  /// Where it listens, with the real port.
  public InetSocketAddress address() {
    return server.address();
  }

  /// Stops in good order: requests under way are answered, `limit` at the longest.
  public void stop(Duration limit) {
    server.stop(limit);
  }
}
