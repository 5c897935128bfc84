package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.http.Problem;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.Response;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.websocket.Handshake;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wish for a WebSocket of the hub, judged: the handshake, and what the query asks for.
sealed interface Upgrade {

  /// The wish is granted.
  ///
  /// @param patterns what to subscribe to from the first byte; `null` to receive everything
  /// @param resume what was missed; `null` to begin with the next event
  record Accepted(
      Handshake.Accepted handshake,
      @Nullable List<EventPattern> patterns,
      ClientMessage.@Nullable Resume resume)
      implements Upgrade {}

  /// The wish is refused.
  record Refused(Response response) implements Upgrade {}

  /// Judges a request for the socket's path.
  ///
  /// @param deflates whether the server compresses for those who want it
  static Upgrade of(HttpRequest request, QueryStringDecoder uri, boolean deflates) {
    return switch (Handshake.of(request, deflates)) {
      case Handshake.Accepted handshake -> of(handshake, uri);
      case Handshake.Refused refused -> new Refused(refused.response());
    };
  }

  private static Upgrade of(Handshake.Accepted handshake, QueryStringDecoder uri) {
    try {
      QueryParameters query = QueryParameters.of(uri);
      Long since = query.number("since", 0).orElse(null);
      ClientMessage.@Nullable Resume resume =
          since == null
              ? null
              : new ClientMessage.Resume(null, since, query.text("epoch").orElse(null));
      return new Accepted(handshake, PatternQuery.patterns(query), resume);
    } catch (QueryParameters.InvalidQueryException e) {
      return new Refused(Response.problem(Problem.invalidQuery(String.valueOf(e.getMessage()))));
    }
  }
}
