package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {

  private final Queue<Connections> loops = new ConcurrentLinkedQueue<>();
  private HttpServer server;

  @BeforeEach
  void start() throws StartFailedException {
    server =
        HttpServer.start(
            new HttpSettings(
                "127.0.0.1", 0, new BrowserRules(Set.of(), Set.of()), Transport.NIO, 2),
            InstantSource.system(),
            System::nanoTime,
            () -> 100,
            context ->
                connections -> {
                  loops.add(connections);
                  Routes none =
                      new Routes(
                          List.of(), Doorkeeper.NONE, List.of(), (word, names) -> Optional.empty());
                  return () -> none;
                });
  }

  @AfterEach
  void stop() {
    server.stop(Duration.ZERO);
  }

  @Test
  void livesAsLongAsAllItsLoopsDo() {
    assertThat(loops).hasSize(2);
    assertThat(server.isAlive()).isTrue();

    loops.element().eventLoop().shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);

    assertThat(server.isAlive()).isFalse();
  }
}
