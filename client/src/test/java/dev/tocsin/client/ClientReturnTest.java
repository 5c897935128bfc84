package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How the client connects, comes back after a break, and goes on where it was, or stays away.
@Timeout(60)
class ClientReturnTest extends OnTinyServer {

  @Test
  void comesBackAfterABreakAndGoesOnWhereItWas() throws Exception {
    client = client(options().withPatterns(List.of("camera.*")));
    Peer peer = connected(4);
    peer.event(5, 4);

    peer.vanish();
    Peer second = server.accept();
    second.established("e1", 8);
    second.resumed(5, 8);
    second.event(7, 5);

    assertThat(second.target()).isEqualTo("/ws/events?events=camera.*&since=5&epoch=e1");
    assertThat(recorder.next()).isEqualTo("event 5");
    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 5 after 5");
    assertThat(recorder.next()).isEqualTo("event 7");
  }

  @Test
  void tellsWhatTheLogNoLongerHolds() throws Exception {
    connected(4).vanish();
    Peer second = server.accept();
    second.established("e1", 99);
    second.resumedInPart(49, "truncated", 50);
    second.event(50, 49);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 49 after 4");
    assertThat(recorder.next()).isEqualTo("gap 5 to 49");
    assertThat(recorder.next()).isEqualTo("event 50");
  }

  @Test
  void aPositionThatTheServerNeverGaveIsTold() throws Exception {
    client = client(options().withSince(30));
    client.connect();
    Peer peer = server.accept();
    peer.established("e1", 5);
    peer.resumedInPart(5, "ahead", 1);
    peer.event(6, 0);

    assertThat(recorder.next()).isEqualTo("connected 5");
    assertThat(recorder.next())
        .isEqualTo("error ahead: The server never was at 30: it goes on with live events, after 5");
    assertThat(recorder.next()).isEqualTo("event 6");
  }

  @Test
  void beginsWhereTheApplicationSays() throws Exception {
    client = client(options().withSince(3));

    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 5);
    peer.resumed(3, 5);
    peer.event(4, 3);

    assertThat(peer.target()).isEqualTo("/ws/events?since=3");
    assertThat(connecting.get()).isEqualTo(new Position("e1", 5));
    assertThat(recorder.next()).isEqualTo("connected 3");
    assertThat(recorder.next()).isEqualTo("event 4");
  }

  @Test
  void positionOfALogThatIsNoMoreIsToldByTheEpoch() throws Exception {
    client = client(options().withSince(new Position("e0", 700)));

    client.connect();
    Peer peer = server.accept();
    peer.established("e1", 5);
    peer.resumedInPart(5, "epoch_changed", 1);
    peer.event(6, 5);

    assertThat(peer.target()).isEqualTo("/ws/events?since=700&epoch=e0");
    assertThat(recorder.next()).isEqualTo("connected 5");
    assertThat(recorder.next()).isEqualTo("event 6");
  }

  @Test
  void howFarItHasComeIsToldAlsoWhenNothingMatches() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void onPosition(Position position, long newest) {
            told.add(position.sequence() + " of " + newest);
          }
        };
    client = new TocsinClient(options().withSince(new Position("e1", 3)), listener);
    client.connect();
    Peer peer = server.accept();
    peer.established("e1", 9);
    peer.resumed(3, 9);
    peer.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":7}");
    peer.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":12}");

    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("3 of 9");
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("7 of 9");
    assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("12 of 12");
  }

  @Test
  void whatComesBeforeTheConnectionIsTakenBackIsTakenOnce() throws Exception {
    client = client(options().withPatterns(List.of("[c,d]amera.*")));
    Peer peer = connected(4);
    peer.receive();
    peer.receive();
    peer.vanish();

    Peer second = server.accept();
    assertThat(second.target()).isEqualTo("/ws/events?events=-");
    second.established("e1", 8);
    second.receive();
    second.receive();
    assertThat(second.receive()).isEqualTo("{\"action\":\"resume\",\"since\":4,\"epoch\":\"e1\"}");
    second.event(9, 7);
    second.send("{\"action\":\"gap\",\"from\":5,\"to\":8}");
    second.send("{\"type\":\"ping\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"sequence\":9}");
    second.resumed(4, 9);
    second.event(7, 4);
    second.event(9, 7);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
    assertThat(recorder.next()).isEqualTo("event 7");
    assertThat(recorder.next()).isEqualTo("event 9");
  }

  @Test
  void comesBackWhenTheServerSaysSo() throws Exception {
    Peer peer = connected(4);

    peer.send("{\"action\":\"reconnect\",\"after_ms\":3}");
    peer.close(1001, "bye");
    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);

    assertThat(recorder.next()).isEqualTo("disconnected 1001: bye");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  /// Each delay is drawn as long as it may be: 1 ms at first, and no other bound shows itself as that.
  @Test
  void theDelaysBeginAnewWithEveryConnectionThatTookTheClientBack() throws Exception {
    BlockingQueue<Duration> delays = new LinkedBlockingQueue<>();
    ClientListener noting =
        new ClientListener() {
          @Override
          public void onDisconnected(int code, String reason, Duration retryIn) {
            if (retryIn != null) {
              delays.add(retryIn);
            }
          }
        };
    try (TocsinClient noted =
        new TocsinClient(server.options(Duration.ofSeconds(6), BackoffTest.GREATEST), noting)) {
      CompletableFuture<Position> connecting = noted.connect();
      Peer peer = server.accept();
      peer.established("e1", 4);
      connecting.get();
      for (int i = 0; i < 3; i++) {
        peer.vanish();
        peer = server.accept();
        peer.established("e1", 4);
        peer.resumed(4, 4);
        peer.event(5 + i, 4 + i);
      }
      peer.vanish();
      server.refuse("503 Service Unavailable", "{}");
      peer = server.accept();
      peer.established("e1", 7);
      peer.vanish();
      server.accept();
    }

    assertThat(delays.stream().map(Duration::toMillis).toList()).startsWith(1L, 1L, 1L, 1L, 2L, 4L);
  }

  @Test
  void staysAwayAfterAFinalCode() throws Exception {
    Peer peer = connected(4);

    peer.send(
        """
        {"type":"connection.error","payload":{"error":"forbidden","message":"Not you",\
        "timestamp":"2026-01-09T12:00:00Z"},"timestamp":"2026-01-09T12:00:00Z"}\
        """);
    peer.close(4403, "");

    assertThat(recorder.next())
        .isEqualTo(
            "disconnected 4403 for good: "
                + server.uri()
                + " closed the connection: Not you (4403); whoever runs the server can allow it");
  }

  @Test
  void givesUpWhenTheServerRefusesTheNextConnection() throws Exception {
    connected(4).vanish();

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next())
        .startsWith("disconnected 1006 for good: ")
        .endsWith("No such thing");
  }

  @Test
  void keepsTryingWhileTheServerIsOnlyUnavailable() throws Exception {
    connected(4).vanish();

    server.refuse("503 Service Unavailable", "{}");
    Peer second = server.accept();
    second.established("e2", 0);
    second.resumedInPart(0, "epoch_changed", 1);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).startsWith("disconnected 1006: ").endsWith("HTTP 503");
    assertThat(recorder.next()).isEqualTo("connected 0 after 4");
  }

  @ParameterizedTest
  @CsvSource({
    "404 Not Found,             text/html,                '<h1>nginx</h1>'",
    "403 Forbidden,             application/problem+json, '{\"title\":\"Forbidden\"}'",
    "403 Forbidden,             application/json,         '{\"error\":\"forbidden\"}'",
    "302 Found,                 text/html,                ''",
    "308 Permanent Redirect,    text/html,                ''",
    "400 Bad Request,           text/plain,               'no'",
    "401 Unauthorized,          text/plain,               ''",
    "200 OK,                    text/html,                '<h1>Back soon</h1>'",
    "426 Upgrade Required,      text/plain,               ''"
  })
  void whatAProxySaysEndsNoClientThatHadASession(String status, String type, String body)
      throws Exception {
    connected(4).vanish();

    server.refuse(status, type, body);
    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);

    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).startsWith("disconnected 1006: ");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1002, 1003, 1007, 1008, 1009, 1011, 3000, 4000, 4999})
  void aCloseCodeThatAProxyMayHaveSentEndsNoClient(int code) throws Exception {
    connected(4).close(code, "from between");

    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);

    assertThat(recorder.next()).isEqualTo("disconnected " + code + ": from between");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void aSilentServerIsTakenForDead() throws Exception {
    client = client(options(Duration.ofMillis(60)));
    connected(4);

    assertThat(recorder.next()).startsWith("disconnected 1006: nothing was heard");
    Peer second = server.accept();
    second.established("e1", 4);
    second.resumed(4, 4);
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void theFirstConnectionIsTriedOnce() throws Exception {
    server.close();

    assertThatThrownBy(() -> client.connect().get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(ConnectFailedException.class)
        .hasMessage("cannot reach " + server.uri() + ": connection refused");
  }

  @Test
  void thePatientFirstConnectionIsTriedAgain() throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();

    server.refuse("404 Not Found", "text/html", "");
    server.refuse("503 Service Unavailable", "{}");
    server.accept().established("e1", 4);

    assertThat(connecting.get()).isEqualTo(new Position("e1", 4));
    assertThat(recorder.next()).startsWith("disconnected 1006: ").endsWith("HTTP 404");
    assertThat(recorder.next()).startsWith("disconnected 1006: ").endsWith("HTTP 503");
    assertThat(recorder.next()).isEqualTo("connected 4");
  }

  @Test
  void thePatientFirstConnectionFailsWhenTheServerSaysNo() throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThatThrownBy(connecting::get)
        .hasMessageContaining(server.uri() + " refused the connection: No such thing");
  }

  @Test
  void thePatientFirstConnectionFailsWhenTheClientIsClosed() throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();
    server.refuse("503 Service Unavailable", "{}");
    assertThat(recorder.next()).startsWith("disconnected 1006: ");

    client.close();

    assertThatThrownBy(connecting::get).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void theReasonOfARefusedConnectionIsTold() throws Exception {
    CompletableFuture<Position> connecting = client.connect();

    server.refuse("400 Bad Request", "{\"error\":\"invalid_query\",\"detail\":\"No such thing\"}");

    assertThatThrownBy(connecting::get)
        .hasMessageContaining(server.uri() + " refused the connection: No such thing");
  }
}
