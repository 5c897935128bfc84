package dev.tocsin.load;

import com.sun.management.OperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Opens connections with TLS one after another, so many at a time, and asks the server one small thing on each, for which
/// it is to end the connection. What that costs a server: accepting, the handshake, the tickets, an answer, and the end.
///
/// One run, on the thread that calls [#run]; the connections belong to one thread of their own.
public final class HandshakeDriver implements AutoCloseable {

  private static final Duration SLICE = Duration.ofMillis(100);

  /// Without a single handshake for so long, the server is given up.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  // immutable
  private final HandshakePlan plan;
  private final ServerProcess process;
  private final LoadObserver observer;
  private final EventLoopGroup group;
  private final InetSocketAddress address;
  private final byte[] request;

  // written by the loop, read by any
  private volatile Done done = new Done(0, 0);
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  // written by whoever runs it, read by the loop
  private volatile boolean stopped;

  // owned by the loop
  private int opened;

  private HandshakeDriver(HandshakePlan plan, ServerProcess process, LoadObserver observer) {
    this.plan = plan;
    this.process = process;
    this.observer = observer;
    this.address = new InetSocketAddress(plan.host(), plan.port());
    this.request = plan.request();
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("tocsin-load-handshake", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /// Runs a plan to its end.
  ///
  /// @param process the server's
  /// @throws LoadException when a handshake fails, or the server answers no more
  public static HandshakeReport run(
      HandshakePlan plan, ServerProcess process, LoadObserver observer) throws LoadException {
    try (HandshakeDriver driver = new HandshakeDriver(plan, process, observer)) {
      return driver.run();
    }
  }

  private HandshakeReport run() throws LoadException {
    group.execute(() -> {
      for (int i = 0; i < plan.atOnce(); i++) {
        openNext();
      }
    });
    if (watch("warming up", plan.warmUp())) {
      throw new LoadException("interrupted before anything was measured");
    }
    Reading first = read();
    boolean interrupted = watch("measuring", plan.duration());
    Reading last = read();
    stopped = true;
    double seconds = Math.max(1e-9, (last.nanos() - first.nanos()) / 1e9);
    if (!interrupted && last.done().handshakes() == first.done().handshakes()) {
      throw noHandshake(seconds);
    }
    return new HandshakeReport(
        plan,
        seconds,
        last.done().handshakes() - first.done().handshakes(),
        last.done().resumed() - first.done().resumed(),
        first.server().isPresent() && last.server().isPresent()
            ? (last.server().get().cpuSeconds() - first.server().get().cpuSeconds()) / seconds
            : null,
        (last.driverNanos() - first.driverNanos()) / 1e9 / seconds,
        interrupted);
  }

  /// What has been done so far.
  ///
  /// @param resumed how many of the handshakes resumed a session
  private record Done(long handshakes, long resumed) {}

  /// What is read at both ends of the measured time.
  private record Reading(
      long nanos, Done done, Optional<ServerProcess.Sample> server, long driverNanos) {}

  private Reading read() {
    Optional<ServerProcess.Sample> server = process.sample();
    return new Reading(
        System.nanoTime(),
        done,
        server,
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : 0);
  }

  /// Lets it run.
  ///
  /// @return whether it is to end early
  private boolean watch(String what, Duration time) throws LoadException {
    long end = System.nanoTime() + time.toNanos();
    long before = done.handshakes();
    long changed = System.nanoTime();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      if (observer.pause(left < SLICE.toNanos() ? Duration.ofNanos(left) : SLICE)) {
        return true;
      }
      throwIfFailed();
      long now = done.handshakes();
      long nanos = System.nanoTime();
      if (now > before) {
        before = now;
        changed = nanos;
      } else if (nanos - changed > PATIENCE.toNanos()) {
        throw noHandshake(PATIENCE.toMillis() / 1e3);
      }
      observer.progress(
          String.format(
              Locale.ROOT,
              "%s, %.0f s left: %,d handshakes",
              what,
              Math.max(0, (end - nanos) / 1e9),
              now));
    }
    throwIfFailed();
    return false;
  }

  private void throwIfFailed() throws LoadException {
    String failed = failure.get();
    if (failed != null) {
      throw new LoadException(failed);
    }
  }

  private LoadException noHandshake(double seconds) {
    return new LoadException(
        String.format(
            Locale.ROOT,
            "the server at %s does not answer: no handshake for %.1f s",
            plan.server(),
            seconds));
  }

  // called by the loop

  private void openNext() {
    if (stopped || failure.get() != null) {
      return;
    }
    // A session is looked for by host and port: under a number of its own there is none.
    int session = plan.resuming() ? plan.port() : ++opened;
    new Bootstrap()
        .group(group)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        plan.entrance().handler(channel.alloc(), plan.host(), session),
                        new BriefConnection(request, HandshakeDriver.this));
              }
            })
        .connect(address)
        .addListener(connecting -> {
          if (!connecting.isSuccess()) {
            fail("cannot connect to " + plan.server() + ": " + connecting.cause().getMessage());
          }
        });
  }

  void agreed(SslHandler handler) {
    Done before = done;
    done =
        new Done(
            before.handshakes() + 1,
            before.resumed() + (plan.entrance().hasResumed(handler) ? 1 : 0));
  }

  void closed() {
    openNext();
  }

  void failed(Throwable cause) {
    String reason = cause instanceof ClosedChannelException ? null : cause.getMessage();
    fail(
        "the handshake with "
            + plan.server()
            + " failed: "
            + (reason == null ? "the server ended the connection" : reason));
  }

  private void fail(String reason) {
    if (!stopped) {
      failure.compareAndSet(null, reason);
    }
  }

  @Override
  public void close() {
    stopped = true;
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
