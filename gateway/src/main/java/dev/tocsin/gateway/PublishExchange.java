package dev.tocsin.gateway;

import dev.tocsin.events.Slice;
import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/// `POST /api/v1/events` with one event.
final class PublishExchange extends BodyExchange {

  private final Hub hub;
  private final Loop loop;
  private final Pass pass;
  private final @Nullable String idempotencyKey;

  /// Publishes the body.
  ///
  /// @param pass whose rights count
  /// @param idempotencyKey `null` when the request has none
  PublishExchange(
      HttpConnection connection, Hub hub, Loop loop, Pass pass, @Nullable String idempotencyKey) {
    super(connection);
    this.hub = hub;
    this.loop = loop;
    this.pass = pass;
    this.idempotencyKey = idempotencyKey;
  }

  @Override
  protected void complete(byte[] event) {
    Access access = pass.access().orElse(null);
    if (access == null) {
      respond(Door.unauthenticated());
      return;
    }
    hub.publish(
            new PublishCommand(
                Slice.of(event),
                idempotencyKey,
                loop.publishable(access),
                connection().firstByteNanos()))
        .whenComplete(
            (result, failure) -> connection().onLoop(() -> respond(answer(result, failure))));
  }

  private static Response answer(@Nullable PublishResult result, @Nullable Throwable failure) {
    return switch (result) {
      case PublishResult.Published published ->
          Response.json(
              HttpResponseStatus.CREATED,
              Json.object()
                  .put("sequence", published.sequence())
                  .put("timestamp", published.timestamp()));
      case PublishResult.Refused refused -> Response.problem(Problems.of(refused.rejection()));
      case null -> Response.fault(failure);
    };
  }
}
