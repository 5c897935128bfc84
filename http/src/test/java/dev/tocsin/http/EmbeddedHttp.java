package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// One connection of a server without sockets or threads, and with a clock that stands still.
final class EmbeddedHttp implements AutoCloseable {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-04T05:06:07Z"));

  final HttpContext context;
  final EmbeddedChannel channel;
  private final Connections[] connections = new Connections[1];
  private int reads;
  private long nanos = 1_000_000_000_000L;

  EmbeddedHttp(Doorkeeper doorkeeper, Route... routes) {
    this(
        new Routes(
            List.of(routes), doorkeeper, List.of(), (word, names) -> names.stream().findFirst()));
  }

  EmbeddedHttp(Routes routes) {
    context =
        new HttpContext(
            CLOCK,
            () -> nanos,
            new BrowserRules(Set.of(), Set.of()),
            10,
            1,
            new SocketMemory(1L << 30, () -> 0));
    channel =
        new EmbeddedChannel(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel accepted) {
                accepted.config().setAutoRead(false);
                connections[0] =
                    new Connections(accepted.eventLoop(), context, made -> () -> routes);
                connections[0].accept(accepted);
              }
            });
    channel.freezeTime();
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext ctx) throws Exception {
                reads++;
                super.read(ctx);
              }
            });
  }

  /// How much of the loop's time everyone may have.
  Allowances allowances() {
    return connections[0].allowances();
  }

  /// Another connection comes, and goes at once.
  void acceptAnother() {
    EmbeddedChannel another = new EmbeddedChannel();
    connections[0].accept(another);
    another.close();
  }

  EmbeddedHttp receive(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    channel.runPendingTasks();
    return this;
  }

  /// Whether the server has asked for more bytes since the last call.
  boolean hasAskedForMore() {
    channel.runPendingTasks();
    boolean asked = reads > 0;
    reads = 0;
    return asked;
  }

  /// Time passes, second by second.
  EmbeddedHttp pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      nanos += TimeUnit.SECONDS.toNanos(1);
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      connections[0].tick();
      channel.runPendingTasks();
    }
    return this;
  }

  /// What the server has said since the last call.
  String said() {
    channel.runPendingTasks();
    StringBuilder said = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      said.append(next.toString(StandardCharsets.UTF_8));
      next.release();
    }
    return said.toString();
  }

  boolean isClosed() {
    channel.runPendingTasks();
    return !channel.isOpen();
  }

  @Override
  public void close() {
    said();
    channel.finishAndReleaseAll();
    channel.checkException();
  }
}
