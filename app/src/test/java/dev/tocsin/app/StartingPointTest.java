package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/// Where a tail begins, asked of a server that only knows its history.
class StartingPointTest {

  private static final Instant NOW = Instant.parse("2026-07-09T12:00:00Z");
  private static final ZoneId VIENNA = ZoneId.of("Europe/Vienna");

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private volatile String events = "[]";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/",
        exchange -> {
          String query = exchange.getRequestURI().getRawQuery();
          asked.add(query == null ? "" : URLDecoder.decode(query, StandardCharsets.UTF_8));
          byte[] answer =
              ("{\"newest_sequence\":90,\"next_since\":77,\"events\":" + events + "}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private TailStart tail() throws WrongUse {
    ServerUrl url = ServerUrl.parse("127.0.0.1:" + server.getAddress().getPort());
    return new TailStart(new HubApi(ServerAccess.open(url), new TestProcess().surroundings()));
  }

  @ParameterizedTest
  @CsvSource({
    "90s,                       2026-07-09T11:58:30Z",
    "1h,                        2026-07-09T11:00:00Z",
    "7D,                        2026-07-02T12:00:00Z",
    "999999999d,                1970-01-01T00:00:00Z",
    "2026-01-09T12:00,          2026-01-09T11:00:00Z",
    "2026-01-09T12:00:01.5,     2026-01-09T11:00:01.500Z",
    "2026-01-09,                2026-01-08T23:00:00Z",
    "2026-01-09T12:00:00Z,      2026-01-09T12:00:00Z",
    "2026-01-09T12:00:00+02:00, 2026-01-09T10:00:00Z"
  })
  void aTimeIsWhatTheUserMeans(String text, Instant time) {
    assertThat(StartingPoint.parse(text).time(NOW, VIENNA)).isEqualTo(time);
  }

  @Test
  void aNumberIsASequence() throws Exception {
    assertThat(StartingPoint.parse("1200")).isEqualTo(new StartingPoint.After(1_200));
    assertThat(tail().position(StartingPoint.parse("0"), NOW, VIENNA)).isZero();
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "now", "1y", "2026-02-30", "2026-01-09T25:00", "12:00"})
  void anythingElseIsRefusedWithExamples(String text) {
    assertThatThrownBy(() -> StartingPoint.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("2026-01-09T12:00");
  }

  @Test
  void aTimeBeginsBeforeTheFirstEventFromThen() throws Exception {
    events = "[{\"sequence\":41}]";

    assertThat(tail().position(StartingPoint.parse("1h"), NOW, VIENNA)).isEqualTo(40);
    assertThat(asked).containsExactly("from=2026-07-09T11:00:00Z&limit=1");
  }

  @Test
  void aTimeWithoutAnEventSinceBeginsWhereTheServerHasLooked() throws Exception {
    assertThat(tail().at(NOW)).isEqualTo(77);
  }
}
