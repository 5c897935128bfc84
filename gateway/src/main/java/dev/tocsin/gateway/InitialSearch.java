package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage.Initial;
import dev.tocsin.http.Allowance;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.Turns;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Looks for the events with which a subscription begins, from the newest back, while its connection stands still. Belongs to
/// the event loop; each page is a turn ([Turns]).
///
/// It keeps sequences alone. When it has taken [Limits#INITIAL_MILLIS], what was found counts.
final class InitialSearch implements Turns.Waiting {

  private final Hub hub;
  private final Turns turns;
  private final LoopTasks tasks;
  private final Allowance allowance;
  private final TypeFilter types;
  private final @Nullable EventFilter filter;
  private final long upTo;
  private final ReplayRoom room;
  private final Consumer<@Nullable Found> done;
  private final LongSupplier uptimeMillis;
  private final long endMillis;

  /// What there is to begin with when nothing could be looked for.
  static final Found NONE_FOUND = new Found(new long[0], false);

  /// What was found, the newest first.
  private long[] sequences = new long[16];

  private int count;
  private @Nullable Runnable step;

  /// What it keeps of what the index has chosen.
  private long heldBytes;

  private boolean over;

  /// What was found.
  ///
  /// @param sequences ascending
  /// @param complete whether there are no others that were asked for
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Found(long[] sequences, boolean complete) {}

  /// @param filter what is wanted of what may be read; `null` for everything
  /// @param upTo where the connection stands: what is after it comes live
  /// @param done given `null` when nothing could be looked for at the moment
  private InitialSearch(
      GatewayContext context,
      Loop loop,
      Allowance allowance,
      @Nullable EventFilter filter,
      long upTo,
      Consumer<@Nullable Found> done) {
    this.room = context.replayRoom();
    this.hub = context.hub();
    this.turns = loop.connections().turns();
    this.tasks = loop.connections().tasks();
    this.allowance = allowance;
    this.types = filter == null ? TypeFilter.ALL : filter.types();
    // By their types alone, the log and the index have chosen already.
    this.filter = filter == null || filter.isByType() ? null : filter;
    this.upTo = upTo;
    this.done = done;
    this.uptimeMillis = context.http()::uptimeMillis;
    this.endMillis = uptimeMillis.getAsLong() + Limits.INITIAL_MILLIS;
  }

  /// Begins to look, see the constructor.
  ///
  /// @return to be left when nobody waits any more
  static InitialSearch begin(
      GatewayContext context,
      Loop loop,
      Allowance allowance,
      Initial wish,
      @Nullable EventFilter filter,
      long upTo,
      Consumer<@Nullable Found> done) {
    InitialSearch search = new InitialSearch(context, loop, allowance, filter, upTo, done);
    switch (wish) {
      case Initial.Last(long most) -> search.lookBack(upTo, most);
      case Initial.Latest latest -> search.choose();
    }
    return search;
  }

  /// Nobody waits any more.
  void leave() {
    over = true;
    turns.leave(this);
    release();
  }

  /// What was chosen is let go of.
  private void release() {
    room.giveBack(heldBytes);
    heldBytes = 0;
  }

  private void lookBack(long position, long most) {
    int wanted = (int) Math.min(most, Limits.MAX_INITIAL_LAST);
    if (count == wanted || position < hub.log().state().oldest()) {
      // Cut short, it may be that there are others; whoever asked for no more has them all.
      finish(most <= Limits.MAX_INITIAL_LAST || position < hub.log().state().oldest());
      return;
    }
    if (isLate()) {
      finish(false);
      return;
    }
    allowance.spend(Limits.LOOK_NANOS);
    take(
        hub.log()
            .readBack(
                position + 1,
                types,
                Math.min(wanted - count, LogPages.PAGE_EVENTS),
                LogPages.PAGE_BYTES),
        page -> {
          for (LoggedEvent event : page.events()) {
            add(event);
          }
          lookBack(Math.min(page.position(), position - 1), most);
        });
  }

  private void choose() {
    allowance.spend(Limits.LOOK_NANOS);
    take(
        hub.latest()
            .choose(types, 0, upTo, Limits.MAX_LATEST_EVENTS, true)
            .toCompletableFuture()
            .orTimeout(Limits.INITIAL_MILLIS, TimeUnit.MILLISECONDS),
        chosen -> {
          if (room.isFull()) {
            // Those who read nothing hold it, and are ended soon.
            give(null);
            return;
          }
          heldBytes = (long) Long.BYTES * chosen.sequences().length;
          room.take(heldBytes);
          boolean complete = !chosen.more() && chosen.forgotten().isEmpty();
          if (filter == null) {
            give(new Found(chosen.sequences(), complete));
          } else {
            judge(chosen.sequences(), chosen.sequences().length, complete);
          }
        });
  }

  /// Looks which of the newest events are wanted, from the last one back.
  private void judge(long[] chosen, int end, boolean complete) {
    if (end == 0 || isLate()) {
      finish(complete && end == 0);
      return;
    }
    int from = Math.max(0, end - EventLog.MAX_EACH);
    judge(chosen, from, from, end, complete);
  }

  private void judge(long[] chosen, int from, int next, int end, boolean complete) {
    CompletionStage<Page> page =
        hub.readEach(Arrays.copyOfRange(chosen, next, end), LogPages.PAGE_BYTES);
    if (!page.toCompletableFuture().isDone()) {
      allowance.spend(Limits.LOOK_NANOS);
    }
    take(
        page,
        read -> {
          read.events().forEach(this::add);
          int after = next;
          while (after < end && chosen[after] <= read.position()) {
            after++;
          }
          if (after < end) {
            judge(chosen, from, after, end, complete);
          } else {
            judge(chosen, from, complete);
          }
        });
  }

  private void add(LoggedEvent event) {
    if (filter == null || filter.wants(event)) {
      if (count == sequences.length) {
        sequences = Arrays.copyOf(sequences, 2 * count);
      }
      sequences[count++] = event.sequence();
    }
  }

  private boolean isLate() {
    return uptimeMillis.getAsLong() > endMillis;
  }

  private void finish(boolean complete) {
    long[] found = Arrays.copyOf(sequences, count);
    Arrays.sort(found);
    give(new Found(found, complete));
  }

  private void give(@Nullable Found found) {
    release();
    over = true;
    done.accept(found);
  }

  /// Goes on with an answer of the log or of the index, when it is this one's turn.
  private <T> void take(CompletionStage<T> answer, Consumer<T> next) {
    answer.whenComplete((value, failure) ->
        tasks.execute(() -> {
          if (over) {
            return;
          }
          step =
              () -> {
                if (failure == null) {
                  next.accept(value);
                } else {
                  give(null);
                }
              };
          turns.await(this);
        }));
  }

  @Override
  public void goOn() {
    Runnable next = step;
    step = null;
    if (next != null && !over) {
      next.run();
    }
  }

  @Override
  public int waitingBytes() {
    return LogPages.PAGE_BYTES;
  }

  @Override
  public Allowance allowance() {
    return allowance;
  }
}
