package dev.tocsin.http;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How the process talks to the kernel's sockets.
public enum Transport {
  /// The best that this machine has: io_uring or else epoll on Linux, NIO elsewhere. A turn of io_uring
  /// hands the kernel the writes to all sockets at once, which makes a delivery cheaper
  /// (`docs/benchmarks.md`); many containers forbid it. With TLS it is epoll ([#forTls]).
  AUTO,
  /// Linux epoll, native.
  EPOLL,
  /// Linux io_uring, native.
  IO_URING,
  /// The JDK's own, anywhere.
  NIO;

  /// Completions that the kernel holds ready for all loops together: a turn may write to every connection, and
  /// each write completes on its own. What goes beyond is kept elsewhere, and Netty logs a warning. Each takes
  /// 16 bytes in the kernel and 64 on the heap, so no more than for a great many connections.
  private static final int COMPLETIONS = 32_768;

  /// Those of one loop at the least.
  private static final int MIN_COMPLETIONS = 2_048;

  static {
    // One question for connections would be answered with all that knock, however many: nothing
    // could come between.
    // Netty reads this once, before anything of io_uring is used.
    String multiShot = "io.netty.iouring.acceptMultiShotEnabled";
    if (System.getProperty(multiShot) == null) {
      System.setProperty(multiShot, "false");
    }
  }

  /// This one, or epoll where any will do. With TLS each member is sent bytes of its own: epoll hands them to the kernel as soon
  /// as they are encrypted, io_uring keeps those of a whole turn, and a delivery is dearer (`docs/benchmarks.md`).
  Transport forTls() {
    return this == AUTO ? withoutIoUring() : this;
  }

  /// The transport that will really be used.
  ///
  /// @throws StartFailedException when this one does not work on this machine
  Transport resolved() throws StartFailedException {
    return switch (this) {
      case AUTO -> best();
      case EPOLL -> available(Epoll.unavailabilityCause());
      case IO_URING -> available(IoUring.unavailabilityCause());
      case NIO -> NIO;
    };
  }

  private static Transport best() {
    return IoUring.isAvailable() ? IO_URING : withoutIoUring();
  }

  /// The best of the others.
  static Transport withoutIoUring() {
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  private Transport available(@Nullable Throwable cause) throws StartFailedException {
    if (cause != null) {
      throw unusable(cause);
    }
    return this;
  }

  StartFailedException unusable(Throwable cause) {
    return new StartFailedException(
        "the transport " + this + " does not work on this machine: " + cause.getMessage(), cause);
  }

  /// @param loops how many loops there will be
  IoHandlerFactory ioHandlerFactory(int loops) {
    return switch (this) {
      case EPOLL -> EpollIoHandler.newFactory();
      case IO_URING ->
          IoUringIoHandler.newFactory(
              new IoUringIoHandlerConfig()
                  .setCqSize(Math.max(MIN_COMPLETIONS, COMPLETIONS / loops)));
      case AUTO, NIO -> NioIoHandler.newFactory();
    };
  }

  Class<? extends ServerSocketChannel> serverChannel() {
    return switch (this) {
      case EPOLL -> EpollServerSocketChannel.class;
      case IO_URING -> IoUringServerSocketChannel.class;
      case AUTO, NIO -> NioServerSocketChannel.class;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
