package dev.tocsin.gateway;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A whole server on a free port, with a log in memory.
final class TestServer implements AutoCloseable {

  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-04T05:06:07Z"));
  private static final long LOG_BYTES = 64L << 20;

  final Hub hub;
  final Gateway gateway;

  /// More than one on any machine, so that they have to get along with each other.
  static final int LOOPS = 2;

  /// What the server's clock is ahead of the machine's, in nanoseconds.
  final AtomicLong ahead = new AtomicLong();

  private TestServer(EventLog log, GatewaySettings settings, int maxConnections) {
    this(log, settings, maxConnections, 16L << 20, System::nanoTime);
  }

  private TestServer(
      EventLog log,
      GatewaySettings settings,
      int maxConnections,
      long recentBytes,
      LongSupplier nanoTime) {
    hub = new Hub(EventCatalog.builtIn(), log, CLOCK, recentBytes);
    try {
      gateway =
          Gateway.start(
              hub, settings, CLOCK, () -> nanoTime.getAsLong() + ahead.get(), () -> maxConnections);
    } catch (StartFailedException e) {
      throw new IllegalStateException(e);
    }
  }

  static InMemoryEventLog memory() {
    return new InMemoryEventLog("epoch-1", LOG_BYTES);
  }

  static GatewaySettings settings(Transport transport) {
    return settings(transport, null);
  }

  static GatewaySettings settings(Transport transport, @Nullable TlsFiles tls) {
    return settings(transport, GatewaySettings.DEFAULT_STALL_TIMEOUT, DeflateSettings.USUAL, tls);
  }

  static GatewaySettings settings(DeflateSettings deflate) {
    return settings(Transport.AUTO, GatewaySettings.DEFAULT_STALL_TIMEOUT, deflate, null);
  }

  /// Nothing is compressed, so that what waits for a client is as much as it seems.
  ///
  /// @param stallTimeout how long a client may take nothing
  static GatewaySettings impatient(Duration stallTimeout, @Nullable TlsFiles tls) {
    return settings(Transport.AUTO, stallTimeout, DeflateSettings.OFF, tls);
  }

  private static GatewaySettings settings(
      Transport transport, Duration stallTimeout, DeflateSettings deflate, @Nullable TlsFiles tls) {
    return new GatewaySettings(
        "127.0.0.1",
        0,
        Set.of(),
        Set.of(),
        transport,
        LOOPS,
        stallTimeout,
        deflate,
        AccessSettings.OPEN,
        tls,
        true,
        null,
        Hooks.NONE);
  }

  static TestServer start() {
    return start(Transport.AUTO);
  }

  static TestServer start(Transport transport) {
    return new TestServer(memory(), settings(transport), 10_000);
  }

  static TestServer start(EventLog log, Transport transport) {
    return new TestServer(log, settings(transport), 10_000);
  }

  /// One that keeps hardly anything in memory: whoever does not stand at the head reads the log.
  static TestServer forgetful(EventLog log) {
    return new TestServer(log, settings(Transport.AUTO), 10_000, 4_096, System::nanoTime);
  }

  /// One for which no time passes by itself: whatever comes in one piece is worked off in one turn.
  static TestServer timeless(EventLog log) {
    return new TestServer(log, settings(Transport.AUTO), 10_000, 16L << 20, () -> 0);
  }

  static TestServer timeless(GatewaySettings settings) {
    return new TestServer(memory(), settings, 10_000, 16L << 20, () -> 0);
  }

  static TestServer forgetful(EventLog log, GatewaySettings settings) {
    return new TestServer(log, settings, 10_000, 4_096, System::nanoTime);
  }

  static TestServer start(GatewaySettings settings) {
    return new TestServer(memory(), settings, 10_000);
  }

  static TestServer withConnections(int maxConnections) {
    return new TestServer(memory(), settings(Transport.AUTO), maxConnections);
  }

  int port() {
    return gateway.address().getPort();
  }

  RawClient client() {
    return RawClient.to(port());
  }

  RawWebSocket socket(String query) {
    return RawWebSocket.open(port(), query);
  }

  /// Time passes for the server, second by second, with a look at every connection after each; the kernel has a moment
  /// meanwhile to acknowledge what was sent.
  void passSeconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      ahead.addAndGet(TimeUnit.SECONDS.toNanos(1));
      gateway.tick();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /// Time passes until nobody is connected any more.
  void awaitNobody() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (openConnections() > 0 || hub.stats().subscriptions().totalConnections() > 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(openConnections() + " connections are left");
      }
      passSeconds(1);
    }
  }

  /// The process stands still for a while: nobody looks at anything meanwhile.
  void standStill(int seconds) {
    ahead.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    gateway.tick();
  }

  /// One request on a connection of its own.
  HttpAnswer ask(String request) {
    try (RawClient client = client()) {
      return client.ask(request);
    }
  }

  /// How many sockets the server holds.
  int openConnections() {
    return gateway.openConnections();
  }

  /// An envelope of `alert.deleted`.
  static String alert(String id) {
    return "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + id + "\"}}";
  }

  /// An envelope of `job.progress`.
  static String job(int progress) {
    return "{\"type\":\"job.progress\",\"payload\":{\"job_id\":\"j\",\"job_type\":\"t\","
        + "\"progress\":"
        + progress
        + ",\"status\":\"running\"}}";
  }

  /// An `alert.deleted` with a payload of about this size.
  static String large(String id, int bytes) {
    return "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\""
        + id
        + "\",\"reason\":\""
        + "x".repeat(bytes)
        + "\"}}";
  }

  /// Publishes past the network; the sequence.
  long publish(String envelope) {
    PublishResult result = hub.publish(new PublishCommand(Slice.of(envelope))).join();
    if (result instanceof PublishResult.Published published) {
      return published.sequence();
    }
    throw new AssertionError(result);
  }

  @Override
  public void close() {
    gateway.stop(Duration.ZERO);
    hub.log().close();
  }
}
