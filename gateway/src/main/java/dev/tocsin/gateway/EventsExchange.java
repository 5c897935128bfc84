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
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer that holds events of the log, made in steps: each question to the log, each page and the answer itself is a turn
/// ([Turns]), and counts as its asker's. Hundreds who ask for large pages hold up nobody else.
abstract class EventsExchange extends BodyExchange implements Turns.Waiting {

  /// The headers of a batch that say what members of the object do.
  private static final Map<String, String> POSITIONS =
      Map.of(
          "next_since", "Tocsin-Next-Since",
          "next_before", "Tocsin-Next-Before",
          "sequence", "Tocsin-Sequence");

  final Hub hub;
  private final Visitor visitor;
  private final PatternQuery patterns;
  private final EventsForm form;
  private final AtomicInteger active;
  private final Turns turns;
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();

  /// The events, the last one first, where they come in the order opposite to that of the answer; `null` where they do not.
  private final @Nullable Deque<byte[]> reversed;

  private int bytes;
  private final List<Stretch> gaps = new ArrayList<>(0);
  private final Queue<Runnable> steps = new ArrayDeque<>(1);

  /// What was granted when it began; a change would let events through that are not granted any more.
  private @Nullable Access access;

  /// What is wanted of these types; `null` for everything.
  private @Nullable EventFilter wanted;

  /// The types of which anything is wanted.
  TypeFilter filter = TypeFilter.ALL;

  private String epoch = "";

  /// Writes CloudEvents, once the epoch is known; `null` where envelopes are asked for.
  private @Nullable CloudEventWriter cloudEvents;

  /// How many events were added.
  int found;

  /// Whether it has a page that others may be waiting for.
  private boolean holding;

  /// Whether it was answered, or nobody waits for the answer any more.
  private boolean over;

  /// @param visitor whose rights count
  /// @param patterns which events are asked for
  /// @param form how they are written
  /// @param active how many such answers are under way
  /// @param reversed whether the events come in the order opposite to that of the answer
  EventsExchange(
      HttpConnection connection,
      Hub hub,
      Visitor visitor,
      PatternQuery patterns,
      EventsForm form,
      AtomicInteger active,
      boolean reversed) {
    super(connection);
    this.turns = connection.loop().turns();
    this.active = active;
    active.incrementAndGet();
    this.hub = hub;
    this.visitor = visitor;
    this.patterns = patterns;
    this.form = form;
    this.reversed = reversed ? new ArrayDeque<>() : null;
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
    EventFilter asked =
        hub.filter(patterns.patterns(), patterns.where(), access.rights().subscribe());
    filter = asked == null ? TypeFilter.ALL : asked.types();
    // By their types alone, the log has chosen already.
    wanted = asked == null || asked.isByType() ? null : asked;
    if (form.kind() != EventsForm.Kind.ENVELOPES) {
      cloudEvents = new CloudEventWriter(hub.catalog(), epoch, form.source());
    }
    events.writeBytes(ascii(form.kind() == EventsForm.Kind.BATCH ? "[" : "{\"events\":["));
    begin(state);
  }

  /// Begins to look for the events.
  abstract void begin(LogState state);

  /// Whether so many answers are under way that each has to do with little.
  final boolean isCrowded() {
    return active.get() > Limits.CROWD;
  }

  /// Each question to the log counts: who asks and asks keeps its reader from others.
  final void spendLook() {
    allowance().spend(Limits.LOOK_NANOS);
  }

  /// Goes on with what a question to the log is answered with, on the event loop.
  final <T> void take(CompletionStage<T> answer, Consumer<T> next) {
    answer.whenComplete((value, failure) -> {
      if (failure == null) {
        later(() -> next.accept(value));
      } else {
        later(this::unreadable);
      }
    });
  }

  /// Goes on once the log has come to a position that another server may have told: after [Limits#REACH_TIME] at the latest,
  /// with the log as it stands then.
  final void onceReached(long after, LogState state, Consumer<LogState> next) {
    if (after <= state.newest()) {
      next.accept(state);
      return;
    }
    take(
        hub.log().reach(after, Limits.REACH_TIME),
        reached -> {
          LogState now = hub.log().state();
          if (now.epoch().equals(state.epoch())) {
            next.accept(now);
          } else {
            unavailable("The log has begun a new epoch meanwhile: ask again");
          }
        });
  }

  /// Goes on when it is this one's turn, unless the connection has gone meanwhile. Any thread may call it.
  final void later(Runnable step) {
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
  final boolean mayGoOn() {
    Access now = visitor.access().orElse(null);
    if (now == null) {
      respond(Door.unauthenticated());
    } else if (!now.equals(access)) {
      unavailable("What this credential allows has changed: ask again");
    }
    return now != null && now.equals(access);
  }

  /// Takes a page that all share, when it is this one's turn, and gives it back. Any thread may call it.
  final void takeShared(LogPages.Lease lease, Consumer<Page> next) {
    connection()
        .onLoopLater(() -> {
          holding = true;
          steps.add(() -> {
            holding = false;
            try (lease) {
              if (!over) {
                next.accept(lease.page());
              }
            }
          });
          turns.await(this);
        });
  }

  /// Does a step when the asker's time allows it.
  ///
  /// @return whether that is later
  final boolean waits(Runnable step) {
    if (!allowance().isInDebt()) {
      return false;
    }
    steps.add(step);
    turns.await(this);
    return true;
  }

  final void unreadable() {
    unavailable("The log cannot be read at the moment");
  }

  /// The answer to whoever may ask again soon.
  final void unavailable(String reason) {
    respond(Response.problem(Problem.unavailable(reason)).with("Retry-After", "1"));
  }

  /// Whether an event of the types is wanted.
  final boolean wants(LoggedEvent event) {
    return wanted == null || wanted.wants(event);
  }

  /// What touches the gap before it is a part of it: the log may have found them one by one.
  final void addGap(long from, long to) {
    Stretch last = gaps.isEmpty() ? null : gaps.getLast();
    if (last != null && from <= last.to() + 1 && to >= last.from() - 1) {
      gaps.removeLast();
      gaps.add(new Stretch(Math.min(from, last.from()), Math.max(to, last.to())));
    } else {
      gaps.add(new Stretch(from, to));
    }
  }

  /// Adds an event, unless there is no room for it in this answer.
  final boolean add(LoggedEvent event) {
    byte[] json = event.event().json();
    if (found > 0 && bytes + json.length > maxBytes()) {
      return false;
    }
    if (reversed == null) {
      int before = events.size();
      if (found > 0) {
        events.write(',');
      }
      write(event, events);
      bytes += events.size() - before;
    } else {
      ByteArrayOutputStream whole = new ByteArrayOutputStream(json.length + 32);
      write(event, whole);
      bytes += whole.size() + 1;
      reversed.addFirst(whole.toByteArray());
    }
    found++;
    return true;
  }

  private void write(LoggedEvent event, ByteArrayOutputStream out) {
    if (cloudEvents == null) {
      out.writeBytes(event.event().json());
      out.writeBytes(ascii(",\"sequence\":" + event.sequence() + "}"));
    } else {
      cloudEvents.write(event.event(), event.sequence(), out::write);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private int maxBytes() {
    int share = Limits.HISTORY_BYTES / Math.max(1, active.get());
    return Math.clamp(share, Limits.MIN_HISTORY_BYTES, Limits.MAX_HISTORY_BYTES);
  }

  /// Answers with the events that were added.
  ///
  /// @param rest what the answer says besides
  final void answer(ObjectNode rest) {
    if (!mayGoOn()) {
      return;
    }
    if (!epoch.equals(hub.log().state().epoch())) {
      unavailable("The log has begun a new epoch: ask again");
      return;
    }
    if (reversed != null) {
      String comma = "";
      for (byte[] event : reversed) {
        events.writeBytes(ascii(comma));
        events.writeBytes(event);
        comma = ",";
      }
    }
    events.write(']');
    if (form.kind() == EventsForm.Kind.BATCH) {
      respond(batch(rest));
      return;
    }
    byte[] members = Json.bytes(whole(rest));
    // They follow the events in the same object.
    members[0] = ',';
    events.writeBytes(members);
    respond(Response.json(HttpResponseStatus.OK, events.toByteArray()));
  }

  private ObjectNode whole(ObjectNode rest) {
    if (!gaps.isEmpty()) {
      ArrayNode list = rest.putArray("gaps");
      gaps.forEach(gap -> list.addObject().put("from", gap.from()).put("to", gap.to()));
    }
    rest.put("epoch", epoch);
    List<EventPattern> asked = patterns.patterns();
    PatternWarnings.put(
        asked == null || access == null
            ? List.of()
            : hub.warnings(asked, patterns.where(), access.rights().subscribe()),
        rest);
    return rest;
  }

  /// An array has no room for what else there is to tell: headers have.
  private Response batch(ObjectNode rest) {
    Response batch =
        new Response(HttpResponseStatus.OK, CloudEvents.BATCH, events.toByteArray(), Map.of())
            .with("Tocsin-Epoch", epoch);
    for (Map.Entry<String, String> header : POSITIONS.entrySet()) {
      if (rest.has(header.getKey())) {
        batch = batch.with(header.getValue(), rest.get(header.getKey()).asString());
      }
    }
    return gaps.isEmpty()
        ? batch
        : batch.with(
            "Tocsin-Gaps",
            gaps.stream()
                .limit(Limits.MAX_GAPS_IN_HEADER)
                .map(gap -> gap.from() + "-" + gap.to())
                .collect(Collectors.joining(", ")));
  }

  /// Puts the gaps in the order of the log.
  final void sortGaps() {
    List<Stretch> found = new ArrayList<>(gaps);
    found.sort(Comparator.comparingLong(Stretch::from));
    gaps.clear();
    found.forEach(gap -> addGap(gap.from(), gap.to()));
  }
}
