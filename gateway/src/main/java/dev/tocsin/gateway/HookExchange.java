package dev.tocsin.gateway;

import dev.tocsin.events.Rejection;
import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Request;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventFilter;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `POST /hooks/…`: what another system has to say, in its own words.
final class HookExchange extends BodyExchange {

  /// What everybody is told whose signature or secret is not good.
  static final String UNAUTHENTICATED =
      "This takes a request with a valid signature, or with the secret that was agreed on";

  private final GatewayContext context;
  private final Loop loop;
  private final Visitor visitor;
  private final Hooks.Place place;
  private final Map<String, String> headers;

  HookExchange(Request request, GatewayContext context, Loop loop, Hooks.Place place) {
    super(request.connection(), Limits.MAX_HOOK_BODY_BYTES);
    this.context = context;
    this.loop = loop;
    this.visitor = Visitor.of(request);
    this.place = place;
    this.headers = headers(request);
  }

  /// By their names in lower case, of each the first value.
  static Map<String, String> headers(Request request) {
    Map<String, String> headers = new HashMap<>();
    request
        .head()
        .headers()
        .forEach(header ->
            headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
    return headers;
  }

  @Override
  protected void complete(byte[] body) {
    Access access = visitor.access().orElse(null);
    if (access == null) {
      refuseUnseen(Door.unauthenticated());
      return;
    }
    // Who signs has no credential: the operator who has told the secret to him has said what
    // becomes of it.
    Rejection tooFast = place.isSigned() ? null : loop.quotas().publish(access, body.length);
    if (tooFast != null) {
      connection().allowance().spend(Limits.refusedNanos(body.length));
      refuseUnseen(Problems.response(tooFast));
      return;
    }
    EventFilter granted = place.isSigned() ? null : loop.publishable(access);
    context
        .hooks()
        .receive(new Hooks.Post(place.path(), headers, body, context.hub(), granted))
        .whenComplete((answer, failure) ->
            connection().onLoop(() -> answer(answer, failure, access, body.length)));
  }

  /// Refuses what the bridge does not come to see, and tells it so.
  private void refuseUnseen(Response response) {
    Problem problem = response.problem();
    if (problem != null) {
      context.hooks().refused(place.path(), problem.code(), problem.message());
    }
    respond(response);
  }

  private void answer(
      Hooks.@Nullable Answer answer, @Nullable Throwable failure, Access access, int length) {
    switch (answer) {
      case Hooks.Answer.Taken taken -> {
        if (!place.isSigned() && taken.published() > 1) {
          loop.quotas().countMore(access, taken.published() - 1);
        }
        respond(taken(taken));
      }
      case Hooks.Answer.Refused(Rejection rejection) -> {
        loop.trail().publishRefused(access, visitor.sender(), rejection);
        refuse(rejection, length);
      }
      case Hooks.Answer.Unauthentic(String reason) -> {
        connection().allowance().spend(Limits.refusedNanos(length));
        loop.judge()
            .refuse(
                place.path() + ": " + reason,
                visitor.sender(),
                finding -> connection().onLoop(() -> respond(unauthentic(finding))));
      }
      case Hooks.Answer.Busy busy -> respond(busy());
      case null -> respond(Response.fault(failure));
    }
  }

  static Response taken(Hooks.Answer.Taken taken) {
    return Response.json(
        HttpResponseStatus.OK,
        Json.object()
            .put("published", taken.published())
            .put("ignored", taken.ignored())
            .put("refused", taken.refused()));
  }

  static Response busy() {
    return Response.problem(Problem.unavailable("More is posted here than can be taken now"))
        .with("Retry-After", "1");
  }

  private static Response unauthentic(Judge.Finding finding) {
    return finding instanceof Judge.Finding.Bad bad && bad.retryMillis() > 0
        ? Problems.response(bad.rejection())
        : Response.problem(Problem.unauthenticated(UNAUTHENTICATED));
  }

  private void refuse(Rejection rejection, int length) {
    connection().allowance().spend(Limits.refusedNanos(length));
    respond(Problems.response(rejection));
  }
}
