package dev.tocsin.gateway;

import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/v1/events`: events of the log, oldest or newest first, or the newest of all, a page an answer.
///
/// The answer ends at the limit, or when it grows too large; `next_since`, newest first `next_before`, says
/// where to go on.
final class HistoryExchange extends EventsExchange {

  private final HistoryQuery query;

  /// The bounds as positions: wanted is what stands after the first, up to the last.
  private long after;

  private long upTo;

  /// How far it has looked: oldest first everything up to here, newest first everything after it.
  private long position;

  /// @param visitor whose rights count
  /// @param form how events are written
  /// @param active how many such answers are under way
  HistoryExchange(
      HttpConnection connection,
      Hub hub,
      Visitor visitor,
      HistoryQuery query,
      EventsForm form,
      AtomicInteger active) {
    super(connection, hub, visitor, query.events(), form, active, query.isLast());
    this.query = query;
  }

  @Override
  void begin(LogState state) {
    if (query.after() instanceof HistoryQuery.Bound.Position(long sequence)) {
      onceReached(sequence, state, this::look);
    } else {
      look(state);
    }
  }

  private void look(LogState state) {
    take(
        position(query.after(), state),
        first -> {
          HistoryQuery.Bound end = query.upTo();
          take(
              end == null
                  ? CompletableFuture.completedFuture(state.newest())
                  : position(end, state),
              last -> {
                upTo = Math.min(last, state.newest());
                after = first;
                position = query.newestFirst() ? upTo : after;
                readOn();
              });
        });
  }

  private CompletionStage<Long> position(HistoryQuery.Bound bound, LogState state) {
    return switch (bound) {
      case HistoryQuery.Bound.Position(long sequence) ->
          CompletableFuture.completedFuture(Math.min(sequence, state.newest()));
      case HistoryQuery.Bound.Time time -> {
        spendLook();
        yield hub.log().positionAt(time.instant());
      }
    };
  }

  private void readOn() {
    if (!mayGoOn()) {
      return;
    }
    if (query.newestFirst() ? position <= after : position >= upTo) {
      answer();
      return;
    }
    if (waits(this::readOn)) {
      return;
    }
    spendLook();
    if (query.newestFirst()) {
      int maxEvents = Math.min(query.limit() - found, LogPages.PAGE_EVENTS);
      take(
          hub.log().readBack(position + 1, filter, maxEvents, LogPages.PAGE_BYTES), this::pageBack);
    } else {
      hub.pages().read(position, filter, new Fetched());
    }
  }

  private final class Fetched implements LogPages.Reader {

    @Override
    public void page(LogPages.Lease lease) {
      takeShared(lease, HistoryExchange.this::page);
    }

    @Override
    public void failed(Throwable failure, long retryMillis) {
      later(HistoryExchange.this::unreadable);
    }
  }

  /// Oldest first.
  private void page(Page page) {
    long end = Math.min(page.position(), upTo);
    for (LoggedEvent event : page.events()) {
      if (event.sequence() > position && event.sequence() <= end && wants(event)) {
        if (!add(event)) {
          lose(page, position + 1, event.sequence() - 1);
          position = event.sequence() - 1;
          answer();
          return;
        }
        lose(page, position + 1, event.sequence() - 1);
        position = event.sequence();
        if (found >= query.limit()) {
          answer();
          return;
        }
      }
    }
    lose(page, position + 1, end);
    position = Math.max(position, end);
    readOn();
  }

  private void pageBack(Page page) {
    long end = Math.max(page.position(), after);
    for (LoggedEvent event : page.events()) {
      if (event.sequence() <= position && event.sequence() > end && wants(event)) {
        if (!add(event)) {
          lose(page, event.sequence() + 1, position);
          position = event.sequence();
          answer();
          return;
        }
        lose(page, event.sequence() + 1, position);
        position = event.sequence() - 1;
        if (found >= query.limit()) {
          answer();
          return;
        }
      }
    }
    lose(page, end + 1, position);
    position = Math.min(position, end);
    readOn();
  }

  /// Names what a page has lost between two sequences. What was deleted before the oldest event is no
  /// news to a request for all there is; what is missing from there on is.
  private void lose(Page page, long first, long last) {
    for (Stretch lost : page.lost()) {
      long from = Math.max(lost.from(), first);
      long to = Math.min(lost.to(), last);
      if (from == 1) {
        from = hub.log().state().oldest();
      }
      if (from <= to) {
        addGap(from, to);
      }
    }
  }

  private void answer() {
    ObjectNode rest = Json.object();
    if (query.isLast()) {
      sortGaps();
      // Nothing after the newest event has matched.
      rest.put("next_since", upTo);
      if (position > after && position >= hub.log().state().oldest()) {
        rest.put("next_before", position + 1);
      }
    } else if (query.newestFirst()) {
      rest.put("next_before", position + 1);
    } else {
      rest.put("next_since", position);
    }
    answer(rest);
  }
}
