package dev.tocsin.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/// Watches whether a peer takes what is waiting for it. Belongs to the event loop.
final class OutputProgress {

  private final Channel channel;
  private final Loop loop;
  private int lastMessage;
  private long lastProgress;
  private long sinceMillis;

  OutputProgress(Channel channel, Loop loop) {
    this.channel = channel;
    this.loop = loop;
    this.sinceMillis = loop.nowMillis();
  }

  /// Whether something was waiting at the last call and some of it has been taken since.
  boolean advanced() {
    ChannelOutboundBuffer output = channel.unsafe().outboundBuffer();
    Object current = output == null ? null : output.current();
    int message = System.identityHashCode(current);
    long progress = output == null || current == null ? 0 : output.currentProgress();
    boolean advanced = lastMessage != 0 && (message != lastMessage || progress != lastProgress);
    if (advanced || message == 0) {
      sinceMillis = loop.nowMillis();
    }
    lastMessage = message;
    lastProgress = progress;
    return advanced;
  }

  /// For how long something has been waiting of which nothing was taken, as of the last [#advanced].
  long stalledMillis() {
    return loop.nowMillis() - sinceMillis;
  }
}
