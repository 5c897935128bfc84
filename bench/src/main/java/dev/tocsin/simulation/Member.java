package dev.tocsin.simulation;

import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.Replay;
import org.jspecify.annotations.Nullable;

/// Some sockets that want the same and stand at the same place: one connection for the hub, which stands for all of them. Their
/// count is all that tells a socket from a thousand.
final class Member {

  /// Where it stands with its loop.
  enum State {
    /// With the shard.
    LIVE,
    /// With the shard, which is about to let it go.
    LEAVING,
    /// Waiting for a position that has not come here yet.
    AWAITING,
    /// Reading the log.
    LAGGING,
    /// Nowhere any more.
    GONE
  }

  final long number;
  final Wish wish;

  /// When it came.
  final long since;

  int sockets;

  /// In which its position counts.
  String epoch;

  State state = State.LIVE;

  /// The position of its sockets, as a client counts it; written by the [Oracle].
  long position;

  /// How many of the events that it wants are at or below the position; written by the [Oracle].
  int next;

  @Nullable Replay<Member> replay;

  /// The page that it works on next.
  LogPages.@Nullable Lease fetched;

  Member(long number, Wish wish, int sockets, String epoch, long since) {
    this.number = number;
    this.wish = wish;
    this.sockets = sockets;
    this.epoch = epoch;
    this.since = since;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(number);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public String toString() {
    return sockets + " sockets (" + number + ") of wish " + wish.number();
  }
}
