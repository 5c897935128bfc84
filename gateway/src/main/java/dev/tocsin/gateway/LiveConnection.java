package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import dev.tocsin.http.Allowance;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;

/// A member of a loop's shard: it takes batches as they come while it is at the head, and reads the log at its own pace
/// while it lags. Belongs to the event loop.
sealed interface LiveConnection permits WebSocketConnection, StreamConnection {

  /// The form in which it takes events: the same object for all members of the loop that take the same.
  Form form();

  /// Whether it takes batches: it is open and does not lag.
  boolean isLive();

  /// What it has been sent and its socket has not taken yet, in bytes, with what keeping that costs.
  long untakenBytes();

  /// Takes an encoded batch.
  ///
  /// @param encoded in its form; released here
  void take(ByteBuf encoded);

  /// Leaves the live path as soon as the shard has done its work, and reads the log from a position on.
  ///
  /// @param previous what the first event's `previous` is
  void lag(long after, long previous);

  /// Sends a page of the log.
  ///
  /// @param encoded in its form; released here
  /// @return done when the socket has taken it
  ChannelFuture sendAndTell(ByteBuf encoded);

  /// Does something whose output leaves in one write. A failure of it ends this connection and no other.
  void together(Runnable action);

  /// Under whom its time of the event loop is counted.
  Allowance allowance();

  /// The log has begun a new epoch: ends the connection, unless it has come since.
  void leaveEarlierEpoch();

  /// The name that its client was told.
  String id();

  /// What an operator is told of it.
  ConnectionView view();

  /// Ends it with a word.
  void close(CloseCode code, String sentence);

  /// The server is at fault: ends this connection.
  void fail(Throwable failure);
}
