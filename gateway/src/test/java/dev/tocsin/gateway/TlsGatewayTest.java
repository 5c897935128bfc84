package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tocsin.fixtures.Deflated;
import dev.tocsin.fixtures.Flood;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.NoErrorsLogged;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawEventSource;
import dev.tocsin.fixtures.RawStream;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The hub over TLS: all that the other tests see over plain sockets rests on the same pipeline, but for what is encrypted
/// in front of it.
@ExtendWith(NoErrorsLogged.class)
class TlsGatewayTest {

  private static final TestCertificate AUTHORITY = TestCertificate.authority("authority");
  private static final int SMALL_BUFFER = 8 * 1024;

  @TempDir Path folder;

  private TlsFiles files;
  private SSLContext trust;

  @BeforeEach
  void makeFiles() {
    files = new TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem"), null);
    AUTHORITY.issue("server").write(files.certificate(), files.key());
    trust = AUTHORITY.clientContext(null);
  }

  private TestServer start(Transport transport) {
    return TestServer.start(TestServer.settings(transport, files));
  }

  private RawClient client(TestServer server, int receiveBytes) {
    return TestCertificate.client(trust, server.port(), receiveBytes);
  }

  private RawWebSocket socket(TestServer server, String query) {
    return RawWebSocket.open(client(server, 0), query);
  }

  private RawWebSocket slowSocket(TestServer server, String query) {
    return RawWebSocket.open(client(server, SMALL_BUFFER), query);
  }

  private static boolean works(Transport transport) {
    return switch (transport) {
      case EPOLL -> Epoll.isAvailable();
      case IO_URING -> IoUring.isAvailable();
      case AUTO, NIO -> true;
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"EPOLL", "IO_URING", "NIO"})
  void aStreamLagsAndCatchesUpAndEndsInGoodOrder(Transport transport) {
    assumeTrue(works(transport));
    try (TestServer server = start(transport);
        RawEventSource slow = source(server, SMALL_BUFFER);
        RawEventSource quick = source(server, 0)) {
      quick.json("established");
      for (int i = 1; i <= 100; i++) {
        server.publish(TestServer.large("a", 60_000));
        assertThat(quick.json("message").path("sequence").asLong()).isEqualTo(i);
      }
      slow.json("established");
      for (int i = 1; i <= 100; i++) {
        JsonNode event = slow.json("message");
        assertThat(event.path("sequence").asLong()).isEqualTo(i);
        assertThat(event.path("previous").asLong()).isEqualTo(i - 1);
      }
      CompletableFuture<Void> stopped =
          CompletableFuture.runAsync(() -> server.gateway.stop(Duration.ofSeconds(8)));
      for (RawEventSource source : List.of(slow, quick)) {
        assertThat(source.json("control").path("action").asString()).isEqualTo("reconnect");
        assertThat(source.stream().rest()).isEmpty();
      }
      stopped.join();
    }
  }

  private RawEventSource source(TestServer server, int receiveBytes) {
    RawClient client = client(server, receiveBytes).send(get("/sse/events"));
    return RawEventSource.over(RawStream.over(client), "");
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"EPOLL", "IO_URING", "NIO"})
  void sendsTheSameBatchToManyWhateverTheTransport(Transport transport) {
    assumeTrue(works(transport));
    List<RawWebSocket> sockets = new ArrayList<>();
    try (TestServer server = start(transport)) {
      for (int i = 0; i < 6; i++) {
        sockets.add(socket(server, "?events=alert.*"));
      }
      try (RawClient producer = client(server, 0)) {
        for (int i = 1; i <= 200; i++) {
          String event =
              i % 50 == 0 ? TestServer.large("a" + i, 50_000) : TestServer.alert("a" + i);
          assertThat(producer.ask(post("/api/v1/events", event)).status()).isEqualTo(201);
        }
      }
      for (RawWebSocket socket : sockets) {
        for (int i = 1; i <= 200; i++) {
          JsonNode event = socket.message();
          assertThat(event.path("sequence").asLong()).isEqualTo(i);
          assertThat(event.path("payload").path("id").asString()).isEqualTo("a" + i);
        }
      }
    } finally {
      sockets.forEach(RawWebSocket::close);
    }
  }

  @Test
  void compressesForThoseWhoWantIt() {
    try (TestServer server = start(Transport.AUTO);
        RawClient client = client(server, 0);
        RawWebSocket plain = socket(server, "?events=alert.*")) {
      client.send(
          RawWebSocket.handshake(
              "/ws/events?events=alert.*",
              "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover"));
      assertThat(client.answer().status()).isEqualTo(101);
      RawWebSocket deflated = RawWebSocket.of(client);
      deflated.frame();
      server.publish(TestServer.large("a", 5_000));

      Frame frame = deflated.frame();
      assertThat(frame.first()).isEqualTo(0xC1);
      assertThat(frame.payload().length).isLessThan(1_000);
      assertThat(Deflated.inflated(frame.payload())).isEqualTo(plain.frame().payload());
    }
  }

  @Test
  void slowReaderCatchesUpWithoutLoss() {
    try (TestServer server = start(Transport.AUTO);
        RawWebSocket slow = slowSocket(server, "?events=alert.*");
        RawWebSocket quick = socket(server, "?events=alert.*")) {
      int sent = 400;
      for (int i = 1; i <= sent; i++) {
        server.publish(TestServer.large("a", 60_000));
        assertThat(quick.message().path("sequence").asLong()).isEqualTo(i);
      }
      assertThat(server.hub.stats().delivered())
          .as("the slow one has left the live path")
          .isLessThan(2L * sent);
      for (int i = 1; i <= sent; i++) {
        JsonNode event = slow.message();
        assertThat(event.path("sequence").asLong()).isEqualTo(i);
        assertThat(event.path("previous").asLong()).isEqualTo(i - 1);
      }
      server.publish(TestServer.alert("b"));
      assertThat(slow.message().path("sequence").asLong()).isEqualTo(sent + 1);
    }
  }

  @Test
  void isClosedWhenItTakesNothingForTooLong() {
    GatewaySettings settings = TestServer.impatient(Duration.ofSeconds(30), files);
    try (TestServer server = TestServer.start(settings);
        RawWebSocket stalled = slowSocket(server, "?events=alert.*")) {
      for (int i = 0; i < 300; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (server.hub.stats().subscriptions().totalConnections() > 0) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        server.passSeconds(7);
        stalled.say("ping");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "{"})
  void stopsReadingFromAFlooderThatReadsNothing(String kind) {
    try (TestServer server = start(Transport.AUTO);
        RawWebSocket flooder = slowSocket(server, "?events=none");
        RawWebSocket other = socket(server, "?events=alert.*")) {
      Flood.of(flooder.client(), RawWebSocket.textFrame(kind)).awaitStandstill();

      server.publish(TestServer.alert("a"));
      assertThat(other.message().path("type").asString()).isEqualTo("alert.deleted");
      for (int i = 0; i < 1_000; i++) {
        flooder.frame();
      }
    }
  }

  @Test
  void answersWithMuchHistoryAndResumes() {
    try (TestServer server = start(Transport.AUTO)) {
      for (int i = 1; i <= 60; i++) {
        server.publish(TestServer.large("a", 50_000));
      }
      try (RawClient client = client(server, 0)) {
        HttpAnswer answer = client.ask(get("/api/v1/events?since=0&limit=60"));
        assertThat(answer.json().path("events").size()).isEqualTo(60);
      }
      try (RawWebSocket socket = socket(server, "?events=alert.*&since=10")) {
        assertThat(socket.message().path("action").asString()).isEqualTo("resumed");
        for (int i = 11; i <= 60; i++) {
          assertThat(socket.message().path("sequence").asLong()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void takesLeaveInWords() {
    try (TestServer server = start(Transport.AUTO);
        RawWebSocket socket = socket(server, "?events=alert.*")) {
      socket.send(Frame.CLOSE, new byte[] {0x03, (byte) 0xE8});
      assertThat(socket.closeFrame().closeCode()).isEqualTo(1000);
      // With the end of TLS, or the client would take it for cut off.
      assertThat(socket.client().rest()).isEmpty();
    }
  }

  @Test
  void isDoneWithWhoGoesWithoutAWord() {
    try (TestServer server = start(Transport.AUTO)) {
      socket(server, "?events=alert.*").close();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (server.openConnections() > 0) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        LockSupport.parkNanos(1_000_000);
      }
    }
  }
}
