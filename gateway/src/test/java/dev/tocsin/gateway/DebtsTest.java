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

  private static String post(String type, String body) {
    return "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        + type
        + "\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static byte[] publish(String event) {
    return RawWebSocket.textFrame("{\"action\":\"publish\",\"event\":" + event + "}");
  }

  private static final String REFUSED = "{\"type\":\"no.such\",\"payload\":{}}";

  /// Each look at the clock takes a while here, so that whatever is counted comes to much.
  @Test
  void actionsCostTimeAndPublishesDoNot() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      Allowance client = client(server);
      server.nanosPerLook = 1_000;
      for (int i = 0; i < 30_000; i++) {
        server.receive(publish(TestServer.alert("a")));
      }
      assertThat(server.hub.stats().published()).isEqualTo(30_000);
      assertThat(client.isInDebt()).isFalse();

      for (int i = 0; i < 100_000 && !client.isInDebt(); i++) {
        server.receive(ping("p"));
      }
      assertThat(client.isInDebt()).isTrue();
    }
  }

  /// Whatever waits for the answer to a publish is not done on nobody's time.
  @Test
  void whatWaitsForAPublishCostsTime() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      Allowance client = client(server);
      server.nanosPerLook = 1_000;
      byte[] both =
          RawWebSocket.textFrame(
              "{\"action\":\"publish\",\"event\":" + TestServer.alert("a") + "}");
      byte[] ping = ping("p");
      byte[] frames = new byte[both.length + ping.length];
      System.arraycopy(both, 0, frames, 0, both.length);
      System.arraycopy(ping, 0, frames, both.length, ping.length);

      for (int i = 0; i < 100_000 && !client.isInDebt(); i++) {
        server.receive(frames);
      }
      assertThat(client.isInDebt()).isTrue();
    }
  }

  @Test
  void linesThatAreAcceptedCostNoTime() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Allowance client = client(server);
      server.nanosPerLook = 1_000;
      for (int i = 0; i < 100; i++) {
        server.receive(post("application/x-ndjson", (TestServer.alert("a") + "\n").repeat(1_000)));
        server.pass(1);
        assertThat(client.isInDebt()).isFalse();
      }
      assertThat(server.hub.stats().published()).isEqualTo(100_000);
    }
  }

  @Test
  void aPublishThatIsRefusedCounts() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      Allowance client = almostSpent(server);
      server.receive(publish(TestServer.alert("a")));
      assertThat(client.isInDebt()).isFalse();

      server.receive(publish(REFUSED));
      assertThat(client.isInDebt()).isTrue();
    }
  }

  @Test
  void aRequestToPublishThatIsRefusedCounts() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Allowance client = almostSpent(server);
      server.receive(post("application/json", TestServer.alert("a")));
      assertThat(server.said()).contains("201");
      client.spend(-10_000);
      assertThat(client.isInDebt()).isFalse();

      server.receive(post("application/json", REFUSED));
      assertThat(server.said()).contains("unknown_event_type");
      assertThat(client.isInDebt()).isTrue();
    }
  }

  @Test
  void aLineThatIsRefusedCounts() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Allowance client = almostSpent(server);
      server.receive(post("application/x-ndjson", (TestServer.alert("a") + "\n").repeat(50)));
      client.spend(-10_000);
      assertThat(client.isInDebt()).isFalse();

      server.receive(post("application/x-ndjson", (REFUSED + "\n").repeat(50)));
      assertThat(client.isInDebt()).isTrue();
    }
  }

  /// What is left is less than a refusal.
  private static Allowance almostSpent(EmbeddedServer server) {
    Allowance client = client(server);
    spendAllBut(client, 10_000);
    return client;
  }

  private static void spendAllBut(Allowance client, long nanos) {
    while (!client.isInDebt()) {
      client.spend(1_000);
    }
    client.spend(-nanos);
  }

  /// What has come of a head is not read until it is paid for.
  @Test
  void aHeadThatIsNotReadIsNotLate() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Allowance client = client(server);
      spend(client, 1_000);
      server.receive(get("/api/v1/events"));
      for (int half = 0; half < 40; half++) {
        spend(client, 1_000);
        server.pass(500);
      }
      assertThat(server.said()).isEmpty();
      assertThat(server.isClosed()).isFalse();

      assertThat(server.pass(2_000).said()).contains("200 OK");
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
      spendAllBut(client(server), 3 * Limits.REPLAY_LOOK_NANOS);

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
