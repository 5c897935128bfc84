package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Notes when the peer last sent bytes, how many it has sent since [#forget], and when the first of these came.
final class Activity extends ChannelInboundHandlerAdapter {

  private final Connections loop;
  private long lastHeardMillis;
  private long heardBytes;

  // See System.nanoTime.
  private long readNanos = System.nanoTime();
  private long firstByteNanos = readNanos;

  Activity(Connections loop) {
    this.loop = loop;
    this.lastHeardMillis = loop.nowMillis();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      lastHeardMillis = loop.nowMillis();
      readNanos = System.nanoTime();
      if (heardBytes == 0) {
        firstByteNanos = readNanos;
      }
      heardBytes += bytes.readableBytes();
    }
    ctx.fireChannelRead(message);
  }

  long lastHeardMillis() {
    return lastHeardMillis;
  }

  /// Whether bytes came since [#forget].
  boolean heardSomething() {
    return heardBytes > 0;
  }

  /// How many bytes those are.
  long heardBytes() {
    return heardBytes;
  }

  /// When the first of them was read, see [System#nanoTime]. Of what came before [#forget], and was not looked at yet, it is
  /// when the last was read.
  long firstByteNanos() {
    return firstByteNanos;
  }

  void forget() {
    firstByteNanos = readNanos;
    heardBytes = 0;
  }
}
