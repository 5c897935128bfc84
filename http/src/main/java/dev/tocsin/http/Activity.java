package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// Notes when the peer last sent bytes, how many it has sent since [#forget], and when the first of these came; and counts
/// the time that it takes to work them off ([Allowance]).
final class Activity extends ChannelInboundHandlerAdapter {

  /// What a read counts as besides the work on what it brings, for the kernel's part in it.
  static final long READ_NANOS = TimeUnit.MICROSECONDS.toNanos(5);

  private final Connections loop;

  /// Under whom it is counted.
  private Allowance allowance;

  private long lastHeardMillis;
  private long heardBytes;

  // See System.nanoTime.
  private long readNanos = System.nanoTime();
  private long firstByteNanos = readNanos;

  Activity(Connections loop, Allowance allowance) {
    this.loop = loop;
    this.allowance = allowance;
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
    allowance.spend(READ_NANOS);
    counted(() -> ctx.fireChannelRead(message));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    counted(ctx::fireChannelReadComplete);
  }

  private void counted(Runnable work) {
    boolean begun = loop.turns().begin(allowance);
    try {
      work.run();
    } finally {
      if (begun) {
        loop.turns().end();
      }
    }
  }

  /// Under whom the time is counted that the peer takes.
  Allowance allowance() {
    return allowance;
  }

  void count(Allowance under) {
    allowance = under;
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
