package dev.tocsin.gateway;

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
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer that holds events of the log, made in steps: each question to the log, each page and the answer itself is a turn
/// ([Turns]), and counts as its asker's. Hundreds who ask for large pages hold up nobody else.
abstract class EventsExchange extends BodyExchange implements Turns.Waiting {

  final Hub hub;
  private final Visitor visitor;
  private final PatternQuery patterns;
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

  /// How many events were added.
  int found;

  /// Whether it has a page that others may be waiting for.
  private boolean holding;

  /// Whether it was answered, or nobody waits for the answer any more.
  private boolean over;

  /// @param visitor whose rights count
  /// @param patterns which events are asked for
  /// @param active how many such answers are under way
  /// @param reversed whether the events come in the order opposite to that of the answer
  EventsExchange(
      HttpConnection connection,
      Hub hub,
      Visitor visitor,
      PatternQuery patterns,
      AtomicInteger active,
      boolean reversed) {
    super(connection);
    this.turns = connection.loop().turns();
    this.active = active;
    active.incrementAndGet();
    this.hub = hub;
    this.visitor = visitor;
    this.patterns = patterns;
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
    events.writeBytes("{\"events\":[".getBytes(StandardCharsets.US_ASCII));
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

  private void unavailable(String reason) {
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
    byte[] end = (",\"sequence\":" + event.sequence() + "}").getBytes(StandardCharsets.US_ASCII);
    bytes += json.length + end.length + 1;
    if (reversed == null) {
      if (found > 0) {
        events.write(',');
      }
      events.writeBytes(json);
      events.writeBytes(end);
    } else {
      byte[] whole = Arrays.copyOf(json, json.length + end.length);
      System.arraycopy(end, 0, whole, json.length, end.length);
      reversed.addFirst(whole);
    }
    found++;
    return true;
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
    byte[] members = Json.bytes(rest);
    // They follow the events in the same object.
    members[0] = ',';
    if (reversed != null) {
      String comma = "";
      for (byte[] event : reversed) {
        events.writeBytes(comma.getBytes(StandardCharsets.US_ASCII));
        events.writeBytes(event);
        comma = ",";
      }
    }
    events.write(']');
    events.writeBytes(members);
    respond(Response.json(HttpResponseStatus.OK, events.toByteArray()));
  }

  /// Puts the gaps in the order of the log.
  final void sortGaps() {
    List<Stretch> found = new ArrayList<>(gaps);
    found.sort(Comparator.comparingLong(Stretch::from));
    gaps.clear();
    found.forEach(gap -> addGap(gap.from(), gap.to()));
  }
}
