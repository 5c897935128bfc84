package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// A connection that sends every message back, over the same frames as the server's. Reading stops while
/// the client takes nothing. Belongs to the event loop.
final class EchoConnection extends FramedConnection {

  EchoConnection(
      Channel channel,
      FrameLimits limits,
      Deflation deflation,
      @Nullable PerMessageDeflate agreed) {
    super(channel, limits, deflation, agreed);
  }

  @Override
  public void text(byte[] message) {
    echo(TextFrames.TEXT, message);
  }

  @Override
  public void binary(byte[] message) {
    echo(TextFrames.BINARY, message);
  }

  private void echo(int first, byte[] message) {
    if (!isClosing()) {
      write(inItsForm(TextFrames.of(channel().alloc(), first, message)));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    readOn();
  }

  @Override
  boolean isHeldUp() {
    return !channel().isWritable();
  }

  @Override
  boolean owesAnswers() {
    return false;
  }

  @Override
  boolean isDeaf() {
    return false;
  }

  @Override
  void heard() {}

  @Override
  void countUnread(int bytes) {}

  @Override
  void leave() {}

  @Override
  void announceClose(CloseCode code, String sentence) {}
}
