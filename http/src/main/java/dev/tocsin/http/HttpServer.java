package dev.tocsin.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One port that speaks HTTP/1.1, whatever is served there.
///
/// Running from [#start] to [#stop]. Any thread may call anything.
public final class HttpServer {

  private static final int BACKLOG = 4_096;

  private static final long RELIEF_MILLIS = 100;
  private static final long POLL_MILLIS = 20;
  private static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// How long a loop has to have nothing to do before it ends: io_uring tells later that a socket is
  /// closed.
  private static final long QUIET_MILLIS = 20;

  private final HttpContext context;
  private final Transport transport;
  private final MultiThreadIoEventLoopGroup group;
  private final Map<EventLoop, Connections> loops;
  private final Channel server;

  private HttpServer(
      HttpContext context,
      EventLoops eventLoops,
      Map<EventLoop, Connections> loops,
      Channel server) {
    this.context = context;
    this.transport = eventLoops.transport();
    this.group = eventLoops.group();
    this.loops = loops;
    this.server = server;
  }

  /// Opens the port.
  ///
  /// @param clock tells the dates of answers
  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  /// @param maxConnections asked when the event loops have the files that they need
  /// @param services makes what is served
  /// @throws StartFailedException when the address is not to be had, the transport does not work here or the files of
  ///     TLS cannot be used
  public static HttpServer start(
      HttpSettings settings,
      InstantSource clock,
      LongSupplier nanoTime,
      IntSupplier maxConnections,
      Function<HttpContext, Service.Factory> services)
      throws StartFailedException {
    TlsFiles files = settings.tls();
    Tls tls = files == null ? null : Tls.start(files, clock);
    HttpServer server = null;
    try {
      server = start(settings, clock, nanoTime, maxConnections, services, tls);
      return server;
    } finally {
      if (server == null && tls != null) {
        tls.close();
      }
    }
  }

  /// The same, with what encrypts.
  static HttpServer start(
      HttpSettings settings,
      InstantSource clock,
      LongSupplier nanoTime,
      IntSupplier maxConnections,
      Function<HttpContext, Service.Factory> services,
      @Nullable Tls tls)
      throws StartFailedException {
    EventLoops eventLoops = EventLoops.open(settings.transport(), tls != null, settings.loops());
    Map<EventLoop, Connections> loops = new HashMap<>();
    try {
      int most = maxConnections.getAsInt();
      if (most == 0) {
        throw new StartFailedException(
            "no file is left for connections: raise ulimit -n, or take fewer loops");
      }
      SocketMemory memory = SocketMemory.ofProcess();
      HttpContext context =
          new HttpContext(
              clock,
              nanoTime,
              settings.browserRules(),
              settings.addresses(),
              most,
              settings.loops(),
              memory,
              tls);
      Service.Factory factory = services.apply(context);
      for (EventExecutor executor : eventLoops.group()) {
        EventLoop eventLoop = (EventLoop) executor;
        Connections connections = new Connections(eventLoop, context, factory);
        loops.put(eventLoop, connections);
        connections.start();
      }
      Channel listening = listen(bootstrap(eventLoops, loops, memory, nanoTime), settings);
      listening
          .pipeline()
          .addLast(new Accepting(new LoopTasks(listening.eventLoop()), context::takeIndebted));
      relieveWhenPressed(memory, loops);
      return new HttpServer(context, eventLoops, Map.copyOf(loops), listening);
    } catch (Throwable e) {
      loops.forEach((eventLoop, connections) -> eventLoop.execute(connections::end));
      eventLoops.group().shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw e;
    }
  }

  private static Channel listen(ServerBootstrap bootstrap, HttpSettings settings)
      throws StartFailedException {
    ChannelFuture bound = bootstrap.bind(settings.host(), settings.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new StartFailedException(
          settings.authority(), ListenFault.of(bound.cause()), bound.cause());
    }
    return bound.channel();
  }

  /// Has every loop give memory back when there is little left. Not at once again: a socket that is closed lets go of
  /// what it holds a little later.
  private static void relieveWhenPressed(SocketMemory memory, Map<EventLoop, Connections> loops) {
    memory.whenPressed(() -> {
      long excessBytes = memory.excessBytes() / loops.size();
      loops.forEach((eventLoop, connections) ->
          eventLoop.execute(
              Guard.task(
                  "memory could not be given back", () -> connections.relieve(excessBytes))));
      loops
          .keySet()
          .iterator()
          .next()
          .schedule(memory::relieved, RELIEF_MILLIS, TimeUnit.MILLISECONDS);
    });
  }

  /// Whether all its event loops live. One that has ended does not come back: nothing is answered on it any more, and
  /// the process has to be started again.
  public boolean isAlive() {
    return context.isStopping() || loops.keySet().stream().noneMatch(EventLoop::isShuttingDown);
  }

  private static ServerBootstrap bootstrap(
      EventLoops eventLoops,
      Map<EventLoop, Connections> loops,
      SocketMemory memory,
      LongSupplier nanoTime) {
    return new ServerBootstrap()
        .group(eventLoops.group())
        .channel(eventLoops.transport().serverChannel())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new Accepting.Rounds(nanoTime))
        .childOption(ChannelOption.ALLOCATOR, memory.allocator())
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new SocketMemory.Reading())
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(
                HttpLimits.UNREAD_OUTPUT_BYTES / 2, HttpLimits.UNREAD_OUTPUT_BYTES))
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                Connections connections = loops.get(channel.eventLoop());
                if (connections == null) {
                  throw new IllegalStateException("a channel on a foreign event loop");
                }
                connections.accept(channel);
              }
            });
  }

  /// Where the server listens, with the real port.
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /// What its connections share.
  public HttpContext context() {
    return context;
  }

  /// The transport in use: `epoll`, `io_uring` or `nio`.
  public String transport() {
    return transport.toString();
  }

  /// Stops in good order: no new connections, requests under way are answered, every connection takes
  /// leave in its own way. Blocks until all are gone, `limit` at the longest. A second call does nothing.
  public void stop(Duration limit) {
    if (!context.beginToStop()) {
      return;
    }
    long deadline = System.nanoTime() + limit.toNanos();
    server.close().awaitUninterruptibly();
    onEveryLoop(Connections::goAway, deadline);
    while (context.openConnections() > 0 && left(deadline) > 0) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    // A group that is shut down does not always close what is still open.
    onEveryLoop(Connections::end, System.nanoTime() + CUT_OFF_NANOS);
    group
        .shutdownGracefully(QUIET_MILLIS, CUT_OFF_NANOS / 1_000_000, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2_000);
    Tls tls = context.tls();
    if (tls != null) {
      tls.close();
    }
  }

  /// Looks after every connection at once, as the timer does once a second; returns when that is done. For tests that do
  /// not wait.
  public void tick() {
    onEveryLoop(Connections::tick, System.nanoTime() + CUT_OFF_NANOS);
  }

  /// Has something done on every loop that lives, and waits for it until the deadline.
  private void onEveryLoop(Consumer<Connections> action, long deadlineNanos) {
    List<Future<?>> done = new ArrayList<>();
    loops.forEach((eventLoop, connections) -> {
      Runnable task = Guard.task("a loop could not be ended", () -> action.accept(connections));
      try {
        done.add(eventLoop.submit(task));
      } catch (RejectedExecutionException e) {
        // It has ended already.
      }
    });
    done.forEach(future -> future.awaitUninterruptibly(left(deadlineNanos)));
  }

  private static long left(long deadlineNanos) {
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
  }
}
