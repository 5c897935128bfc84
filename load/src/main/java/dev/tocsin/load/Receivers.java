package dev.tocsin.load;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// All connections that receive. Any thread may ask; the loops report.
final class Receivers implements AutoCloseable {

  private final LoadPlan plan;
  private final EventLoopGroup group;
  private final List<ReceivingLoop> loops = new ArrayList<>();
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final AtomicReference<@Nullable String> closeReason = new AtomicReference<>();
  private volatile @Nullable Thread waiting;
  private volatile long wakeAt = Long.MAX_VALUE;
  private volatile boolean closing;

  Receivers(LoadPlan plan, Mark mark, RandomGenerator random) {
    this.plan = plan;
    IoHandlerFactory factory =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group =
        new MultiThreadIoEventLoopGroup(
            plan.loops(), new DefaultThreadFactory("tocsin-load-receive", true), factory);
    for (int i = 0; i < plan.loops(); i++) {
      loops.add(new ReceivingLoop(group.next(), this, plan, mark, random.nextInt()));
    }
  }

  Class<? extends Channel> channelType() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /// Begins to open connections; [#readyCount] and [#failure] tell how it goes.
  void open(int count) {
    ready.set(0);
    closed.set(0);
    for (int loop = 0; loop < loops.size(); loop++) {
      List<byte[]> requests = new ArrayList<>();
      for (int connection = loop; connection < count; connection += loops.size()) {
        requests.add(Handshake.request(plan, target(connection)));
      }
      loops.get(loop).open(requests);
    }
  }

  private String target(int connection) {
    List<String> patterns = plan.patternsOf(connection);
    String path = plan.receivingPath();
    return patterns.isEmpty() || plan.protocol() != PeerProtocol.TOCSIN
        ? path
        : path
            + (path.indexOf('?') < 0 ? "?events=" : "&events=")
            + URLEncoder.encode(String.join(",", patterns), StandardCharsets.UTF_8);
  }

  /// Closes all connections, which does not count as their being cut.
  void closeAll() {
    closing = true;
    loops.forEach(ReceivingLoop::closeAll);
    closing = false;
  }

  // called by the loops

  void ready() {
    ready.incrementAndGet();
  }

  void closed(String reason) {
    if (!closing) {
      closeReason.compareAndSet(null, reason);
      closed.incrementAndGet();
    }
  }

  void failed(String reason) {
    if (!closing) {
      failure.compareAndSet(null, reason);
    }
  }

  void failed(Throwable cause) {
    String address = plan.host() + " port " + plan.port();
    String reason = String.valueOf(cause.getMessage());
    if (cause instanceof ConnectException && reason.contains("refused")) {
      failed("connection refused by " + address + "; is a server running there?");
    } else if (reason.contains("Too many open files")) {
      failed("too few file descriptors: this process may not open more (raise ulimit -n)");
    } else if (reason.contains("Cannot assign requested address")) {
      failed("this machine has no more local ports for connections to " + address);
    } else {
      failed("cannot connect to " + address + ": " + reason);
    }
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /// Something was delivered: whoever waits for so much is woken.
  void delivered() {
    Thread thread = waiting;
    if (thread != null && deliveries() >= wakeAt) {
      LockSupport.unpark(thread);
    }
  }

  // asked by the others

  /// Waits until so much has been delivered altogether, a millisecond at the longest.
  void awaitDeliveries(long count) {
    wakeAt = count;
    waiting = Thread.currentThread();
    if (deliveries() < count) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
    }
    waiting = null;
  }

  int readyCount() {
    return ready.get();
  }

  /// How many connections were cut that had been receiving.
  int closedCount() {
    return closed.get();
  }

  /// Why the first of them was.
  String closeReason() {
    return String.valueOf(closeReason.get());
  }

  /// Why connections cannot be opened, or `null`.
  @Nullable String failure() {
    return failure.get();
  }

  long deliveries() {
    long sum = 0;
    for (int i = 0; i < loops.size(); i++) {
      sum += loops.get(i).tally().deliveries();
    }
    return sum;
  }

  List<Tally> tallies() {
    return loops.stream().map(ReceivingLoop::tally).toList();
  }

  /// Copies of what the loops recorded, each made by its own thread.
  List<Histogram> histograms() {
    return loops.stream().map(ReceivingLoop::histogram).toList();
  }

  List<Long> threadIds() {
    return loops.stream().map(ReceivingLoop::threadId).toList();
  }

  @Override
  public void close() {
    closing = true;
    loops.forEach(ReceivingLoop::closeAll);
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    loops.forEach(ReceivingLoop::release);
  }
}
