package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

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

  /// A log of others that does not answer, and knows of no event whether it is there.
  private static final class SilentLog extends ForwardingLog {

    private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

    SilentLog() {
      super(new InMemoryEventLog("epoch", 1 << 20));
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
      CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();
      waiting.add(() ->
          answer.complete(
              Collections.nCopies(appends.size(), new AppendResult.Unknown("nobody answers"))));
      return answer;
    }

    @Override
    public void giveUp() {
      waiting.forEach(Runnable::run);
    }
  }

  @Test
  void whoPublishesWhenTheLogDoesNotAnswerIsToldThatNobodyKnows() throws Exception {
    SilentLog log = new SilentLog();
    GatewaySettings settings =
        new GatewaySettings("127.0.0.1", 0, Set.of(), Set.of(), Transport.NIO);
    TocsinServer server =
        TocsinServer.start(
            ServerParts.of(EventCatalog.builtIn(), log, settings, InstantSource.system()));
    String event = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}";
    try (RawClient http = RawClient.to(server.uri().getPort());
        RawWebSocket socket = RawWebSocket.open(server.uri().getPort(), "")) {
      http.send(RawClient.post("/api/v1/events", event));
      socket.say("{\"action\":\"publish\",\"id\":1,\"event\":" + event + "}");
      while (log.waiting.size() < 2) {
        Thread.sleep(5);
      }

      server.stop(Duration.ofSeconds(4));

      HttpAnswer answer = http.answer();
      assertThat(answer.problem()).isEqualTo("503 unavailable");
      assertThat(answer.json().path("details").path("uncertain").asBoolean()).isTrue();
      JsonNode said = socket.message();
      while (!said.path("type").asString().equals("error")) {
        said = socket.message();
      }
      assertThat(said.path("id").asInt()).isOne();
      assertThat(said.path("payload").path("details").path("uncertain").asBoolean()).isTrue();
      assertThat(socket.closeFrame().closeCode()).isEqualTo(1001);
    }
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
