package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Replay;
import dev.tocsin.websocket.FramedConnection;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection on its way back to the head: pages of the log, each written when the socket has taken
/// the one before. Belongs to the event loop.
final class Catchup {

  private static final Logger LOG = LoggerFactory.getLogger(Catchup.class);
  private static final long RETRY_MILLIS = 1_000;
  private static final int INITIAL_BYTES = 1_024;

  private final GatewayContext context;
  private final Loop loop;
  private final WebSocketConnection connection;
  private final Channel channel;
  private final Replay<LiveConnection> replay;
  private final Runnable caughtUp;
  private @Nullable List<LoggedEvent> fetched;
  private boolean ended;

  /// Begins as soon as the socket has taken what was written to it.
  ///
  /// @param caughtUp called when the connection is on the live path again
  Catchup(
      GatewayContext context,
      Loop loop,
      WebSocketConnection connection,
      Channel channel,
      Replay<LiveConnection> replay,
      Runnable caughtUp) {
    this.context = context;
    this.loop = loop;
    this.connection = connection;
    this.channel = channel;
    this.replay = replay;
    this.caughtUp = caughtUp;
    loop.catchups().begin();
  }

  /// See [Replay#tellPosition].
  long tellPosition() {
    return replay.tellPosition();
  }

  /// Puts the next page in line.
  void awaitTurn() {
    loop.catchups().await(this);
  }

  /// Lets go of it: the connection has ended, or has asked for something else.
  void end() {
    if (!ended) {
      ended = true;
      loop.catchups().end();
    }
  }

  /// It is this one's turn: one page, no larger than `maxBytes` of JSON and one event. A fault ends this
  /// connection and no other.
  void turn(int maxBytes) {
    if (ended || !channel.isActive()) {
      return;
    }
    try {
      advance(maxBytes);
    } catch (RuntimeException | Error e) {
      channel.pipeline().fireExceptionCaught(e);
    }
  }

  private void advance(int share) {
    int maxBytes =
        connection.windowBits() == FramedConnection.PLAIN
            ? share
            : Math.min(share, Limits.MAX_DEFLATED_PAGE_BYTES);
    Page page = new Page();
    List<LoggedEvent> events = fetched;
    fetched = null;
    Replay.Progress progress;
    try {
      progress =
          events == null ? replay.advance(maxBytes, page) : replay.take(events, maxBytes, page);
    } catch (RuntimeException | Error e) {
      page.discard();
      throw e;
    }
    if (progress == Replay.Progress.NOT_HELD) {
      context
          .hub()
          .pages()
          .read(replay.position())
          .whenComplete(
              (read, failure) -> channel.eventLoop().execute(() -> arrived(read, failure)));
    } else {
      go(progress, page);
    }
  }

  /// A page of the log has come, perhaps for many at the same time: it is worked on when it is this one's
  /// turn again.
  private void arrived(@Nullable List<LoggedEvent> events, @Nullable Throwable failure) {
    if (events == null) {
      LOG.atWarn()
          .addKeyValue("after", replay.position())
          .setCause(failure)
          .log("log not readable");
      channel.eventLoop().schedule(this::awaitTurn, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      fetched = events;
      awaitTurn();
    }
  }

  private void go(Replay.Progress progress, Page page) {
    boolean more = progress != Replay.Progress.CAUGHT_UP;
    if (!more) {
      end();
      caughtUp.run();
    }
    ByteBuf frames = page.frames;
    if (frames != null) {
      ChannelFuture written = connection.sendAndTell(connection.inItsForm(frames));
      if (more) {
        written.addListener(done -> {
          if (done.isSuccess()) {
            awaitTurn();
          }
        });
      }
    } else if (more) {
      awaitTurn();
    }
  }

  /// The frames of one page.
  private final class Page implements Replay.Sink {

    private @Nullable ByteBuf frames;

    private ByteBuf frames() {
      ByteBuf present = frames;
      if (present == null) {
        present = channel.alloc().buffer(INITIAL_BYTES);
        frames = present;
      }
      return present;
    }

    void discard() {
      if (frames != null) {
        frames.release();
      }
    }

    @Override
    public void event(LoggedEvent event, long previous) {
      EventFrame.write(frames(), event, previous);
    }

    @Override
    public void gap(long from, long to) {
      byte[] message = ServerMessages.gap(from, to);
      TextFrames.writeHeader(frames(), message.length);
      frames().writeBytes(message);
    }
  }
}
