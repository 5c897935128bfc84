package dev.tocsin.gateway;

import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import dev.tocsin.hub.EventPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The patterns in a query.
final class PatternQuery {

  private PatternQuery() {}

  /// The patterns of `events`, separated by commas; `null` when there is no such parameter.
  static @Nullable List<EventPattern> patterns(QueryParameters query) throws InvalidQueryException {
    List<String> texts = query.list("events").orElse(null);
    if (texts == null) {
      return null;
    }
    return switch (EventPattern.compile(texts)) {
      case EventPattern.Compilation.Refused refused ->
          throw new InvalidQueryException("events: " + refused.rejection().message());
      case EventPattern.Compilation.Compiled compiled -> {
        if (compiled.patterns().size() > Limits.MAX_PATTERNS) {
          throw new InvalidQueryException(
              "events: there may be " + Limits.MAX_PATTERNS + " patterns at most");
        }
        yield compiled.patterns();
      }
    };
  }
}
