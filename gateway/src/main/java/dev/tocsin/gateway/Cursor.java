package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.http.Allowance;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Replay;
import dev.tocsin.hub.Shard;
import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where a connection stands on the log: with its shard at the head, or lagging, on a [Replay] of its own.
/// Belongs to the event loop.
///
/// ```
/// LIVE ──too much to take, or more than memory holds──> LEAVING ──next task──> REPLAYING
///   ├───────────────────────────── resume ───────────────────────────────────────^ ^ │
///   ├──resume from a position that has not come here yet──> AWAITING ──it has──────┘ │
///   ^──────────────────────────────── at the head again ─────────────────────────────┘
/// ```
///
/// Where a subscription begins with events of the past, the connection stands still ([#begin]) until they are found, is
/// then given them ([#giveInitial]), and goes on as a replay from where it stood.
final class Cursor {

  /// The same for all: it says nothing more.
  private static final State LIVE = new State.Live();

  private final GatewayContext context;
  private final Loop loop;
  private final LoopTasks tasks;
  private final Channel channel;
  private final LiveConnection connection;
  private State state = LIVE;

  /// Whether the replay begins when the socket has taken what was written to it.
  private boolean needsRoom;

  /// Looks for the events with which a subscription begins; `null` before the first that asks for some.
  private @Nullable InitialSearch search;

  private sealed interface State {

    /// With the shard.
    record Live() implements State {}

    /// With the shard, which does not know yet that the connection takes no more.
    ///
    /// @param after the position from which it reads on
    /// @param previous what the next event says
    record Leaving(long after, long previous) implements State {}

    /// Off the live path, and not yet reading either.
    record Awaiting(ReplayWriter writer) implements State {}

    /// Given the events with which a subscription begins; after that it reads the log.
    record Beginning(InitialWriter initial, ReplayWriter writer) implements State {}

    /// Reading the log.
    record Replaying(ReplayWriter writer) implements State {}

    /// Nowhere any more.
    record Ended() implements State {}
  }

  /// Takes the answer to a resumption, which goes out before anything that follows it.
  interface Answer {

    /// Gives it.
    ///
    /// @param since the position from which it goes on
    /// @param complete whether nothing was missed
    void give(byte[] message, long since, boolean complete);
  }

  Cursor(GatewayContext context, Loop loop, Channel channel, LiveConnection connection) {
    this.context = context;
    this.loop = loop;
    this.tasks = loop.connections().tasks();
    this.channel = channel;
    this.connection = connection;
  }

  /// The position, which the connection is told now: everything up to this sequence that it wants has
  /// been sent.
  long tellPosition() {
    // May send what is left of the turn, and that may be too much.
    long atHead = loop.shard().positionOf(connection);
    leaveLivePath();
    return switch (state) {
      case State.Awaiting(ReplayWriter writer) -> writer.tellPosition();
      case State.Beginning(InitialWriter initial, ReplayWriter writer) -> writer.tellPosition();
      case State.Replaying(ReplayWriter writer) -> writer.tellPosition();
      case State.Leaving leaving -> leaving.after();
      case State.Live live -> atHead;
      case State.Ended ended -> atHead;
    };
  }

  /// Takes what a subscription begins with.
  interface Beginning {

    /// Takes it. The connection goes on with [#giveInitial] or [#goOn].
    ///
    /// @param at where the connection stands, which it has to be told
    /// @param found `null` when nothing could be looked for at the moment
    void take(long at, InitialSearch.@Nullable Found found);
  }

  /// Stands still, off the live path, and looks for the events with which a subscription begins. Those of an earlier one have
  /// been given.
  ///
  /// @param filter what is wanted of what may be read then; it may give `null` for everything
  void begin(
      ClientMessage.Initial wish, Supplier<@Nullable EventFilter> filter, Beginning beginning) {
    // At the head, if it is live: what was acknowledged before is of the past.
    loop.shard().catchUp(connection);
    beginAt(tellPosition(), wish, filter, beginning);
  }

  /// The same of a connection that has just joined and was told nothing yet: it stands still where it has joined. What has come
  /// since then is for after the beginning.
  ///
  /// @param at where it has joined
  void beginAt(
      long at,
      ClientMessage.Initial wish,
      Supplier<@Nullable EventFilter> filter,
      Beginning beginning) {
    enter(
        new State.Awaiting(
            writer(loop.shard().replay(connection, at, at), connection.allowance())));
    search =
        InitialSearch.begin(
            context,
            loop,
            connection.allowance(),
            wish,
            filter.get(),
            at,
            found -> connection.together(() -> beginning.take(at, found)));
  }

  /// Goes on after standing still.
  void goOn() {
    if (state instanceof State.Awaiting(ReplayWriter writer)) {
      goOn(writer);
    }
  }

  private void goOn(ReplayWriter writer) {
    state = new State.Replaying(writer);
    needsRoom = !channel.isWritable();
    if (!needsRoom) {
      writer.awaitTurn();
    }
  }

  /// Gives the connection the events with which its subscription begins, and goes on.
  ///
  /// @param sequences ascending, none after where it stands
  /// @param given called when the socket has taken them, unless the connection ends before
  void giveInitial(long[] sequences, Runnable given) {
    if (state instanceof State.Awaiting(ReplayWriter writer)) {
      InitialWriter initial =
          new InitialWriter(
              context,
              loop,
              connection,
              channel,
              sequences,
              () ->
                  connection.together(() -> {
                    goOn(writer);
                    given.run();
                  }));
      state = new State.Beginning(initial, writer);
      needsRoom = !channel.isWritable();
      if (!needsRoom) {
        initial.awaitTurn();
      }
    }
  }

  /// Goes back to a position, or says why not. One that another server has told, or its epoch, may not have come here
  /// yet: it is waited for, [Limits#REACH_TIME] at the longest.
  ///
  /// @param newest the position that the connection has been told last, when it is at the head
  void resume(ClientMessage.Resume wish, long newest, Answer answer) {
    Shard<LiveConnection> shard = loop.shard();
    String foreign = isForeign(wish) ? wish.epoch() : null;
    if (foreign == null && wish.since() <= newest) {
      resumeNow(wish, newest, answer);
      return;
    }
    EventLog log = context.hub().log();
    CompletableFuture<?> reached =
        foreign == null
            ? log.reach(wish.since(), Limits.REACH_TIME).toCompletableFuture()
            : log.awaitEpoch(foreign, Limits.REACH_TIME).toCompletableFuture();
    // Nothing may come before the answer.
    enter(
        new State.Awaiting(
            writer(shard.replay(connection, newest, newest), connection.allowance())));
    if (reached.isDone()) {
      resumeNow(wish, shard.catchUp(connection), answer);
    } else {
      reached.whenComplete((position, failure) ->
          tasks.execute(() -> connection.together(() -> goOn(wish, answer))));
    }
  }

  private void goOn(ClientMessage.Resume wish, Answer answer) {
    if (!(state instanceof State.Ended)) {
      resumeNow(wish, loop.shard().catchUp(connection), answer);
    }
  }

  private boolean isForeign(ClientMessage.Resume wish) {
    return wish.epoch() != null && !wish.epoch().equals(loop.shard().epoch());
  }

  private void resumeNow(ClientMessage.Resume wish, long newest, Answer answer) {
    Shard<LiveConnection> shard = loop.shard();
    long oldest = context.hub().log().state().oldest();
    boolean foreign = isForeign(wish);
    if (foreign || wish.since() > newest) {
      replay(shard.replay(connection, newest, newest), connection.allowance());
      String reason = foreign ? "epoch_changed" : "ahead";
      answer.give(
          ServerMessages.resumedInPart(wish.id(), newest, newest, reason, oldest), newest, false);
      return;
    }
    long since = Math.min(Math.max(wish.since(), oldest - 1), newest);
    replay(shard.replay(connection, since, since), connection.allowance());
    boolean complete = since == wish.since();
    answer.give(
        complete
            ? ServerMessages.resumed(wish.id(), since, newest)
            : ServerMessages.resumedInPart(wish.id(), since, newest, "truncated", oldest),
        since,
        complete);
  }

  /// Leaves the live path, as soon as the shard has done its turn, and reads on from a position.
  ///
  /// @param previous what the first event says
  void lag(long after, long previous) {
    if (state instanceof State.Live) {
      state = new State.Leaving(after, previous);
      // The shard is at work; its members change only after that.
      tasks.execute(() -> connection.together(this::leaveLivePath));
    }
  }

  /// Whether the connection takes no more from the shard, although that does not know it yet.
  boolean isLeaving() {
    return state instanceof State.Leaving;
  }

  private void leaveLivePath() {
    if (state instanceof State.Leaving(long after, long previous)) {
      // Takes nothing of what is sent to its audience before it is out: it is leaving until then.
      // It would have had the same live: that there is so much is the producers' doing.
      replay(
          loop.shard().replay(connection, after, previous), loop.connections().allowances().free());
    }
  }

  /// Reads the log from now on, until it has caught up.
  ///
  /// @param allowance under which that is counted
  private void replay(Replay<LiveConnection> replay, Allowance allowance) {
    ReplayWriter writer = writer(replay, allowance);
    enter(new State.Replaying(writer));
    needsRoom = !channel.isWritable();
    if (!needsRoom) {
      writer.awaitTurn();
    }
  }

  private ReplayWriter writer(Replay<LiveConnection> replay, Allowance allowance) {
    return new ReplayWriter(context, loop, connection, channel, replay, allowance, this::caughtUp);
  }

  private void caughtUp() {
    state = LIVE;
  }

  private void enter(State next) {
    switch (state) {
      case State.Awaiting(ReplayWriter writer) -> writer.end();
      case State.Beginning(InitialWriter initial, ReplayWriter writer) -> {
        initial.end();
        writer.end();
      }
      case State.Replaying(ReplayWriter writer) -> writer.end();
      case State.Live live -> {}
      case State.Leaving leaving -> {}
      case State.Ended ended -> {}
    }
    state = next;
  }

  /// The position, without telling it.
  long position() {
    return switch (state) {
      case State.Awaiting(ReplayWriter writer) -> writer.position();
      case State.Beginning(InitialWriter initial, ReplayWriter writer) -> writer.position();
      case State.Replaying(ReplayWriter writer) -> writer.position();
      case State.Leaving leaving -> leaving.after();
      case State.Live live -> loop.shard().position();
      case State.Ended ended -> loop.shard().position();
    };
  }

  /// How the connection fares.
  ///
  /// @param isUnread whether its socket has something left to take
  Standing standing(boolean isUnread) {
    return switch (state) {
      case State.Live live -> Standing.LIVE;
      case State.Leaving leaving -> Standing.WAITING_FOR_SOCKET;
      case State.Awaiting awaiting -> Standing.AWAITING_POSITION;
      case State.Beginning beginning ->
          isUnread ? Standing.WAITING_FOR_SOCKET : Standing.READING_LOG;
      case State.Replaying(ReplayWriter writer) -> {
        if (needsRoom || isUnread) {
          yield Standing.WAITING_FOR_SOCKET;
        }
        if (writer.allowance().isInDebt()) {
          yield Standing.IN_DEBT;
        }
        yield context.replayRoom().isFull() ? Standing.WAITING_FOR_MEMORY : Standing.READING_LOG;
      }
      case State.Ended ended -> Standing.CLOSING;
    };
  }

  /// The socket has taken what was written to it.
  void noteRoom() {
    if (needsRoom && state instanceof State.Replaying(ReplayWriter writer)) {
      needsRoom = false;
      writer.awaitTurn();
    } else if (needsRoom
        && state instanceof State.Beginning(InitialWriter initial, ReplayWriter w)) {
      needsRoom = false;
      initial.awaitTurn();
    }
  }

  /// Whether some of the events with which its subscription begins are still to be given.
  boolean isBeginning() {
    return state instanceof State.Beginning;
  }

  /// How long the client may take nothing. Where others wait for the room that its page takes up, not long.
  long patienceMillis() {
    boolean holdsPage = state instanceof State.Replaying || isBeginning();
    return holdsPage && context.replayRoom().isShort()
        ? Math.min(context.stallMillis(), Limits.REPLAY_STALL_MILLIS)
        : context.stallMillis();
  }

  /// The connection ends.
  void end() {
    if (search != null) {
      search.leave();
    }
    enter(new State.Ended());
  }
}
