package dev.tocsin.gateway;

import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Access;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/// `POST /api/v1/bridges/{name}/retry`: has a bridge send again what its other side has refused for good, and writes down who
/// wanted that. A body means nothing.
final class BridgeRetryExchange extends Exchange {

  private final Hooks hooks;
  private final AuditTrail trail;
  private final Visitor operator;
  private final String name;

  BridgeRetryExchange(
      HttpConnection connection, Hooks hooks, AuditTrail trail, Visitor operator, String name) {
    super(connection);
    this.hooks = hooks;
    this.trail = trail;
    this.operator = operator;
    this.name = name;
  }

  @Override
  protected void content(ByteBuf piece) {}

  @Override
  protected void end() {
    hooks
        .retry(name)
        .whenComplete((retry, failure) ->
            connection()
                .onLoop(() -> respond(failure == null ? answer(retry) : Response.fault(failure))));
  }

  private Response answer(Hooks.Retry retry) {
    return switch (retry) {
      case Hooks.Retry.Begun(int events) -> {
        String who = operator.access().map(Access::name).orElse("");
        trail.note(
            Audit.What.BRIDGE_RETRIED,
            who.isEmpty() ? null : who,
            operator.sender(),
            "bridge " + name + ", " + events + " events");
        yield Response.json(HttpResponseStatus.OK, Json.object().put("retried", events));
      }
      case Hooks.Retry.Impossible impossible ->
          Response.problem(
              Problem.notFound("There is no bridge of this name that sets anything aside"));
    };
  }
}
