package dev.tocsin.gateway;

import dev.tocsin.events.Timestamp;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import dev.tocsin.hub.Hub;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is wanted of the log's history.
///
/// @param events which of them
/// @param after where it begins: everything up to there is not wanted
/// @param upTo where it ends: everything after it is not wanted; `null` for the head
/// @param order in which order it is looked at and told
/// @param limit how many events at the most
record HistoryQuery(
    PatternQuery events, Bound after, @Nullable Bound upTo, Order order, int limit) {

  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1_000;

  /// In which order events are told, and which when there are too many.
  enum Order {
    /// From the oldest on.
    OLDEST_FIRST,
    /// From the newest back.
    NEWEST_FIRST,
    /// The newest, the oldest of them first.
    LAST
  }

  /// What says something else than `last`.
  private static final List<String> NOT_WITH_LAST =
      List.of("since", "before", "from", "to", "order", "limit");

  /// A place in the log.
  sealed interface Bound {

    /// A position.
    record Position(long sequence) implements Bound {}

    /// The position after which the events of a time and later stand.
    record Time(Instant instant) implements Bound {}
  }

  static HistoryQuery of(QueryParameters query, Hub hub) throws InvalidQueryException {
    if (query.isOn("latest")) {
      throw new InvalidQueryException("latest goes with follow=true; or ask /api/v1/latest");
    }
    Optional<Long> limit = query.number("limit", 1);
    Optional<Long> last = query.number("last", 1);
    if (last.isPresent()) {
      for (String other : NOT_WITH_LAST) {
        if (query.text(other).isPresent()) {
          throw new InvalidQueryException(
              "last asks for the newest events: it cannot be combined with " + other);
        }
      }
    }
    long most = last.or(() -> limit).orElse((long) DEFAULT_LIMIT);
    Optional<Instant> from = time(query, "from");
    Optional<Instant> to = time(query, "to");
    if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
      throw new InvalidQueryException("from has to be before to");
    }
    Bound after = bound(query.number("since", 0), "since", from, "from");
    Bound upTo = bound(query.number("before", 1).map(before -> before - 1), "before", to, "to");
    return new HistoryQuery(
        PatternQuery.of(query, hub),
        after == null ? new Bound.Position(0) : after,
        upTo,
        last.isPresent() ? Order.LAST : order(query),
        (int) Math.min(most, MAX_LIMIT));
  }

  /// Whether it is looked at backwards.
  boolean newestFirst() {
    return order != Order.OLDEST_FIRST;
  }

  /// Whether the newest are wanted, the oldest of them first.
  boolean isLast() {
    return order == Order.LAST;
  }

  private static Order order(QueryParameters query) throws InvalidQueryException {
    return switch (query.text("order").orElse("asc")) {
      case "asc" -> Order.OLDEST_FIRST;
      case "desc" -> Order.NEWEST_FIRST;
      default ->
          throw new InvalidQueryException(
              "order has to be asc (oldest first) or desc (newest first)");
    };
  }

  private static @Nullable Bound bound(
      Optional<Long> position, String positionName, Optional<Instant> time, String timeName)
      throws InvalidQueryException {
    if (position.isPresent() && time.isPresent()) {
      throw new InvalidQueryException(
          positionName + " and " + timeName + " say the same in two ways: give one of them");
    }
    return position
        .<Bound>map(Bound.Position::new)
        .or(() -> time.map(Bound.Time::new))
        .orElse(null);
  }

  private static Optional<Instant> time(QueryParameters query, String name)
      throws InvalidQueryException {
    Optional<String> text = query.text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      // A plus that was not percent-encoded has become a space.
      return Optional.of(new Timestamp(text.get().replace(' ', '+')).toInstant());
    } catch (IllegalArgumentException e) {
      throw new InvalidQueryException(
          name + " has to be an ISO 8601 date-time, for instance 2026-01-09T12:00:00Z");
    }
  }
}
