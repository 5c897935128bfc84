package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawEventSource;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.DurationFigures;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.SharedLogFigures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What a server tells of a log that it shares.
@Timeout(60)
class SharedLogPagesTest {

  private final FiguredLog log = new FiguredLog();
  private final TestServer server = TestServer.start(log, Transport.AUTO);

  @AfterEach
  void stop() {
    server.close();
  }

  /// A log that tells what the test says.
  private static final class FiguredLog extends ForwardingLog {

    volatile boolean healthy = true;
    volatile double lagSeconds = 0.25;
    volatile Optional<String> fault = Optional.empty();
    volatile Optional<String> trouble = Optional.empty();

    FiguredLog() {
      super(TestServer.memory());
    }

    @Override
    public LogFigures figures() {
      List<Long> counts =
          new ArrayList<>(Collections.nCopies(DurationFigures.UPPER_BOUNDS_SECONDS.size(), 0L));
      counts.addFirst(3L);
      return new LogFigures(
          "jetstream",
          4_096,
          Optional.of(Durability.POWER),
          Optional.of(
              new SharedLogFigures(
                  "g-1",
                  List.of("nats://a:4222", "nats://b:4222"),
                  Optional.of("n2"),
                  3,
                  17,
                  lagSeconds,
                  new DurationFigures(counts, 0.125),
                  5,
                  2,
                  1,
                  healthy)));
    }

    @Override
    public LogState state() {
      LogState state = super.state();
      return new LogState(
          state.epoch(), state.oldest(), state.newest(), fault, state.unreadable(), trouble);
    }
  }

  private HttpAnswer ask(String path) {
    return server.ask(get(path, "Connection: close"));
  }

  @Test
  void statsNameTheGatewayAndTheServersOfTheLog() {
    JsonNode stats = ask("/api/v1/stats").json();

    assertThat(stats.path("gateway").asString()).isEqualTo("g-1");
    assertThat(stats.path("log").toString())
        .isEqualTo(
            "{\"kind\":\"jetstream\",\"size_bytes\":4096,\"durability\":\"power\","
                + "\"servers\":[\"nats://a:4222\",\"nats://b:4222\"],\"leader\":\"n2\",\"replicas\":3,"
                + "\"lag_events\":17,\"lag_seconds\":0.25,\"in_flight\":5,\"reconnects\":2,"
                + "\"uncertain\":1,\"healthy\":true,\"unreadable\":[]}");
  }

  @Test
  void metricsHaveItsFamilies() {
    assertThat(ask("/metrics").text().lines())
        .contains(
            "tocsin_jetstream_lag_events 17.0",
            "tocsin_jetstream_lag_seconds 0.25",
            "tocsin_jetstream_publish_seconds_bucket{le=\"1.0E-4\"} 3",
            "tocsin_jetstream_publish_seconds_count 3",
            "tocsin_jetstream_publish_seconds_sum 0.125",
            "tocsin_jetstream_in_flight 5.0",
            "tocsin_jetstream_reconnects_total 2.0",
            "tocsin_jetstream_uncertain_total 1.0",
            "tocsin_jetstream_healthy 1.0");
  }

  @Test
  void aLogOfItsOwnHasNoneOfThem() {
    try (TestServer alone = TestServer.start()) {
      assertThat(alone.ask(get("/metrics", "Connection: close")).text())
          .doesNotContain("tocsin_jetstream");
      JsonNode stats = alone.ask(get("/api/v1/stats", "Connection: close")).json();
      assertThat(stats.has("gateway")).isFalse();
      assertThat(stats.path("log").has("durability")).isFalse();
    }
  }

  @Test
  void isNotReadyWhileItLags() {
    assertThat(ask("/readyz").json().path("status").asString()).isEqualTo("ready");
    log.healthy = false;
    log.lagSeconds = 3.21;
    HttpAnswer behind = ask("/readyz");
    assertThat(behind.problem()).isEqualTo("503 unavailable");
    assertThat(behind.json().path("detail").asString())
        .isEqualTo("This server is 3.2 s (17 events) behind the log that it shares");

    log.trouble = Optional.of("No word from NATS for 3 s");
    assertThat(ask("/readyz").json().path("detail").asString())
        .isEqualTo("No word from NATS for 3 s");
    assertThat(ask("/healthz").status()).isEqualTo(200);
    assertThat(ask("/metrics").text().lines()).contains("tocsin_jetstream_healthy 0.0");

    log.healthy = true;
    HttpAnswer troubled = ask("/readyz");
    assertThat(troubled.status()).isEqualTo(200);
    assertThat(troubled.json().path("status").asString()).isEqualTo("degraded");
  }

  @Test
  void isNotReadyWhileTheLogTakesNothing() {
    log.fault = Optional.of("NATS is away");
    HttpAnswer away = ask("/readyz");
    assertThat(away.problem()).isEqualTo("503 unavailable");
    assertThat(away.json().path("detail").asString()).isEqualTo("NATS is away");
    assertThat(ask("/healthz").status()).isEqualTo(200);
  }

  @Test
  void aConnectionIsToldWhatAnAcknowledgementMeans() {
    try (RawWebSocket socket = server.socket("");
        RawEventSource source = RawEventSource.open(server.port(), "/sse/events")) {
      assertThat(socket.established().path("payload").path("durability").asString())
          .isEqualTo("power");
      assertThat(source.event().json().path("durability").asString()).isEqualTo("power");
    }
    try (TestServer alone = TestServer.start();
        RawWebSocket socket = alone.socket("")) {
      assertThat(socket.established().path("payload").has("durability")).isFalse();
    }
  }
}
