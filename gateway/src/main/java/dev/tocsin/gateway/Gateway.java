package dev.tocsin.gateway;

import dev.tocsin.hub.Hub;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The hub on the network: one port that speaks HTTP and WebSocket.
///
/// Running from [#start] to [#stop]. Any thread may call anything.
public final class Gateway {

  private static final int BACKLOG = 4_096;

  /// How many connections a loop takes before it looks after the others again. With few, whoever comes
  /// last waits for as many turns of a loop that a crowd keeps busy.
  private static final int ACCEPTS_PER_TURN = 256;

  private static final long POLL_MILLIS = 20;
  private static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// How long a loop has to have nothing to do before it ends: io_uring tells later that a socket is
  /// closed.
  private static final long QUIET_MILLIS = 20;

  private final GatewayContext context;
  private final Transport transport;
  private final MultiThreadIoEventLoopGroup group;
  private final Map<EventLoop, Loop> loops;
  private final Channel server;

  private Gateway(
      GatewayContext context,
      Transport transport,
      MultiThreadIoEventLoopGroup group,
      Map<EventLoop, Loop> loops,
      Channel server) {
    this.context = context;
    this.transport = transport;
    this.group = group;
    this.loops = loops;
    this.server = server;
  }

  /// Opens the port.
  ///
  /// @param clock tells the timestamps of the server's own messages
  /// @throws GatewayException when the address is not to be had or the transport does not work here
  public static Gateway start(Hub hub, GatewaySettings settings, InstantSource clock)
      throws GatewayException {
    return start(hub, settings, clock, System::nanoTime, Limits::maxConnections);
  }

  /// The same on another clock and with another bound.
  ///
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  /// @param maxConnections asked when the event loops have the files that they need
  static Gateway start(
      Hub hub,
      GatewaySettings settings,
      InstantSource clock,
      LongSupplier nanoTime,
      IntSupplier maxConnections)
      throws GatewayException {
    EventLoops eventLoops = EventLoops.open(settings.transport(), settings.loops());
    MultiThreadIoEventLoopGroup group = eventLoops.group();
    Transport transport = eventLoops.transport();
    int connections = maxConnections.getAsInt();
    if (connections == 0) {
      group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw new GatewayException(
          "no file is left for connections: raise ulimit -n, or take fewer loops");
    }
    GatewayContext context = context(hub, settings, clock, nanoTime, connections);
    Map<EventLoop, Loop> loops = new HashMap<>();
    for (EventExecutor executor : group) {
      EventLoop eventLoop = (EventLoop) executor;
      Loop loop = new Loop(eventLoop, context);
      loop.start();
      loops.put(eventLoop, loop);
    }
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(transport.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(ACCEPTS_PER_TURN))
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    Limits.UNREAD_OUTPUT_BYTES / 2, Limits.UNREAD_OUTPUT_BYTES))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    Loop loop = loops.get(channel.eventLoop());
                    if (loop == null) {
                      throw new IllegalStateException("a channel on a foreign event loop");
                    }
                    accept(channel, loop, context);
                  }
                });
    ChannelFuture bound = bootstrap.bind(settings.host(), settings.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.forEach((eventLoop, loop) -> eventLoop.execute(loop::end));
      group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw new GatewayException(
          "cannot listen on " + settings.host() + ":" + settings.port() + ": " + reason(bound),
          bound.cause());
    }
    return new Gateway(context, transport, group, Map.copyOf(loops), bound.channel());
  }

  static GatewayContext context(
      Hub hub,
      GatewaySettings settings,
      InstantSource clock,
      LongSupplier nanoTime,
      int maxConnections) {
    return new GatewayContext(
        hub,
        clock,
        nanoTime,
        new BrowserRules(settings.allowedOrigins(), settings.allowedHosts()),
        new CatalogPages(hub.catalog()),
        nanoTime.getAsLong(),
        maxConnections,
        new AtomicInteger(),
        new ReplayRoom(),
        new AtomicInteger(),
        settings.stallTimeout().toMillis(),
        settings.deflate(),
        settings.deflateThresholdBytes(),
        new AtomicBoolean());
  }

  private static String reason(ChannelFuture bound) {
    Throwable cause = bound.cause();
    if (cause instanceof BindException && String.valueOf(cause.getMessage()).contains("in use")) {
      return "the address is in use; is a server running there already? (--port picks another)";
    }
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "no such host";
    }
    return String.valueOf(cause.getMessage());
  }

  /// Gives a new connection its pipeline, unless there are too many.
  static void accept(Channel channel, Loop loop, GatewayContext context) {
    if (context.connectionCount().incrementAndGet() > context.maxConnections()) {
      context.connectionCount().decrementAndGet();
      loop.noteRefusal();
      channel.close();
      return;
    }
    channel.closeFuture().addListener(closed -> context.connectionCount().decrementAndGet());
    Activity activity = new Activity(loop);
    RequestDecoder decoder = new RequestDecoder();
    channel
        .pipeline()
        .addLast(activity)
        .addLast(decoder)
        .addLast(new HttpResponseEncoder())
        .addLast(new HttpConnection(context, loop, activity, decoder));
  }

  /// Where the gateway listens, with the real port.
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /// How many connections there may be at once: what the process may open.
  public int maxConnections() {
    return context.maxConnections();
  }

  /// How many connections there are.
  int openConnections() {
    return context.connectionCount().get();
  }

  /// The transport in use: `epoll`, `io_uring` or `nio`.
  public String transport() {
    return transport.toString();
  }

  /// Stops in good order: no new connections, requests under way are answered, accepted events are
  /// delivered, WebSocket clients are told to come back and closed with 1001. Blocks until all
  /// are gone, `limit` at the longest. A second call does nothing.
  public void stop(Duration limit) {
    if (context.stopping().getAndSet(true)) {
      return;
    }
    long deadline = System.nanoTime() + limit.toNanos();
    server.close().awaitUninterruptibly();
    onEveryLoop(Loop::goAway, deadline);
    while (context.connectionCount().get() > 0 && left(deadline) > 0) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    // A group that is shut down does not always close what is still open.
    onEveryLoop(Loop::end, System.nanoTime() + CUT_OFF_NANOS);
    group
        .shutdownGracefully(QUIET_MILLIS, CUT_OFF_NANOS / 1_000_000, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2_000);
  }

  /// Has something done on every loop, and waits for it until the deadline.
  private void onEveryLoop(Consumer<Loop> action, long deadlineNanos) {
    List<Future<?>> done = new ArrayList<>();
    loops.forEach((eventLoop, loop) -> done.add(eventLoop.submit(() -> action.accept(loop))));
    done.forEach(future -> future.awaitUninterruptibly(left(deadlineNanos)));
  }

  private static long left(long deadlineNanos) {
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
  }
}
