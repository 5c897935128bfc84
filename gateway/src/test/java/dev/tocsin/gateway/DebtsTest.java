package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Allowance;
import dev.tocsin.http.Payer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Whoever takes too much of the loop's time waits, whatever he does; nothing of it is lost, and all stays in order.
class DebtsTest {

  private static final Pattern SEQUENCE = Pattern.compile("\"sequence\":(\\d+),\"previous\"");

  /// The client of the server, whose neighbour is there as well.
  private static Allowance client(EmbeddedServer server) {
    server.connections().allowances().enter(Payer.of("neighbour", null));
    return server.connections().allowances().enter(Payer.of("", null));
  }

  private static void spend(Allowance allowance, long millis) {
    allowance.spend(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static byte[] ping(String id) {
    return RawWebSocket.textFrame("{\"action\":\"ping\",\"id\":\"" + id + "\"}");
  }

  private static List<Long> sequences(String said) {
    return SEQUENCE.matcher(said).results().map(MatchResult::group).map(DebtsTest::number).toList();
  }

  private static long number(String matched) {
    return Long.parseLong(matched.replaceAll("\\D", ""));
  }

  @Test
  void actionsAreReadLater() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      spend(client(server), 1_000);
      server.hasAskedForMore();

      server.receive(ping("one")).receive(ping("two")).receive(ping("three"));
      assertThat(server.said()).isEmpty();
      assertThat(server.hasAskedForMore()).isFalse();

      server.pass(2_000);
      assertThat(server.said()).containsSubsequence("one", "two", "three");
      assertThat(server.hasAskedForMore()).isTrue();
    }
  }

  @Test
  void eventsComeAllTheSame() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=*")) {
      spend(client(server), 1_000);

      server.publish(TestServer.alert("a"));

      assertThat(server.said()).contains("alert.");
    }
  }

  /// Whoever is not read cannot be heard.
  @Test
  void whoIsInDebtIsNotSilent() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      Allowance client = client(server);
      spend(client, 1_000);
      server.receive(ping("p"));
      for (int half = 0; half < 140; half++) {
        spend(client, 1_000);
        server.pass(500);
      }

      assertThat(server.said()).doesNotContain("connection.error", "pong");
      assertThat(server.isClosed()).isFalse();
      assertThat(server.pass(2_000).said()).contains("pong");
    }
  }

  @Test
  void linesAreReadLater() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Allowance client = client(server);
      String lines = (TestServer.alert("a") + "\n").repeat(20);
      server.receive(
          "POST /api/v1/events HTTP/1.1\r\n"
              + "Host: localhost\r\n"
              + "Content-Type: application/x-ndjson\r\n"
              + "Content-Length: "
              + 2 * lines.length()
              + "\r\n\r\n"
              + lines);
      assertThat(server.hub.stats().published()).isEqualTo(20);
      spend(client, 1_000);

      server.receive(lines);
      assertThat(server.hub.stats().published()).isEqualTo(20);

      server.pass(2_000);
      assertThat(server.said()).contains("\"accepted\":40");
    }
  }

  /// The clock stands still here: what is counted is the looks into the log.
  @Test
  void historyIsPaidForByTheLook() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      client(server);
      server.publish(TestServer.alert("a"));
      byte[] request = get("/api/v1/events").getBytes(StandardCharsets.US_ASCII);
      int answered = 0;
      for (int i = 0; i < 300; i++) {
        server.receive(request);
        answered += server.said().split("next_since", -1).length - 1;
      }
      assertThat(answered).isBetween(90, 110);

      for (int second = 0; second < 5; second++) {
        server.pass(1_000);
        answered += server.said().split("next_since", -1).length - 1;
      }
      assertThat(answered).isEqualTo(300);
    }
  }

  @Test
  void pagesForWhoResumesComeLater() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=alert.*")) {
      int events = 60;
      for (int i = 0; i < events; i++) {
        server.publish(TestServer.alert("x".repeat(50_000)));
      }
      server.said();
      spend(client(server), 98);

      server.receive(RawWebSocket.textFrame("{\"action\":\"resume\",\"since\":0}"));
      List<Long> first = sequences(server.said());
      assertThat(first).isNotEmpty().hasSizeLessThan(events);

      server.pass(3_000);
      List<Long> rest = sequences(server.said());
      assertThat(first.getLast() + 1).isEqualTo(rest.getFirst());
      assertThat(rest).hasSize(events - first.size()).isSorted().endsWith((long) events);
    }
  }
}
