package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.http.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that is stopped by whom nobody thought of.
@Timeout(120)
class StopTest {

  private static final AlertDeletedPayload ALERT = new AlertDeletedPayload("a-17", null);

  @TempDir private Path folder;

  private static ServerBuilder builder() {
    return TocsinServer.builder().port(0).transport(Transport.NIO).loops(1);
  }

  private TocsinServer onDisk() {
    return builder().onDisk(folder).start();
  }

  @Test
  void aFollowerIsNotWaitedForByItself() throws Exception {
    TocsinServer server = builder().start();
    CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    server.follow(
        List.of(),
        event -> {
          server.stop(Duration.ofDays(1));
          stopped.complete(server.isAlive());
        });

    server.publish(ALERT).join();

    assertThat(stopped.get(60, TimeUnit.SECONDS)).isFalse();
  }

  /// On a disk that is the thread of the log, for whose end the log's end waits.
  @Test
  void whatAPublishCompletesMayStopTheServer() throws Exception {
    TocsinServer server = onDisk();
    CompletableFuture<Boolean> stopped = new CompletableFuture<>();

    server
        .publish(ALERT)
        .thenAccept(result -> {
          server.close();
          stopped.complete(server.isAlive());
        });

    assertThat(stopped.get(60, TimeUnit.SECONDS)).isFalse();
    assertThat(restarted().hub().log().state().newest()).isEqualTo(1);
  }

  /// The folder is free again a moment later.
  private TocsinServer restarted() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        return closedAfterwards(onDisk());
      } catch (ServerStartException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  private static TocsinServer closedAfterwards(TocsinServer server) {
    server.close();
    return server;
  }

  @Test
  void aLimitThatIsNoneStopsNothing() {
    TocsinServer server = builder().start();

    assertThatThrownBy(() -> server.stop(null)).isInstanceOf(NullPointerException.class);

    assertThat(server.isAlive()).isTrue();
    server.stop(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(server.isAlive()).isFalse();
  }

  @Test
  void anInterruptedThreadStartsAndStopsAServer() {
    Thread.currentThread().interrupt();
    TocsinServer server = onDisk();
    assertThat(Thread.interrupted()).isTrue();
    server.publish(ALERT).join();
    String epoch = server.hub().log().state().epoch();

    Thread.currentThread().interrupt();
    server.close();

    assertThat(Thread.interrupted()).isTrue();
    TocsinServer again = onDisk();
    assertThat(again.hub().log().state().epoch()).isEqualTo(epoch);
    assertThat(again.hub().log().state().newest()).isEqualTo(1);
    again.close();
  }
}
