package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import dev.tocsin.http.Request;
import dev.tocsin.hub.Hub;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a request for an answer without an end asks for.
///
/// @param named whether each event has its type as its name ([StreamText.ServerSent])
/// @param cloudEvents whether events are written as such
/// @param events which events
/// @param resume what was missed; `null` when nothing was
/// @param initial what to begin with; `null` for the next event
record StreamQuery(
    StreamKind kind,
    boolean named,
    boolean cloudEvents,
    PatternQuery events,
    ClientMessage.@Nullable Resume resume,
    ClientMessage.@Nullable Initial initial) {

  static final String LAST_EVENT_ID = "Last-Event-ID";

  private static final String LAST_EVENT_ID_PARAMETER = "last_event_id";

  /// What in the query of history has no meaning for a stream.
  private static final List<String> OF_HISTORY = List.of("before", "from", "to", "order", "limit");

  /// The position of no log: who comes with it is told that nobody knows what was missed.
  private static final ClientMessage.Resume NOWHERE = new ClientMessage.Resume(null, 0, "");

  /// Reads a request for server-sent events.
  ///
  /// Where a browser comes back, its header counts, whatever the address says with which it first came. A header that is no
  /// position of ours is not refused: a browser cannot correct it, and would be locked out for good.
  static StreamQuery serverSent(Request request, Hub hub) throws InvalidQueryException {
    QueryParameters query = request.query();
    ClientMessage.Resume asked = resume(query);
    String last = query.text(LAST_EVENT_ID_PARAMETER).orElse("");
    if (!last.isEmpty()) {
      if (asked != null) {
        throw new InvalidQueryException(
            "since and last_event_id say the same in two ways: give one of them");
      }
      asked =
          position(last)
              .orElseThrow(() ->
                  new InvalidQueryException(
                      "last_event_id has to be the id of an event, {epoch}:{sequence}"));
    }
    ClientMessage.Resume came = lastEventId(request);
    return new StreamQuery(
        StreamKind.SSE,
        query.isOn("named"),
        EventsForm.isCloudEvents(request),
        PatternQuery.of(query, hub),
        came == null ? asked : came,
        came == null ? initial(query, asked) : null);
  }

  /// Reads a request for history that goes on with what is to come.
  static StreamQuery lines(Request request, Hub hub) throws InvalidQueryException {
    QueryParameters query = request.query();
    for (String name : OF_HISTORY) {
      if (query.text(name).isPresent()) {
        throw new InvalidQueryException(
            name + " cannot be there together with follow=true, which begins after since");
      }
    }
    ClientMessage.Resume resume = resume(query);
    return new StreamQuery(
        StreamKind.NDJSON,
        false,
        EventsForm.isCloudEvents(request),
        PatternQuery.of(query, hub),
        resume,
        initial(query, resume));
  }

  /// Where a browser comes back it goes on: then what it began with counts no more.
  private static ClientMessage.@Nullable Initial initial(
      QueryParameters query, ClientMessage.@Nullable Resume asked) throws InvalidQueryException {
    ClientMessage.Initial initial = InitialQuery.of(query);
    if (initial != null && asked != null) {
      throw new InvalidQueryException(
          "last_event_id goes on where the client was: it cannot be combined with last or latest");
    }
    return initial;
  }

  /// Whether a request for history is to go on with what is to come.
  static boolean isFollowing(QueryParameters query) throws InvalidQueryException {
    boolean follows = query.isOn("follow");
    if (!follows && query.text("epoch").isPresent()) {
      throw new InvalidQueryException("epoch goes with follow=true; an answer tells its own");
    }
    return follows;
  }

  private static ClientMessage.@Nullable Resume resume(QueryParameters query)
      throws InvalidQueryException {
    Long since = query.number("since", 0).orElse(null);
    return since == null
        ? null
        : new ClientMessage.Resume(null, since, query.text("epoch").orElse(null));
  }

  /// Whether a browser comes back to its stream.
  static boolean comesBack(HttpRequest head) {
    return !lastEventIds(head).isEmpty();
  }

  /// What the headers say; an empty one says nothing.
  private static List<String> lastEventIds(HttpRequest head) {
    return head.headers().getAll(LAST_EVENT_ID).stream()
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  private static ClientMessage.@Nullable Resume lastEventId(Request request) {
    List<String> values = lastEventIds(request.head());
    if (values.isEmpty()) {
      return null;
    }
    return values.size() > 1 ? NOWHERE : position(values.getFirst()).orElse(NOWHERE);
  }

  /// Reads the id of an event; empty when it is none.
  private static Optional<ClientMessage.Resume> position(String id) {
    int colon = id.lastIndexOf(':');
    String digits = id.substring(colon + 1);
    boolean isNumber = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    if (colon <= 0 || !isNumber) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ClientMessage.Resume(null, Long.parseLong(digits), id.substring(0, colon)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
