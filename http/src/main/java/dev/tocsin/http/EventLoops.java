package dev.tocsin.http;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The threads that own the connections, and how they talk to the kernel.
///
/// @param transport the one in use, never [Transport#AUTO]
record EventLoops(Transport transport, MultiThreadIoEventLoopGroup group) {

  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  /// Opens them. Where any transport will do, io_uring gives way to another when the kernel has it but not
  /// the memory or the descriptors for that many rings. On Linux a line of the log says why it came to be NIO.
  ///
  /// @param tls whether connections are encrypted
  /// @throws StartFailedException when the wanted transport does not work here
  static EventLoops open(Transport wanted, boolean tls, int count) throws StartFailedException {
    EventLoops loops =
        open(tls ? wanted.forTls() : wanted, count, transport -> transport.ioHandlerFactory(count));
    if (wanted == Transport.AUTO && loops.transport == Transport.NIO) {
      explainNio();
    }
    return loops;
  }

  private static void explainNio() {
    if (System.getProperty("os.name", "").equals("Linux")) {
      // In the message, not beside it: what an embedder logs with may leave keys out.
      LOG.atLevel(NativeJars.misfit(Transport.EPOLL) == null ? Level.INFO : Level.WARN)
          .log("sockets are those of the JDK (nio): {}", Transport.EPOLL.obstacle());
    }
  }

  static EventLoops open(Transport wanted, int count, Function<Transport, IoHandlerFactory> factory)
      throws StartFailedException {
    Transport transport = wanted.resolved();
    try {
      return on(transport, count, factory);
    } catch (StartFailedException e) {
      if (wanted != Transport.AUTO || transport != Transport.IO_URING) {
        throw e;
      }
      Transport other = Transport.withoutIoUring();
      LOG.atWarn()
          .addKeyValue("transport", other)
          .addKeyValue("reason", e.getMessage())
          .log("io_uring cannot be used");
      return on(other, count, factory);
    }
  }

  private static EventLoops on(
      Transport transport, int count, Function<Transport, IoHandlerFactory> factory)
      throws StartFailedException {
    try {
      return new EventLoops(
          transport,
          new MultiThreadIoEventLoopGroup(
              count, new DefaultThreadFactory("tocsin-loop", true), factory.apply(transport)));
    } catch (IllegalStateException | UnsupportedOperationException e) {
      // What Netty throws when a loop cannot be made, and when the kernel has refused it an option.
      throw transport.unusable(root(e));
    }
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
