package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens to the failure of an application that has neither a listener nor a log: seen from
/// outside, in a process of its own.
@Timeout(60)
class LastResortTest {

  /// The application, and the server that it connects to.
  static final class Application {

    private Application() {}

    public static void main(String[] args) throws Exception {
      CompletableFuture<Void> second = new CompletableFuture<>();
      try (TinyWebSocketServer server = new TinyWebSocketServer();
          TocsinClient client = new TocsinClient(server.options(Duration.ofSeconds(6)))) {
        client.on(
            CameraEnabledPayload.class,
            (payload, event) -> {
              if (event.sequence() == 1) {
                throw new IllegalStateException("thrown by the handler");
              }
              second.complete(null);
            });
        client.connect();
        Peer peer = server.accept();
        peer.established("e1", 0);
        peer.send("no JSON");
        peer.event(1, 0);
        peer.event(2, 1);
        second.get();
      }
    }
  }

  @Test
  void itStandsOnStandardErrorWithItsStackTrace() throws Exception {
    Process application =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Application.class.getName())
            .start();

    String err = new String(application.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(err)
        .contains("malformed: A message cannot be read")
        .contains("A handler for camera.enabled with sequence 1 has failed")
        .contains("at dev.tocsin.client.LastResortTest$Application");
  }
}
