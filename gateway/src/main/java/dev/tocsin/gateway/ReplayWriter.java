package dev.tocsin.gateway;

import dev.tocsin.http.Allowance;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.Turns;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.Replay;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Writes a [Replay] to its connection: pages of the log, each when the socket has taken the one before, and what the
/// connection has had of the loop's time is paid ([Turns]). Belongs to the event loop.
final class ReplayWriter implements Turns.Waiting, ReplayTurns.Member {

  private final GatewayContext context;
  private final Loop loop;
  private final LoopTasks tasks;
  private final LiveConnection connection;
  private final Channel channel;
  private final Replay<LiveConnection> replay;
  private final Allowance allowance;
  private final Runnable caughtUp;
  private LogPages.@Nullable Lease fetched;
  private boolean ended;

  /// Nothing is written before [#awaitTurn].
  ///
  /// @param allowance under which it is counted
  /// @param caughtUp called when the connection is on the live path again
  ReplayWriter(
      GatewayContext context,
      Loop loop,
      LiveConnection connection,
      Channel channel,
      Replay<LiveConnection> replay,
      Allowance allowance,
      Runnable caughtUp) {
    this.context = context;
    this.loop = loop;
    this.tasks = loop.connections().tasks();
    this.connection = connection;
    this.channel = channel;
    this.replay = replay;
    this.allowance = allowance;
    this.caughtUp = caughtUp;
    context.replayRoom().begin();
  }

  /// See [Replay#position].
  long position() {
    return replay.position();
  }

  /// See [Replay#tellPosition].
  long tellPosition() {
    return replay.tellPosition();
  }

  /// Puts the next page in line.
  void awaitTurn() {
    if (allowance.isInDebt()) {
      loop.connections().turns().await(this);
    } else {
      goOn();
    }
  }

  @Override
  public void goOn() {
    loop.replayTurns().await(this);
  }

  @Override
  public int waitingBytes() {
    return 0;
  }

  @Override
  public Allowance allowance() {
    return allowance;
  }

  /// Lets go of it: the connection has ended, or has asked for something else.
  void end() {
    if (!ended) {
      ended = true;
      loop.connections().turns().leave(this);
      letGo();
      context.replayRoom().end();
    }
  }

  @Override
  public void letGo() {
    if (fetched != null) {
      fetched.close();
      fetched = null;
    }
  }

  @Override
  public void turn(int maxBytes) {
    if (ended || !channel.isActive()) {
      letGo();
      return;
    }
    if (fetched == null && allowance.isInDebt()) {
      awaitTurn();
      return;
    }
    boolean counted = loop.connections().turns().begin(allowance);
    try {
      advance(maxBytes);
    } catch (RuntimeException | Error e) {
      channel.pipeline().fireExceptionCaught(e);
    } finally {
      if (counted) {
        loop.connections().turns().end();
      }
    }
  }

  private void advance(int share) {
    int maxBytes = connection.form().pageBytes(share);
    FormPage encoded = new FormPage(connection.form(), loop.plainTypes(), channel.alloc());
    Replay.Progress progress;
    try {
      LogPages.Lease page = fetched;
      progress =
          page == null
              ? replay.advance(maxBytes, encoded)
              : replay.take(page.page(), page.filter(), maxBytes, encoded);
    } catch (RuntimeException | Error e) {
      encoded.discard();
      throw e;
    } finally {
      letGo();
    }
    switch (progress) {
      case NOT_HELD -> fetch();
      // The connection is about to be closed, see Loop.
      case ENDED -> end();
      case MORE, CAUGHT_UP -> go(progress == Replay.Progress.MORE, encoded);
    }
  }

  private void fetch() {
    allowance.spend(Limits.REPLAY_LOOK_NANOS);
    context.hub().pages().read(replay.position(), replay.filter(), new Fetched());
  }

  /// A page of the log has come, perhaps for many at the same time: it is worked on when it is this one's
  /// turn.
  private final class Fetched implements LogPages.Reader {

    @Override
    public void page(LogPages.Lease lease) {
      tasks.execute(() -> arrived(lease));
    }

    @Override
    public void failed(Throwable failure, long retryMillis) {
      tasks.after(ReplayWriter.this::awaitTurn, retryMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void arrived(LogPages.Lease lease) {
    if (ended || context.replayRoom().isFull()) {
      lease.close();
    } else {
      fetched = lease;
    }
    if (!ended) {
      // It has been paid for; waiting with it would keep others from theirs.
      goOn();
    }
  }

  private void go(boolean more, FormPage page) {
    if (!more) {
      end();
      caughtUp.run();
    }
    ByteBuf encoded = page.finish();
    if (encoded != null) {
      long bytes = encoded.capacity();
      context.replayRoom().take(bytes);
      connection
          .sendAndTell(encoded)
          .addListener(done -> {
            context.replayRoom().giveBack(bytes);
            if (more && done.isSuccess()) {
              awaitTurn();
            }
          });
    } else if (more) {
      awaitTurn();
    }
  }
}
