package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// The client against a server whose every frame is the test's.
abstract class OnTinyServer {

  static final CameraEnabledPayload ENABLED =
      new CameraEnabledPayload("c", new Timestamp("2026-01-09T12:00:00Z"));

  final Recorder recorder = new Recorder();

  TinyWebSocketServer server;

  TocsinClient client;

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
    client = client(options());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  ClientOptions options() {
    return options(Duration.ofSeconds(6));
  }

  ClientOptions options(Duration silenceLimit) {
    return server.options(silenceLimit);
  }

  TocsinClient client(ClientOptions options) {
    return new TocsinClient(options, recorder);
  }

  Peer connected(long sequence) throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", sequence);
    assertThat(connecting.get()).isEqualTo(new Position("e1", sequence));
    assertThat(recorder.next()).isEqualTo("connected " + sequence);
    return peer;
  }
}
