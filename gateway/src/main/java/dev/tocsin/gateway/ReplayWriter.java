package dev.tocsin.gateway;

import dev.tocsin.http.Allowance;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.Turns;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Replay;
import dev.tocsin.websocket.FramedConnection;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Writes a [Replay] to its connection: pages of the log, each when the socket has taken the one before, and what the
/// connection has had of the loop's time is paid ([Turns]). Belongs to the event loop.
final class ReplayWriter implements Turns.Waiting {

  private static final int INITIAL_BYTES = 1_024;

  private final GatewayContext context;
  private final Loop loop;
  private final LoopTasks tasks;
  private final WebSocketConnection connection;
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
      WebSocketConnection connection,
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

  /// Gives back the page that was fetched; the next turn fetches it again.
  void letGo() {
    if (fetched != null) {
      fetched.close();
      fetched = null;
    }
  }

  /// It is this one's turn: one page, no larger than `maxBytes` of JSON and one event. A failure ends this
  /// connection and no other.
  void turn(int maxBytes) {
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
    int maxBytes =
        connection.windowBits() == FramedConnection.PLAIN
            ? share
            : Math.min(share, Limits.MAX_DEFLATED_PAGE_BYTES);
    Frames frames = new Frames();
    Replay.Progress progress;
    try {
      LogPages.Lease page = fetched;
      progress =
          page == null
              ? replay.advance(maxBytes, frames)
              : replay.take(page.page(), page.filter(), maxBytes, frames);
    } catch (RuntimeException | Error e) {
      frames.discard();
      throw e;
    } finally {
      letGo();
    }
    switch (progress) {
      case NOT_HELD -> fetch();
      // The connection is about to be closed, see Loop.
      case ENDED -> end();
      case MORE, CAUGHT_UP -> go(progress == Replay.Progress.MORE, frames);
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

  private void go(boolean more, Frames page) {
    if (!more) {
      end();
      caughtUp.run();
    }
    ByteBuf plain = page.buffer;
    if (plain != null) {
      ByteBuf frames = inItsForm(plain, page);
      long bytes = frames.capacity();
      context.replayRoom().take(bytes);
      connection
          .sendAndTell(frames)
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

  /// @param plain the frames of the page, released here or returned
  private ByteBuf inItsForm(ByteBuf plain, Frames page) {
    return switch (connection.form()) {
      case Form.Plain form -> plain;
      case Form.Deflated form -> {
        try {
          yield form.encode(plain, page::isCompressible, channel.alloc());
        } finally {
          plain.release();
        }
      }
    };
  }

  /// The frames of one page.
  private final class Frames implements Replay.Sink {

    private @Nullable ByteBuf buffer;
    private int count;

    /// The places of those that are never compressed; `null` when there are none.
    private @Nullable BitSet exempt;

    private ByteBuf buffer() {
      ByteBuf present = buffer;
      if (present == null) {
        present = channel.alloc().buffer(INITIAL_BYTES);
        buffer = present;
      }
      return present;
    }

    boolean isCompressible(int place) {
      return exempt == null || !exempt.get(place);
    }

    void discard() {
      if (buffer != null) {
        buffer.release();
      }
    }

    @Override
    public void event(LoggedEvent event, long previous) {
      if (loop.plainTypes().includes(event)) {
        BitSet places = exempt == null ? new BitSet() : exempt;
        places.set(count);
        exempt = places;
      }
      count++;
      EventFrame.write(buffer(), event, previous);
    }

    @Override
    public void gap(long from, long to) {
      count++;
      byte[] message = ServerMessages.gap(from, to);
      TextFrames.writeHeader(buffer(), message.length);
      buffer().writeBytes(message);
    }
  }
}
