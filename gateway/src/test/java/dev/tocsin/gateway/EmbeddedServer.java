package dev.tocsin.gateway;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Connections;
import dev.tocsin.http.HttpContext;
import dev.tocsin.http.Route;
import dev.tocsin.http.SocketMemory;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// One connection of a server without sockets or threads, and with a clock that stands still: what it
/// does, it does on the test's thread.
final class EmbeddedServer implements AutoCloseable {

  /// What the hub keeps in memory; the log holds more.
  static final int RECENT_BYTES = 1 << 20;

  final Hub hub;
  final GatewayContext context;
  final EmbeddedChannel channel;
  private final Loop[] loop = new Loop[1];
  private final Connections[] connections = new Connections[1];
  private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
  private int reads;
  private long nanos = 1_000_000_000_000L;

  /// How much time passes between two looks at the clock.
  long nanosPerLook;

  /// Whether the hub's clock does not stand still: for tests of how long an append has taken since its first byte.
  boolean timeGoesOn;

  /// How much of its GiB outside the heap is in use.
  long usedMemory;

  EmbeddedServer() {
    this(TestServer.memory());
  }

  EmbeddedServer(EventLog log) {
    this(log, TestServer.settings(Transport.NIO));
  }

  private EmbeddedServer(EventLog log, GatewaySettings settings) {
    // By a clock that goes on, a shard might pause after a turn that took long: for ever, where
    // time stands still.
    hub =
        new Hub(
            EventCatalog.builtIn(),
            log,
            TestServer.CLOCK,
            () -> timeGoesOn ? System.nanoTime() : nanos,
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("later").daemon().factory()),
            RECENT_BYTES);
    HttpContext http =
        new HttpContext(
            TestServer.CLOCK,
            () -> nanos += nanosPerLook,
            settings.http().browserRules(),
            10,
            1,
            new SocketMemory(1L << 30, () -> usedMemory));
    context = GatewayContext.of(http, hub, settings);
    channel =
        new EmbeddedChannel(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel accepted) {
                accepted.config().setAutoRead(false);
                connections[0] =
                    new Connections(
                        accepted.eventLoop(), http, made -> loop[0] = new Loop(made, context));
                connections[0].accept(accepted);
              }
            }) {

          private boolean running;

          // As an event loop does: no task begins in the middle of another.
          @Override
          public void runPendingTasks() {
            if (running) {
              return;
            }
            running = true;
            try {
              super.runPendingTasks();
            } finally {
              running = false;
            }
          }
        };
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

  /// A server with settings of its own.
  static EmbeddedServer of(GatewaySettings settings) {
    return new EmbeddedServer(TestServer.memory(), settings);
  }

  /// Another connection of the same loop, on which a request has come.
  EmbeddedChannel another(String request) {
    EmbeddedChannel other =
        new EmbeddedChannel(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel accepted) {
                accepted.config().setAutoRead(false);
                connections[0].accept(accepted);
              }
            });
    other.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.UTF_8));
    runTasks();
    other.runPendingTasks();
    return other;
  }

  Loop loop() {
    return loop[0];
  }

  /// The table of what is served.
  List<Route> routes() {
    return HubRoutes.table(context, loop[0]);
  }

  Connections connections() {
    return connections[0];
  }

  /// A server whose connection is a WebSocket already and has said `connection.established`.
  static EmbeddedServer webSocket(String query, String... headers) {
    return webSocket(TestServer.memory(), query, headers);
  }

  static EmbeddedServer webSocket(EventLog log, String query, String... headers) {
    return webSocket(log, TestServer.settings(Transport.NIO), query, headers);
  }

  static EmbeddedServer webSocket(
      EventLog log, GatewaySettings settings, String query, String... headers) {
    EmbeddedServer server = new EmbeddedServer(log, settings);
    server.receive(RawWebSocket.handshake("/ws/events" + query, headers));
    String said = server.said();
    if (!said.contains("connection.established")) {
      throw new AssertionError(said);
    }
    return server;
  }

  /// Bytes come from the client.
  EmbeddedServer receive(byte[] bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes));
    runTasks();
    return this;
  }

  EmbeddedServer receive(String text) {
    return receive(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Runs what is to be run now, and what that makes.
  void runTasks() {
    do {
      channel.runPendingTasks();
    } while (channel.hasPendingTasks());
  }

  /// Time passes, second by second.
  EmbeddedServer pass(long millis) {
    for (long left = millis; left > 0; left -= 1_000) {
      long step = Math.min(left, 1_000);
      nanos += TimeUnit.MILLISECONDS.toNanos(step);
      channel.advanceTimeBy(step, TimeUnit.MILLISECONDS);
      connections[0].tick();
      runTasks();
    }
    return this;
  }

  /// Time passes while the server does something: nobody looks.
  void takes(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /// The process stands still: time passes, and nobody looks until it is over.
  EmbeddedServer standStill(long millis) {
    takes(millis);
    connections[0].tick();
    runTasks();
    return this;
  }

  /// Whether the server has asked for more bytes since the last call.
  boolean hasAskedForMore() {
    runTasks();
    boolean asked = reads > 0;
    reads = 0;
    return asked;
  }

  /// The client takes nothing of what it is sent, or everything again.
  void takesOutput(boolean takes) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, takes);
    runTasks();
  }

  void publish(String envelope) {
    hub.publish(new PublishCommand(Slice.of(envelope))).join();
    runTasks();
  }

  /// What the server has said since the last call, byte for byte a character.
  String said() {
    runTasks();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      unread.writeBytes(ByteBufUtil.getBytes(next));
      next.release();
    }
    String said = unread.toString(StandardCharsets.ISO_8859_1);
    unread.reset();
    return said;
  }

  /// The client goes.
  void disconnect() {
    channel.close();
    runTasks();
  }

  boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void close() {
    said();
    channel.finishAndReleaseAll();
    hub.close();
    channel.checkException();
  }
}
