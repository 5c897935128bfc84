package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Notes when the peer last sent bytes, and how many it has sent since [#forget].
final class Activity extends ChannelInboundHandlerAdapter {

  private final Connections loop;
  private long lastHeardMillis;
  private long heardBytes;

  Activity(Connections loop) {
    this.loop = loop;
    this.lastHeardMillis = loop.nowMillis();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      lastHeardMillis = loop.nowMillis();
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

  void forget() {
    heardBytes = 0;
  }
}
