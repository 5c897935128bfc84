package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/// Watches whether a peer takes what is waiting for it. Belongs to the event loop.
///
/// On Linux it asks the kernel what the peer has acknowledged: the kernel itself holds megabytes for a slow peer
/// and takes more of ours only when a third of its room is free again. Elsewhere what the kernel takes is all that is known.
public final class OutputProgress {

  private static final long NOTHING_WAITED = -1;

  private final Channel channel;
  private final Connections loop;
  private int lastMessage;
  private long lastProgress;
  private long lastAcked = NOTHING_WAITED;
  private long sinceMillis;

  /// Watches a connection from now on.
  public OutputProgress(Channel channel, Connections loop) {
    this.channel = channel;
    this.loop = loop;
    this.sinceMillis = loop.nowMillis();
  }

  /// What waits for the socket to take it, in bytes, each buffer counted with what it costs besides.
  public static long waitingBytes(Channel channel) {
    ChannelOutboundBuffer output = channel.unsafe().outboundBuffer();
    return output == null ? 0 : output.totalPendingWriteBytes();
  }

  /// Whether something was waiting at the last call and some of it has been taken since.
  ///
  /// @param inKernel whether what waits in the kernel alone counts: this asks the kernel, for the price of a system
  ///     call. It is asked anyway when more is waiting than it has taken
  public boolean advanced(boolean inKernel) {
    ChannelOutboundBuffer output = channel.unsafe().outboundBuffer();
    Object current = output == null ? null : output.current();
    int message = System.identityHashCode(current);
    long progress = output == null || current == null ? 0 : output.currentProgress();
    boolean advanced = lastMessage != 0 && (message != lastMessage || progress != lastProgress);
    lastMessage = message;
    lastProgress = progress;
    if (message != 0 || inKernel) {
      advanced |= acknowledged();
    } else {
      lastAcked = NOTHING_WAITED;
    }
    if (advanced || message == 0) {
      sinceMillis = loop.nowMillis();
    }
    return advanced;
  }

  /// Whether something was waiting in the kernel at the last call and the peer has acknowledged more since.
  private boolean acknowledged() {
    TcpInfo info = TcpInfo.of(channel);
    if (info == null) {
      return false;
    }
    boolean advanced = lastAcked != NOTHING_WAITED && info.ackedBytes() != lastAcked;
    lastAcked = info.outputWaits() ? info.ackedBytes() : NOTHING_WAITED;
    return advanced;
  }

  /// For how long something has been waiting of which nothing was taken, as of the last [#advanced].
  public long stalledMillis() {
    return loop.nowMillis() - sinceMillis;
  }
}
