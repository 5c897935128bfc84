package dev.tocsin.server;

import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.hub.Batch;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Replay;
import dev.tocsin.hub.Shard;
import dev.tocsin.hub.ShardOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A subscription within the process: a cursor on the log, with a thread of its own, on which its [EventFollower] is called.
///
/// It is a shard with one connection. While its follower keeps up it takes what the shard hands it; when the follower has been
/// busy for so long that memory has moved on, it reads the log, as a lagging socket does. So nothing is queued, and nothing is
/// lost that the log still holds. Any thread may close it, also its follower.
public final class Following implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  /// What is taken from memory, or from a page of the log, before others of its thread's tasks have their turn, in bytes.
  private static final int TURN_BYTES = LogPages.PAGE_BYTES;

  // immutable
  private final Hub hub;
  private final EventFollower follower;
  private final @Nullable List<EventPattern> patterns;
  private final FollowerThread thread = new FollowerThread(this::restarted);
  private final Shard<Following> shard;
  private final Consumer<Following> ended;

  // any thread
  private final AtomicBoolean closed = new AtomicBoolean();

  // owned by the thread

  /// The epoch in which it stands; `null` before it begins.
  private @Nullable String joinedIn;

  /// It reads the log, or is about to: what the shard sends is not for it.
  private boolean lagging;

  private @Nullable Replay<Following> replay;
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

  /// @param patterns what is wanted; `null` for everything
  /// @param ended called once, when it is closed
  private Following(
      Hub hub,
      @Nullable List<EventPattern> patterns,
      EventFollower follower,
      Consumer<Following> ended) {
    this.hub = hub;
    this.patterns = patterns;
    this.follower = follower;
    this.ended = ended;
    this.shard = hub.newShard(thread, new Output());
  }

  /// Begins. What is published after this has returned is handed on.
  ///
  /// @param after the sequence after which it begins; `null` for the next event
  static Following start(
      Hub hub,
      @Nullable List<EventPattern> patterns,
      @Nullable Long after,
      EventFollower follower,
      Consumer<Following> ended) {
    Following following = new Following(hub, patterns, follower, ended);
    CompletableFuture<Void> begun = new CompletableFuture<>();
    following.thread.execute(() -> {
      try {
        following.begin(after);
        begun.complete(null);
      } catch (RuntimeException | Error e) {
        begun.completeExceptionally(e);
      }
    });
    try {
      begun.join();
    } catch (CompletionException e) {
      following.close();
      throw e;
    }
    return following;
  }

  private void begin(@Nullable Long after) {
    long at = shard.join(this, null, patterns, null);
    String epoch = shard.epoch();
    joinedIn = epoch;
    if (after != null && after < at) {
      // The thread goes on with it after the caller has been answered.
      long from = Math.max(0, after);
      lagging = true;
      thread.execute(() -> readOn(epoch, from, from));
    }
  }

  /// Takes what the shard sends.
  private final class Output implements ShardOutput<Following> {

    @Override
    public int send(Batch batch, List<Following> members) {
      if (lagging) {
        return 0; // it is read from the log
      }
      batch.forEach(Following.this::hand);
      return members.size();
    }

    @Override
    public long maxTurnBytes() {
      return TURN_BYTES;
    }

    @Override
    public void lag(List<Following> members, long after, long previous) {
      if (!lagging) {
        lagging = true;
        String epoch = shard.epoch();
        handOver(() -> readOn(epoch, after, previous));
      }
    }
  }

  private final Replay.Sink sink =
      new Replay.Sink() {
        @Override
        public void event(LoggedEvent event, long previous) {
          hand(event, previous);
        }

        @Override
        public void gap(long from, long to) {
          call(() -> follower.onGap(from, to));
        }
      };

  private void hand(LoggedEvent event, long previous) {
    call(() ->
        follower.onEvent(
            WebSocketEvent.fromJson(event.event().toJson(event.sequence(), previous))));
  }

  /// The one place from which the follower is called.
  private void call(Runnable call) {
    if (closed.get()) {
      return;
    }
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      LOG.atError().setCause(e).log("a follower within the process has thrown this");
    }
  }

  /// Reads the log from a position on. The shard may have gone to a new epoch since it was handed this: there the position
  /// means nothing, and what is handed on next is told by [#restarted].
  ///
  /// @param epoch in which the position counts
  private void readOn(String epoch, long after, long previous) {
    if (epoch.equals(shard.epoch())) {
      replay = shard.replay(this, after, previous);
      advance();
    }
  }

  private void advance() {
    Replay<Following> reading = replay;
    if (reading != null && !closed.get()) {
      goOn(reading, reading.advance(TURN_BYTES, sink));
    }
  }

  private void goOn(Replay<Following> reading, Replay.Progress progress) {
    switch (progress) {
      case MORE -> handOver(this::advance);
      case NOT_HELD -> hub.pages().read(reading.position(), reading.filter(), new Fetched());
      case CAUGHT_UP -> live();
      case ENDED -> {
        // The shard tells of the new epoch, if it has not yet.
      }
    }
  }

  /// It takes what the shard hands it from now on, and has been handed what came before.
  private void live() {
    replay = null;
    lagging = false;
    waiting.forEach(waiter -> waiter.complete(null));
    waiting.clear();
  }

  /// A page of the log has come.
  private final class Fetched implements LogPages.Reader {

    @Override
    public void page(LogPages.Lease lease) {
      thread.execute(() -> take(lease));
    }

    @Override
    public void failed(Throwable failure, long retryMillis) {
      CompletableFuture.delayedExecutor(retryMillis, TimeUnit.MILLISECONDS)
          .execute(() -> handOver(Following.this::advance));
    }
  }

  private void take(LogPages.Lease lease) {
    Replay.Progress progress;
    Replay<Following> reading = replay;
    try (lease) {
      if (reading == null || closed.get()) {
        return;
      }
      progress = reading.take(lease.page(), lease.filter(), TURN_BYTES, sink);
    }
    goOn(reading, progress);
  }

  /// For what nobody misses when the following has been closed meanwhile.
  private void handOver(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      // It has.
    }
  }

  /// Begins anew at the head of a new epoch, after the shard's work, unless it has begun there.
  private void restarted() {
    handOver(() -> {
      if (joinedIn == null || joinedIn.equals(shard.epoch())) {
        return;
      }
      shard.leave(this);
      long at = shard.join(this, null, patterns, null);
      String epoch = shard.epoch();
      joinedIn = epoch;
      live();
      call(() -> follower.onRestarted(epoch, at));
    });
  }

  /// Completed when the follower has been handed everything that was acknowledged before this call and that it can still be
  /// handed: nothing of an epoch that has ended, and nothing once it is closed.
  public CompletableFuture<Void> caughtUp() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      thread.execute(() -> {
        shard.catchUp(this);
        if (lagging) {
          waiting.add(done);
        } else {
          done.complete(null);
        }
      });
    } catch (RejectedExecutionException e) {
      done.complete(null);
    }
    return done;
  }

  /// Whether it is its follower that calls.
  boolean isOwnThread() {
    return thread.isCurrent();
  }

  /// Ends it. A call of the follower that is under way is not waited for; no other begins.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      hub.removeShard(shard);
      thread.execute(this::live); // nobody waits for it any longer
      thread.end();
      ended.accept(this);
    }
  }
}
