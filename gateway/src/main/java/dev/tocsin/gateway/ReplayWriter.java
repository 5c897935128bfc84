package dev.tocsin.gateway;

import dev.tocsin.http.Allowance;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.Replay;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Writes a [Replay] to its connection. Belongs to the event loop.
final class ReplayWriter extends PageWriter {

  private final Replay<LiveConnection> replay;
  private final Runnable caughtUp;
  private LogPages.@Nullable Lease fetched;

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
    super(context, loop, connection, channel, allowance);
    this.replay = replay;
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

  @Override
  boolean holdsPage() {
    return fetched != null;
  }

  @Override
  void letGo() {
    if (fetched != null) {
      fetched.close();
      fetched = null;
    }
  }

  @Override
  void release() {
    context.replayRoom().end();
  }

  @Override
  void work(int share) {
    int maxBytes = connection.form().pageBytes(share);
    FormPage encoded = newPage();
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
      case MORE -> write(encoded);
      case CAUGHT_UP -> {
        end();
        caughtUp.run();
        write(encoded);
      }
    }
  }

  private void fetch() {
    allowance().spend(Limits.REPLAY_LOOK_NANOS);
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
    if (isEnded() || context.replayRoom().isFull()) {
      lease.close();
    } else {
      fetched = lease;
    }
    if (!isEnded()) {
      // It has been paid for; waiting with it would keep others from theirs.
      goOn();
    }
  }

  private void write(FormPage page) {
    ByteBuf encoded = page.finish();
    if (encoded != null) {
      send(encoded);
    } else {
      awaitTurn();
    }
  }
}
