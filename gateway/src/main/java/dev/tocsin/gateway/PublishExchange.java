package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/// `POST /api/v1/events` with one event.
final class PublishExchange extends BodyExchange {

  private final Hub hub;
  private final Loop loop;
  private final Visitor visitor;
  private final Envelopes envelopes;

  /// Publishes the body.
  ///
  /// @param visitor whose rights count
  /// @param envelopes what the body is
  PublishExchange(
      HttpConnection connection, Hub hub, Loop loop, Visitor visitor, Envelopes envelopes) {
    super(connection);
    this.hub = hub;
    this.loop = loop;
    this.visitor = visitor;
    this.envelopes = envelopes;
  }

  @Override
  protected void complete(byte[] event) {
    publish(event);
    connection().loop().turns().forgive();
  }

  private void publish(byte[] event) {
    Access access = visitor.access().orElse(null);
    if (access == null) {
      respond(Door.unauthenticated());
      return;
    }
    Rejection tooFast = loop.quotas().publish(access, event.length);
    if (tooFast != null) {
      hub.countRefused(tooFast.code());
      connection().allowance().spend(Limits.refusedNanos(event.length));
      respond(Problems.response(tooFast));
      return;
    }
    switch (envelopes.of(event)) {
      case CloudEvents.Read read -> publish(read, access, event.length);
      case CloudEvents.Refused(Rejection rejection) -> {
        hub.countRefused(rejection.code());
        answer(new PublishResult.Refused(rejection), null, access, event.length);
      }
    }
  }

  private void publish(CloudEvents.Read event, Access access, int length) {
    hub.publish(
            new PublishCommand(
                Slice.of(event.envelope()),
                event.idempotencyKey(),
                access.name(),
                loop.publishable(access),
                connection().firstByteNanos()))
        .whenComplete((result, failure) ->
            connection().onLoop(() -> answer(result, failure, access, length)));
  }

  private void answer(
      @Nullable PublishResult result, @Nullable Throwable failure, Access access, int length) {
    if (result instanceof PublishResult.Refused refused) {
      connection().allowance().spend(Limits.refusedNanos(length));
      loop.trail().publishRefused(access, visitor.sender(), refused.rejection());
    }
    respond(answer(result, failure));
  }

  private static Response answer(@Nullable PublishResult result, @Nullable Throwable failure) {
    return switch (result) {
      case PublishResult.Published published ->
          Response.json(
              HttpResponseStatus.CREATED,
              Json.object()
                  .put("sequence", published.sequence())
                  .put("timestamp", published.timestamp()));
      case PublishResult.Refused refused -> Problems.response(refused.rejection());
      case null -> Response.fault(failure);
    };
  }
}
