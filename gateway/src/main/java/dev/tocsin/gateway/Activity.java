package dev.tocsin.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Notes when the peer last sent bytes, and how many since it was last asked.
final class Activity extends ChannelInboundHandlerAdapter {

  private final Loop loop;
  private long lastHeardMillis;
  private boolean heard;

  Activity(Loop loop) {
    this.loop = loop;
    this.lastHeardMillis = loop.nowMillis();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      lastHeardMillis = loop.nowMillis();
      heard = true;
    }
    ctx.fireChannelRead(message);
  }

  long lastHeardMillis() {
    return lastHeardMillis;
  }

  /// A sign of life of another kind: the peer took bytes.
  void noteLife() {
    lastHeardMillis = loop.nowMillis();
  }

  /// Whether bytes came since [#forget].
  boolean heardSomething() {
    return heard;
  }

  void forget() {
    heard = false;
  }
}
