package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Replay;
import dev.tocsin.hub.Shard;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/// Where a connection stands on the log: with its shard at the head, or behind it on a [Catchup] of its
/// own. Belongs to the event loop.
///
/// ```
/// LIVE ──too much to take, or more than memory holds──> FALLING BEHIND ──next task──> CATCHING UP
///   └──────────────────────────────── resume ────────────────────────────────────────────^  │
///   ^───────────────────────────────── at the head again ───────────────────────────────────┘
/// ```
final class Cursor {

  private final GatewayContext context;
  private final Loop loop;
  private final Channel channel;
  private final WebSocketConnection connection;
  private @Nullable Catchup catchup;
  private boolean awaitingRoom;
  private boolean fallingBehind;
  private long fallenAfter;
  private long fallenPrevious;
  private boolean ended;

  Cursor(GatewayContext context, Loop loop, Channel channel, WebSocketConnection connection) {
    this.context = context;
    this.loop = loop;
    this.channel = channel;
    this.connection = connection;
  }

  /// The position, which the connection is told now: everything up to this sequence that it wants has
  /// been sent.
  long tellPosition() {
    leaveLivePath();
    return catchup == null ? loop.shard().positionOf(connection) : catchup.tellPosition();
  }

  /// Goes back to a position, or says why not; the answer goes out before anything that follows it.
  byte[] resume(ClientMessage.Resume wish) {
    return resume(wish, loop.shard().catchUp(connection));
  }

  /// The same for a connection that has been told of the position `newest` and of nothing behind it.
  byte[] resume(ClientMessage.Resume wish, long newest) {
    // Whatever it was behind with, it goes on from elsewhere now.
    fallingBehind = false;
    Shard<LiveConnection> shard = loop.shard();
    EventLog log = context.hub().log();
    long oldest = log.oldest();
    boolean foreign = wish.epoch() != null && !wish.epoch().equals(log.epoch());
    if (foreign || wish.since() > newest) {
      follow(shard.replay(connection, newest, newest));
      return ServerMessages.resumedInPart(
          wish.id(), newest, newest, foreign ? "epoch_changed" : "ahead", oldest);
    }
    long since = Math.min(Math.max(wish.since(), oldest - 1), newest);
    follow(shard.replay(connection, since, since));
    return since == wish.since()
        ? ServerMessages.resumed(wish.id(), since, newest)
        : ServerMessages.resumedInPart(wish.id(), since, newest, "truncated", oldest);
  }

  /// Leaves the live path, as soon as the shard has done its turn, and reads on from a position.
  ///
  /// @param previous what the first event says
  void fallBehind(long after, long previous) {
    if (ended || fallingBehind) {
      return;
    }
    fallingBehind = true;
    fallenAfter = after;
    fallenPrevious = previous;
    // The shard is at work; its members change only behind that.
    loop.connections().tasks().execute(this::leaveLivePath);
  }

  /// Whether the connection takes no more from the shard, although that does not know it yet.
  boolean isFallingBehind() {
    return fallingBehind;
  }

  private void leaveLivePath() {
    if (fallingBehind) {
      if (!ended) {
        // Takes nothing of what is sent to its audience before it is out.
        follow(loop.shard().replay(connection, fallenAfter, fallenPrevious));
      }
      fallingBehind = false;
    }
  }

  /// Reads the log from now on, until it has caught up.
  private void follow(Replay<LiveConnection> replay) {
    if (catchup != null) {
      catchup.end();
    }
    catchup = new Catchup(context, loop, connection, channel, replay, () -> catchup = null);
    if (channel.isWritable()) {
      catchup.awaitTurn();
    } else {
      awaitingRoom = true;
    }
  }

  /// The socket has taken what was written to it.
  void noteRoom() {
    if (awaitingRoom && catchup != null) {
      awaitingRoom = false;
      catchup.awaitTurn();
    }
  }

  /// The connection ends.
  void end() {
    ended = true;
    if (catchup != null) {
      catchup.end();
    }
  }
}
