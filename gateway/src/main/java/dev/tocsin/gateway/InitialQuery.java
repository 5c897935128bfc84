package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage.Initial;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import org.jspecify.annotations.Nullable;

/// What a query says of the events with which a subscription begins: `last` or `latest`.
final class InitialQuery {

  private InitialQuery() {}

  /// What a query says; `null` when it says nothing of them.
  static @Nullable Initial of(QueryParameters query) throws InvalidQueryException {
    Long last = query.number("last", 1).orElse(null);
    boolean latest = query.isOn("latest");
    if (last == null && !latest) {
      return null;
    }
    if (last != null && latest) {
      throw new InvalidQueryException("last and latest begin differently: give one of them");
    }
    if (query.text("since").isPresent()) {
      throw new InvalidQueryException(
          "since goes on where the client was: it cannot be combined with last or latest");
    }
    return last == null ? new Initial.Latest() : new Initial.Last(last);
  }
}
