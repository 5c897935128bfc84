package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEventWriter;
import dev.tocsin.describe.CloudEvents;
import dev.tocsin.http.Allowance;
import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.http.Turns;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/v1/events`: events of the log, oldest or newest first, a page an answer.
///
/// The answer ends at the limit, or when it grows too large; `next_since`, newest first `next_before`, says
/// where to go on. Each step, a page or a part of the answer, is a turn ([Turns]): hundreds who ask for large pages hold
/// up nobody else.
final class HistoryExchange extends BodyExchange implements Turns.Waiting {

  private final Hub hub;
  private final Visitor visitor;
  private final HistoryQuery query;
  private final HistoryForm form;
  private final @Nullable String source;
  private final AtomicInteger active;
  private final Turns turns;
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();
  private final List<Stretch> gaps = new ArrayList<>(0);
  private final Queue<Runnable> steps = new ArrayDeque<>(1);
  private TypeFilter filter = TypeFilter.ALL;

  /// What was granted when it began; a change would let events through that are not granted any more.
  private @Nullable Access access;

  /// What is wanted of these types; `null` for everything.
  private @Nullable EventFilter wanted;

  private String epoch = "";

  /// Writes CloudEvents, once the epoch is known; `null` where envelopes are asked for.
  private @Nullable CloudEventWriter cloudEvents;

  /// The bounds as positions: wanted is what stands after the first, up to the last.
  private long after;

  private long upTo;

  /// How far it has looked: oldest first everything up to here, newest first everything after it.
  private long position;

  private int found;

  /// Whether it has a page that others may be waiting for.
  private boolean holding;

  /// Whether it was answered, or nobody waits for the answer any more.
  private boolean over;

  /// @param visitor whose rights count
  /// @param form how events are written
  /// @param source what CloudEvents say where they come from; `null` for what is usual
  /// @param active how many history answers are under way
  HistoryExchange(
      HttpConnection connection,
      Hub hub,
      Visitor visitor,
      HistoryQuery query,
      HistoryForm form,
      @Nullable String source,
      AtomicInteger active) {
    super(connection);
    this.turns = connection.loop().turns();
    this.active = active;
    active.incrementAndGet();
    this.hub = hub;
    this.visitor = visitor;
    this.query = query;
    this.form = form;
    this.source = source;
  }

  @Override
  protected void ended() {
    over = true;
    active.decrementAndGet();
  }

  @Override
  protected void complete(byte[] body) {
    access = visitor.access().orElse(null);
    if (access == null) {
      respond(Door.unauthenticated());
      return;
    }
    LogState state = hub.log().state();
    epoch = state.epoch();
    if (form != HistoryForm.ENVELOPES) {
      cloudEvents = new CloudEventWriter(hub.catalog(), epoch, source);
    }
    EventFilter asked =
        hub.filter(query.events().patterns(), query.events().where(), access.rights().subscribe());
    filter = asked == null ? TypeFilter.ALL : asked.types();
    // By their types alone, the log has chosen already.
    wanted = asked == null || asked.isByType() ? null : asked;
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
                String begin = form == HistoryForm.BATCH ? "[" : "{\"events\":[";
                events.writeBytes(begin.getBytes(StandardCharsets.US_ASCII));
                readOn();
              });
        });
  }

  /// Each question to the log counts: who asks and asks keeps its reader from others.
  private void spendLook() {
    allowance().spend(Limits.LOOK_NANOS);
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
    if (allowance().isInDebt()) {
      steps.add(this::readOn);
      turns.await(this);
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

  /// Goes on with what a question to the log is answered with, on the event loop.
  private <T> void take(CompletionStage<T> answer, Consumer<T> next) {
    answer.whenComplete((value, failure) -> {
      if (failure == null) {
        later(() -> next.accept(value));
      } else {
        later(this::unreadable);
      }
    });
  }

  /// Goes on when it is this one's turn, unless the connection has gone meanwhile. Any thread may call it.
  private void later(Runnable step) {
    inTurn(() -> {
      if (!over) {
        step.run();
      }
    });
  }

  private void inTurn(Runnable step) {
    connection()
        .onLoopLater(() -> {
          steps.add(step);
          turns.await(this);
        });
  }

  /// Whoever holds a page of those that all share waits for no debt: others may want one.
  @Override
  public Allowance allowance() {
    return holding ? connection().loop().allowances().free() : connection().allowance();
  }

  @Override
  public void goOn() {
    Runnable step = steps.poll();
    turns.goOnUnder(connection().allowance());
    if (step != null) {
      connection().onLoop(step);
    }
    if (!steps.isEmpty()) {
      turns.await(this);
    }
  }

  /// A step is a page at the most.
  @Override
  public int waitingBytes() {
    return LogPages.PAGE_BYTES;
  }

  /// Whether what is granted is what it was at the beginning; otherwise the answer says so.
  private boolean mayGoOn() {
    Access now = visitor.access().orElse(null);
    if (now == null) {
      respond(Door.unauthenticated());
    } else if (!now.equals(access)) {
      unavailable("What this credential allows has changed: ask again");
    }
    return now != null && now.equals(access);
  }

  private final class Fetched implements LogPages.Reader {

    @Override
    public void page(LogPages.Lease lease) {
      connection()
          .onLoopLater(() -> {
            holding = true;
            steps.add(() -> take(lease));
            turns.await(HistoryExchange.this);
          });
    }

    private void take(LogPages.Lease lease) {
      holding = false;
      try (lease) {
        if (!over) {
          HistoryExchange.this.page(lease.page());
        }
      }
    }

    @Override
    public void failed(Throwable failure, long retryMillis) {
      later(HistoryExchange.this::unreadable);
    }
  }

  private void unreadable() {
    unavailable("The log cannot be read at the moment");
  }

  private void unavailable(String reason) {
    respond(Response.problem(Problem.unavailable(reason)));
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

  private boolean wants(LoggedEvent event) {
    return wanted == null || wanted.wants(event);
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

  /// What touches the gap before it is a part of it: the log may have found them one by one.
  private void addGap(long from, long to) {
    Stretch last = gaps.isEmpty() ? null : gaps.getLast();
    if (last != null && from <= last.to() + 1 && to >= last.from() - 1) {
      gaps.removeLast();
      gaps.add(new Stretch(Math.min(from, last.from()), Math.max(to, last.to())));
    } else {
      gaps.add(new Stretch(from, to));
    }
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

  /// Adds an event, unless there is no room for it in this answer.
  private boolean add(LoggedEvent event) {
    byte[] json = event.event().json();
    if (found > 0 && events.size() + json.length > maxBytes()) {
      return false;
    }
    if (found++ > 0) {
      events.write(',');
    }
    if (cloudEvents == null) {
      events.writeBytes(json);
      events.writeBytes(
          (",\"sequence\":" + event.sequence() + "}").getBytes(StandardCharsets.US_ASCII));
    } else {
      cloudEvents.write(event.event(), event.sequence(), events::write);
    }
    return true;
  }

  private int maxBytes() {
    int share = Limits.HISTORY_BYTES / Math.max(1, active.get());
    return Math.clamp(share, Limits.MIN_HISTORY_BYTES, Limits.MAX_HISTORY_BYTES);
  }

  private void answer() {
    if (!mayGoOn()) {
      return;
    }
    if (!epoch.equals(hub.log().state().epoch())) {
      unavailable("The log has begun a new epoch: ask again");
      return;
    }
    if (form == HistoryForm.BATCH) {
      events.write(']');
      respond(batch());
      return;
    }
    byte[] members = Json.bytes(rest());
    // They follow the events in the same object.
    members[0] = ',';
    events.write(']');
    events.writeBytes(members);
    respond(Response.json(HttpResponseStatus.OK, events.toByteArray()));
  }

  /// What is told beside the events.
  private ObjectNode rest() {
    ObjectNode rest = Json.object();
    if (!gaps.isEmpty()) {
      ArrayNode list = rest.putArray("gaps");
      gaps.forEach(gap -> list.addObject().put("from", gap.from()).put("to", gap.to()));
    }
    if (query.newestFirst()) {
      rest.put("next_before", position + 1);
    } else {
      rest.put("next_since", position);
    }
    rest.put("epoch", epoch);
    List<EventPattern> patterns = query.events().patterns();
    PatternWarnings.put(
        patterns == null || access == null
            ? List.of()
            : hub.warnings(patterns, query.events().where(), access.rights().subscribe()),
        rest);
    return rest;
  }

  /// An array has no room for what else there is to tell: headers have.
  private Response batch() {
    Response batch =
        new Response(HttpResponseStatus.OK, CloudEvents.BATCH, events.toByteArray(), Map.of())
            .with(
                query.newestFirst() ? "Tocsin-Next-Before" : "Tocsin-Next-Since",
                String.valueOf(query.newestFirst() ? position + 1 : position))
            .with("Tocsin-Epoch", epoch);
    return gaps.isEmpty()
        ? batch
        : batch.with(
            "Tocsin-Gaps",
            gaps.stream()
                .limit(Limits.MAX_GAPS_IN_HEADER)
                .map(gap -> gap.from() + "-" + gap.to())
                .collect(Collectors.joining(", ")));
  }
}
