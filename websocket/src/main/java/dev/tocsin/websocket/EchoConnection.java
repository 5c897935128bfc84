package dev.tocsin.websocket;

import dev.tocsin.http.Connections;
import dev.tocsin.http.Ends;
import dev.tocsin.http.Tickable;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// A connection that sends every message back, over the same frames as the server's. Reading stops while
/// the client takes nothing. Belongs to the event loop.
final class EchoConnection extends FramedConnection implements Tickable {

  private final Connections loop;

  EchoConnection(
      Connections loop,
      Channel channel,
      FrameLimits limits,
      Deflation deflation,
      WebSocketCounters counters,
      @Nullable PerMessageDeflate agreed) {
    super(channel, loop, null, limits, deflation, counters, agreed);
    this.loop = loop;
  }

  /// The handshake is over.
  void open() {
    loop.add(this);
    channel().flush();
    readOn();
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
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.remove(this);
    super.channelInactive(ctx);
  }

  @Override
  protected boolean isHeldUp() {
    return !channel().isWritable();
  }

  @Override
  protected boolean owesAnswers() {
    return false;
  }

  @Override
  protected boolean isDeaf() {
    return false;
  }

  @Override
  protected void heard() {}

  @Override
  protected void detach() {}

  @Override
  protected void failed() {
    close(CloseCodes.INTERNAL_ERROR, "The server met a fault of its own");
  }

  @Override
  public String id() {
    return channel().id().asShortText();
  }

  @Override
  protected void announceClose(int code, String sentence) {}

  @Override
  public void tick(long nowMillis) {}

  @Override
  public void goAway() {
    close(CloseCodes.GOING_AWAY, "The server is going away");
  }

  @Override
  public void cutOff() {
    Ends.cut(channel());
  }
}
