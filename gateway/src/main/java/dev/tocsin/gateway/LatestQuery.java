package dev.tocsin.gateway;

import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import dev.tocsin.hub.Hub;

/// Of which types and keys the newest events are wanted.
///
/// @param events which types, and what their newest events have to fulfil
/// @param after only those after this position
/// @param limit how many events at the most
record LatestQuery(PatternQuery events, long after, int limit) {

  static LatestQuery of(QueryParameters query, Hub hub) throws InvalidQueryException {
    long limit = query.number("limit", 1).orElse((long) Limits.MAX_LATEST_EVENTS);
    return new LatestQuery(
        PatternQuery.of(query, hub),
        query.number("since", 0).orElse(0L),
        (int) Math.min(limit, Limits.MAX_LATEST_EVENTS));
  }
}
