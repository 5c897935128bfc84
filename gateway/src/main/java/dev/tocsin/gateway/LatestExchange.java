package dev.tocsin.gateway;

import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LatestEvents;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/v1/latest`: of each type and key the newest event, in the order of the log.
///
/// The index tells the sequences of [Limits#MAX_LATEST_EVENTS] keys at a time; their events are read in pages, and those that
/// are not wanted are left out. While the index is not whole the answer waits for it, [Limits#LATEST_WAIT_MILLIS] at the
/// longest.
final class LatestExchange extends EventsExchange {

  /// How many times the index is asked for one answer.
  private static final int MAX_CHOICES = 10;

  private static final String NOT_YET =
      "What is latest is not known at the moment, for instance because the server has just started:"
          + " ask again";

  private final LatestQuery query;
  private final Map<String, Long> forgotten = new TreeMap<>();

  private int choices;

  /// How many of those were looked at.
  private int looked;

  /// Everything up to here was looked at.
  private long position;

  /// @param visitor whose rights count
  /// @param form how events are written
  /// @param active how many such answers are under way
  LatestExchange(
      HttpConnection connection,
      Hub hub,
      Visitor visitor,
      LatestQuery query,
      EventsForm form,
      AtomicInteger active) {
    super(connection, hub, visitor, query.events(), form, active, false);
    this.query = query;
    this.position = query.after();
  }

  @Override
  void begin(LogState state) {
    onceReached(query.after(), state, now -> choose());
  }

  private void choose() {
    if (!mayGoOn() || waits(this::choose)) {
      return;
    }
    choices++;
    spendLook();
    hub.latest()
        .choose(
            filter,
            position,
            Long.MAX_VALUE,
            isCrowded() ? Limits.CROWDED_KEYS : Limits.MAX_LATEST_EVENTS,
            false)
        .toCompletableFuture()
        .orTimeout(Limits.LATEST_WAIT_MILLIS, TimeUnit.MILLISECONDS)
        .whenComplete((these, failure) ->
            later(() -> {
              if (failure == null) {
                chosen(these);
              } else {
                unavailable(NOT_YET);
              }
            }));
  }

  private void chosen(LatestEvents.Chosen these) {
    looked = 0;
    forgotten.putAll(these.forgotten());
    readOn(these);
  }

  private void readOn(LatestEvents.Chosen from) {
    if (!mayGoOn() || waits(() -> readOn(from))) {
      return;
    }
    if (looked == from.sequences().length) {
      if (from.more() && choices < MAX_CHOICES) {
        choose();
      } else {
        answer(from, from.more());
      }
      return;
    }
    int end = Math.min(looked + EventLog.MAX_EACH, from.sequences().length);
    CompletionStage<Page> page =
        hub.readEach(Arrays.copyOfRange(from.sequences(), looked, end), LogPages.PAGE_BYTES);
    if (!page.toCompletableFuture().isDone()) {
      spendLook();
    }
    take(page, read -> page(from, read));
  }

  private void page(LatestEvents.Chosen from, Page page) {
    // Before the oldest one it is gone, as everything there.
    long oldest = hub.log().state().oldest();
    for (Stretch lost : page.lost()) {
      if (lost.from() >= oldest) {
        addGap(lost.from(), lost.to());
      }
    }
    for (LoggedEvent event : page.events()) {
      if (wants(event)) {
        if (found >= query.limit() || !add(event)) {
          position = event.sequence() - 1;
          answer(from, true);
          return;
        }
      }
    }
    while (looked < from.sequences().length && from.sequences()[looked] <= page.position()) {
      looked++;
    }
    position = page.position();
    readOn(from);
  }

  /// @param more whether there may be others after the position
  private void answer(LatestEvents.Chosen from, boolean more) {
    long end = more ? position : from.position();
    // What is damaged may have been the newest of a key, or newer than what is taken for it.
    for (Stretch lost : hub.log().state().unreadable()) {
      long first = Math.max(lost.from(), query.after() + 1);
      if (first <= Math.min(lost.to(), end)) {
        addGap(first, Math.min(lost.to(), end));
      }
    }
    sortGaps();
    ObjectNode rest = Json.object().put("sequence", from.position());
    if (more) {
      rest.put("next_since", position);
    }
    if (!forgotten.isEmpty()) {
      forgotten.forEach(rest.putObject("forgotten")::put);
    }
    answer(rest);
  }
}
