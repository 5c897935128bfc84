package dev.tocsin.gateway;

import dev.tocsin.hub.EventPattern;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The parameters of a query, each read as what it should be.
final class QueryParameters {

  private final Map<String, List<String>> parameters;

  private QueryParameters(Map<String, List<String>> parameters) {
    this.parameters = parameters;
  }

  /// A parameter is not what it should be; the message is a sentence for the client.
  static final class InvalidQueryException extends Exception {

    private static final long serialVersionUID = 1;

    InvalidQueryException(String message) {
      super(message);
    }
  }

  static QueryParameters of(QueryStringDecoder uri) throws InvalidQueryException {
    try {
      return new QueryParameters(uri.parameters());
    } catch (IllegalArgumentException e) {
      throw new InvalidQueryException("The query is not percent-encoded correctly");
    }
  }

  /// The patterns of `events`, separated by commas; `null` when there is no such parameter.
  @Nullable List<EventPattern> patterns() throws InvalidQueryException {
    List<String> lists = parameters.get("events");
    if (lists == null) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    lists.forEach(list -> texts.addAll(Arrays.asList(list.split(",", -1))));
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

  /// A text parameter.
  Optional<String> text(String name) throws InvalidQueryException {
    List<String> values = parameters.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new InvalidQueryException(name + ": there may be one");
    }
    return values.stream().findFirst();
  }

  /// A whole number from `least` on.
  Optional<Long> number(String name, long least) throws InvalidQueryException {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String digits = text.get();
    try {
      boolean plain = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
      if (plain && Long.parseLong(digits) >= least) {
        return Optional.of(Long.parseLong(digits));
      }
    } catch (NumberFormatException e) {
      // Too large, which is told like everything else that is no such number.
    }
    throw new InvalidQueryException(name + " has to be a whole number from " + least + " on");
  }
}
