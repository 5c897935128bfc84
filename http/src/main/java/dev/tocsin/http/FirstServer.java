package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// What the first server of a JVM has to load: Netty's classes are half of the time that its start takes.
final class FirstServer {

  private static final String THREADS = "tocsin-loading";

  /// As if one of so many: a ring of its kernel memory is as small as can be, for the server takes its own beside it.
  private static final int LOOPS = 1_000;

  private static final AtomicBoolean LOADED = new AtomicBoolean();

  private FirstServer() {}

  /// Loads it in a thread of its own, once in a JVM.
  static void load(Transport wanted, boolean tls) {
    if (LOADED.compareAndSet(false, true)) {
      Thread.ofPlatform()
          .daemon()
          .name(THREADS)
          .start(
              Guard.task(
                  "the classes of a server were not loaded beforehand", () -> use(wanted, tls)));
    }
  }

  /// Has a loop take a channel that never listens, and ends both.
  static void use(Transport wanted, boolean tls) {
    try {
      Transport transport = (tls ? wanted.forTls() : wanted).resolved();
      MultiThreadIoEventLoopGroup group =
          new MultiThreadIoEventLoopGroup(
              1, new DefaultThreadFactory(THREADS, true), transport.ioHandlerFactory(LOOPS));
      try {
        SocketMemory.ofProcess().allocator().directBuffer().release();
        Channel channel = new ReflectiveChannelFactory<>(transport.serverChannel()).newChannel();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
        group.register(channel).awaitUninterruptibly();
        // A group that is shut down does not always close what is still open.
        channel.close().awaitUninterruptibly();
      } finally {
        group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      }
    } catch (StartFailedException | RuntimeException e) {
      // The server starts with another transport, or not at all; it says why.
      return;
    }
  }
}
