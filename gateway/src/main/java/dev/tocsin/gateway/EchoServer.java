package dev.tocsin.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The server's frame path with an echo behind it, for measuring it and for conformance suites: text and
/// binary, on any path, on loopback only.
///
/// Handshake, frames, compression and closing are those of [Gateway]; only the bounds are wider
/// (16 MiB a message, 65,536 fragments), and every message is compressed that becomes shorter. Running
/// from [#start] to [#stop]. Any thread may call anything.
public final class EchoServer {

  /// And a last fragment that is empty, as some clients send it.
  private static final FrameLimits LIMITS = new FrameLimits(16 << 20, 65_536 + 1);

  private static final int THRESHOLD_BYTES = 0;

  private final MultiThreadIoEventLoopGroup group;
  private final Channel server;

  private EchoServer(MultiThreadIoEventLoopGroup group, Channel server) {
    this.group = group;
    this.server = server;
  }

  /// Opens the port.
  ///
  /// @param port 0 picks a free one
  /// @throws GatewayException when it is not to be had
  public static EchoServer start(int port) throws GatewayException {
    EventLoops eventLoops = EventLoops.open(Transport.AUTO, GatewaySettings.defaultLoops());
    MultiThreadIoEventLoopGroup group = eventLoops.group();
    Map<EventExecutor, Deflation> deflations = new HashMap<>();
    group.forEach(loop -> deflations.put(loop, new Deflation(THRESHOLD_BYTES)));
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(eventLoops.transport().serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(channel, deflations.get(channel.eventLoop()));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw new GatewayException(
          "cannot listen on port " + port + ": " + bound.cause().getMessage(), bound.cause());
    }
    return new EchoServer(group, bound.channel());
  }

  static void accept(Channel channel, @Nullable Deflation deflation) {
    if (deflation == null) {
      throw new IllegalStateException("a channel on a foreign event loop");
    }
    channel
        .pipeline()
        .addLast(new RequestDecoder())
        .addLast(new HttpResponseEncoder())
        .addLast(new EchoHandshake(LIMITS, deflation));
  }

  /// Where it listens, with the real port.
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /// Closes the port and every connection.
  public void stop() {
    server.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).awaitUninterruptibly(1_000);
  }
}
