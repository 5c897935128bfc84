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
  /// The best that there is: io_uring or else epoll where Netty's native jars are on the class path, of Netty's own version,
  /// and can be loaded, which is on Linux; else NIO. A turn of io_uring
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

  /// This one, or epoll where any will do. With TLS each member is sent bytes of its own: epoll hands them to the kernel as
  /// soon as they are encrypted, io_uring keeps those of a whole turn, and a delivery is dearer (`docs/benchmarks.md`).
  Transport forTls() {
    return this == AUTO ? withoutIoUring() : this;
  }

  /// The transport that will really be used.
  ///
  /// @throws StartFailedException when this one does not work here
  Transport resolved() throws StartFailedException {
    return switch (this) {
      case AUTO -> best();
      case EPOLL, IO_URING -> available();
      case NIO -> NIO;
    };
  }

  private static Transport best() {
    return IO_URING.obstacle() == null ? IO_URING : withoutIoUring();
  }

  /// The best of the others.
  static Transport withoutIoUring() {
    return EPOLL.obstacle() == null ? EPOLL : NIO;
  }

  private Transport available() throws StartFailedException {
    String obstacle = obstacle();
    if (obstacle != null) {
      throw new StartFailedException(unusable(obstacle), cause());
    }
    return this;
  }

  /// Why it cannot be used here, in a line; `null` when it can. A native jar of another version than Netty's is not loaded.
  @Nullable String obstacle() {
    String misfit = NativeJars.misfit(this);
    if (misfit != null) {
      return misfit;
    }
    if (NativeJars.isAbsent(this)) {
      // Netty is not asked: it would load native code to find out, of which newer Javas warn.
      return NativeJars.of(this) + " is not on the class path (tocsin-natives brings it)";
    }
    Throwable cause = cause();
    return cause == null ? null : String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  private @Nullable Throwable cause() {
    return switch (this) {
      case EPOLL -> Epoll.unavailabilityCause();
      case IO_URING -> IoUring.unavailabilityCause();
      case AUTO, NIO -> null;
    };
  }

  StartFailedException unusable(Throwable cause) {
    return new StartFailedException(unusable(String.valueOf(cause.getMessage())), cause);
  }

  private String unusable(String reason) {
    return "the transport " + this + " does not work on this machine: " + reason;
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
