package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Hub;
import dev.tocsin.websocket.Handshake;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import org.jspecify.annotations.Nullable;

/// The wish for a WebSocket of the hub, judged: the handshake, and what the query asks for.
sealed interface Upgrade {

  /// The wish is granted.
  ///
  /// @param events what to subscribe to from the first byte
  /// @param resume what was missed; `null` when nothing was
  /// @param initial what to begin with; `null` for the next event
  record Accepted(
      Handshake.Accepted handshake,
      PatternQuery events,
      ClientMessage.@Nullable Resume resume,
      ClientMessage.@Nullable Initial initial)
      implements Upgrade {}

  /// What a stranger is told of a query that asks for what there is not.
  String UNTOLD =
      "The query asks for what there is not; with a credential in the handshake the answer says"
          + " what";

  /// The wish is refused.
  record Refused(Response response) implements Upgrade {}

  /// Judges a request for the socket's path.
  ///
  /// @param known whether it is known who asks: a stranger is not told what of its query there is not, or what there is
  ///     instead
  static Upgrade of(
      HttpRequest request, QueryStringDecoder uri, boolean known, GatewayContext context) {
    return switch (Handshake.of(request, context.deflate().enabled(), CloudEvents.SUBPROTOCOL)) {
      case Handshake.Accepted handshake -> of(handshake, uri, known, context.hub());
      case Handshake.Refused refused -> new Refused(refused.response());
    };
  }

  private static Upgrade of(
      Handshake.Accepted handshake, QueryStringDecoder uri, boolean known, Hub hub) {
    try {
      QueryParameters query = QueryParameters.of(uri);
      Long since = query.number("since", 0).orElse(null);
      ClientMessage.@Nullable Resume resume =
          since == null
              ? null
              : new ClientMessage.Resume(null, since, query.text("epoch").orElse(null));
      PatternQuery events = PatternQuery.read(query);
      Accepted accepted = new Accepted(handshake, events, resume, InitialQuery.of(query));
      Rejection fault = events.fault(hub);
      if (fault != null) {
        return new Refused(Problems.response(known ? fault : new Rejection(fault.code(), UNTOLD)));
      }
      return accepted;
    } catch (QueryParameters.InvalidQueryException e) {
      return new Refused(Response.problem(e.problem()));
    }
  }
}
