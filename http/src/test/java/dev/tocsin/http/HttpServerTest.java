package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
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
        start(connections -> {
          loops.add(connections);
          Routes none =
              new Routes(List.of(), Doorkeeper.NONE, List.of(), (word, names) -> Optional.empty());
          return () -> none;
        });
  }

  private static HttpServer start(Service.Factory services) throws StartFailedException {
    return HttpServer.start(
        new HttpSettings("127.0.0.1", 0, new BrowserRules(Set.of(), Set.of()), Transport.NIO, 2),
        InstantSource.system(),
        System::nanoTime,
        () -> 100,
        context -> services);
  }

  @AfterEach
  void stop() {
    server.stop(Duration.ZERO);
  }

  @Test
  void nothingIsLeftOfAServerOfWhichAServiceCannotBeMade() throws Exception {
    loops.clear();
    CountDownLatch ended = new CountDownLatch(1);
    Service first =
        new Service() {
          @Override
          public Routes routes() {
            throw new AssertionError("nobody asks");
          }

          @Override
          public void end() {
            ended.countDown();
          }
        };

    assertThatThrownBy(() ->
            start(connections -> {
              loops.add(connections);
              if (loops.size() > 1) {
                throw new IllegalStateException("for the test");
              }
              return first;
            }))
        .hasMessage("for the test");

    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    for (Connections connections : loops) {
      assertThat(connections.eventLoop().awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void livesAsLongAsAllItsLoopsDo() {
    assertThat(loops).hasSize(2);
    assertThat(server.isAlive()).isTrue();

    loops.element().eventLoop().shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);

    assertThat(server.isAlive()).isFalse();
  }
}
