package dev.tocsin.gateway;

import dev.tocsin.events.Rejection;
import dev.tocsin.events.Where;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which events a query asks for.
///
/// @param patterns `null` for everything
/// @param where what narrows each of the patterns; `null` for nothing
record PatternQuery(@Nullable List<EventPattern> patterns, @Nullable Where where) {

  private static final List<EventPattern> EVERYTHING = List.of(EventPattern.of("*"));

  /// The value of `events` of somebody who wants no event: a pattern that matches no type.
  private static final String NOTHING = "-";

  /// The patterns of `events`, separated by commas, and what narrows them, `where`. Alone, `where` narrows everything.
  static PatternQuery of(QueryParameters query, Hub hub) throws InvalidQueryException {
    PatternQuery read = read(query);
    Rejection fault = read.fault(hub);
    if (fault != null) {
      throw new InvalidQueryException(Problems.of(fault));
    }
    return read;
  }

  /// The same, whatever event types there are.
  static PatternQuery read(QueryParameters query) throws InvalidQueryException {
    List<EventPattern> patterns = patterns(query);
    String json = query.text("where").orElse(null);
    Where where = json == null ? null : where(json);
    return where == null || patterns != null
        ? new PatternQuery(patterns, where)
        : new PatternQuery(EVERYTHING, where);
  }

  /// Whether a request says that it wants no event.
  static boolean wantsNothing(QueryStringDecoder uri) {
    return List.of(NOTHING).equals(uri.parameters().get("events"));
  }

  /// Whether no event is wanted.
  boolean wantsNothing() {
    return patterns != null && patterns.equals(List.of(EventPattern.of(NOTHING)));
  }

  /// Why no event type that there is can fulfil it; `null` when one can.
  @Nullable Rejection fault(Hub hub) {
    return patterns == null || where == null ? null : hub.fault(patterns, where);
  }

  private static @Nullable List<EventPattern> patterns(QueryParameters query)
      throws InvalidQueryException {
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

  private static @Nullable Where where(String json) throws InvalidQueryException {
    return switch (Where.read(json)) {
      case Where.Reading.Read(Where where) -> where;
      case Where.Reading.Refused(Rejection rejection) ->
          throw new InvalidQueryException(Problems.of(rejection));
    };
  }
}
