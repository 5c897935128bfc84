package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.StartFailedException;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Hub;
import io.netty.channel.uring.IoUring;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The server as a whole: its beginning and its bounds.
class GatewayTest {

  private static Gateway start(String host, int port) throws StartFailedException {
    Hub hub = new Hub(EventCatalog.builtIn(), TestServer.memory(), TestServer.CLOCK, 1L << 20);
    return Gateway.start(
        hub, new GatewaySettings(host, port, Set.of(), Set.of(), Transport.AUTO), TestServer.CLOCK);
  }

  @Test
  void tellsWhereItListens() throws Exception {
    Gateway gateway = start("127.0.0.1", 0);
    try (RawClient client = RawClient.to(gateway.address().getPort())) {
      assertThat(gateway.address().getPort()).isPositive();
      assertThat(gateway.maxConnections()).isPositive();
      assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
    } finally {
      gateway.stop(Duration.ZERO);
    }
  }

  @Test
  void saysWhatIsWrongWithAnAddress() {
    try (TestServer server = TestServer.start()) {
      assertThatThrownBy(() -> start("127.0.0.1", server.port()))
          .isInstanceOf(StartFailedException.class)
          .hasMessageContaining("127.0.0.1:" + server.port())
          .hasMessageContaining("in use");
    }
    assertThatThrownBy(() -> start("no-such-host.invalid", 0))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("no such host");
    assertThatThrownBy(() -> start("192.0.2.1", 0))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("192.0.2.1");
  }

  @Test
  void doesNotStartWithoutRoomForAConnection() {
    assertThatThrownBy(() -> TestServer.withConnections(0))
        .hasRootCauseInstanceOf(StartFailedException.class)
        .hasMessageContaining("raise ulimit -n");
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void speaksOverEveryTransport(Transport transport) {
    if (transport == Transport.IO_URING && !IoUring.isAvailable()) {
      assertThatThrownBy(() -> TestServer.start(transport))
          .hasCauseInstanceOf(StartFailedException.class);
      return;
    }
    try (TestServer server = TestServer.start(transport);
        RawWebSocket socket = server.socket("")) {
      long sequence = server.publish(TestServer.alert("a"));
      assertThat(socket.message().path("sequence").asLong()).isEqualTo(sequence);
      assertThat(server.ask(get("/healthz")).status()).isEqualTo(200);
    }
  }

  @Test
  void holdsNoMoreConnectionsThanItMay() {
    try (TestServer server = TestServer.withConnections(3)) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawClient client = server.client();
        assertThat(client.ask(get("/healthz")).status()).isEqualTo(200);
        clients.add(client);
      }
      try (RawClient fourth = server.client()) {
        assertThat(fourth.isClosed()).isTrue();
      }
      assertThat(awaitLogs()).singleElement().asString().contains("connections refused");

      // A place that becomes free can be had again.
      clients.removeLast().close();
      RawClient next = untilServed(server);
      clients.add(next);
      clients.forEach(client -> assertThat(client.ask(get("/readyz")).status()).isEqualTo(200));
      clients.forEach(RawClient::close);
    }
    RecordedLogs.take();
  }

  /// What is logged by the next tick.
  private static List<String> awaitLogs() {
    List<String> logs = RecordedLogs.take();
    while (logs.isEmpty()) {
      LockSupport.parkNanos(10_000_000);
      logs = RecordedLogs.take();
    }
    return logs;
  }

  /// The server learns a little later than we that a client has left.
  private static RawClient untilServed(TestServer server) {
    for (int attempt = 0; attempt < 10_000; attempt++) {
      RawClient client = server.client();
      if (client.trySend(get("/healthz").getBytes(StandardCharsets.US_ASCII))
          && client.isAnswered()) {
        return client;
      }
      client.close();
    }
    throw new AssertionError("no place became free");
  }

  @Test
  void forgetsConnectionsThatAreGone() throws Exception {
    try (TestServer server = TestServer.start()) {
      for (int i = 0; i < 50; i++) {
        server.socket("?events=alert.*").close();
        server.client().close();
      }
      for (int i = 0; i < 500; i++) {
        if (server.hub.stats().subscriptions().totalConnections() == 0) {
          break;
        }
        Thread.onSpinWait();
        server.ask(get("/healthz"));
      }
      assertThat(server.hub.stats().subscriptions().totalConnections()).isZero();
      assertThat(server.hub.stats().subscriptions().totalPatterns()).isZero();
    }
  }
}
