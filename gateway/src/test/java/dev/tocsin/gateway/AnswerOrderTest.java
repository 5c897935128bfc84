package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Flood;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The order of answers over WebSocket when the log takes its time.
class AnswerOrderTest {

  private final StallingLog log = new StallingLog();
  private TestServer server;
  private RawWebSocket socket;

  @BeforeEach
  void start() {
    server = TestServer.start(log, Transport.AUTO);
    socket = server.socket("?events=none");
  }

  @AfterEach
  void stop() {
    socket.close();
    server.close();
  }

  private static String publish(int id) {
    return "{\"action\":\"publish\",\"id\":"
        + id
        + ",\"event\":"
        + TestServer.alert("a" + id)
        + "}";
  }

  @Test
  void letsASubscribeWaitForThePublishesBeforeIt() throws IOException {
    socket.say(publish(1)).say(publish(2)).say("{\"action\":\"subscribe\",\"events\":[\"*\"]}");
    socket.say(publish(3)).say("ping");
    assertThat(socket.client().isSilentFor(100)).isTrue();
    assertThat(log.waitingEvents()).isEqualTo(2);

    log.letEvents(2);
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(1);
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(2);
    JsonNode subscribed = socket.message();
    assertThat(subscribed.path("action").asString()).isEqualTo("subscribed");
    assertThat(subscribed.path("sequence").asLong()).isEqualTo(2);

    log.let();
    List<JsonNode> rest = List.of(socket.message(), socket.message(), socket.message());
    assertThat(rest).filteredOn(m -> m.has("previous")).hasSize(1);
    assertThat(rest).filteredOn(m -> m.path("sequence").asLong() == 3).hasSize(2);
    List<JsonNode> answers = rest.stream().filter(m -> !m.has("previous")).toList();
    assertThat(answers.get(0).path("action").asString()).isEqualTo("published");
    assertThat(answers.get(1).path("type").asString()).isEqualTo("pong");
  }

  @Test
  void answersBeforeItEndsTheConnectionOfAClientThatHasSaidAllItHadToSay() {
    socket.say(publish(1)).say(publish(2)).say("{\"action\":\"subscribe\",\"events\":[\"*\"]}");
    socket.send(Frame.CLOSE, new byte[] {3, (byte) 0xe8});
    log.letEvents(2);

    assertThat(socket.message().path("sequence").asLong()).isEqualTo(1);
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(2);
    assertThat(socket.message().path("action").asString()).isEqualTo("subscribed");
    assertThat(socket.frame().closeCode()).isEqualTo(1000);
    assertThat(socket.rest()).isEmpty();
  }

  @Test
  void answersAClientThatSendsNothingMore() {
    socket.say(publish(1)).say(publish(2));
    socket.client().finishSending();
    log.letEvents(2);

    assertThat(socket.message().path("sequence").asLong()).isEqualTo(1);
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(2);
    assertThat(socket.rest()).isEmpty();
  }

  @Test
  void answersInOrderWhenTheLogDoesNot() {
    for (int i = 0; i < 20; i++) {
      socket.say(publish(i));
    }
    log.letInReverse(20);

    for (int i = 0; i < 20; i++) {
      assertThat(socket.message().path("id").asInt()).isEqualTo(i);
    }
  }

  /// What one read of the socket brings is one append: one group of the log, one turn of the shard.
  @Test
  void handsOverTogetherWhatCameTogether() {
    ByteArrayOutputStream three = new ByteArrayOutputStream();
    for (int id = 1; id <= 3; id++) {
      three.writeBytes(RawWebSocket.textFrame(publish(id)));
    }
    StallingLog stalling = new StallingLog();
    try (EmbeddedServer server = EmbeddedServer.webSocket(stalling, "?events=none")) {
      server.receive(three.toByteArray());
      server.runTasks();

      stalling.let();
      assertThat(stalling.waiting()).isZero();
      assertThat(stalling.state().newest()).isEqualTo(3);
    }
  }

  @Test
  void handsOverEarlierWhatIsLarge() {
    String large = "{\"action\":\"publish\",\"event\":" + TestServer.large("a", 50_000) + "}";
    ByteArrayOutputStream five = new ByteArrayOutputStream();
    for (int i = 0; i < 5; i++) {
      five.writeBytes(RawWebSocket.textFrame(large));
    }
    StallingLog stalling = new StallingLog();
    try (EmbeddedServer server = EmbeddedServer.webSocket(stalling, "?events=none")) {
      server.receive(five.toByteArray());
      server.runTasks();

      stalling.let();
      assertThat(stalling.state().newest()).isEqualTo(3);
      stalling.let();
      assertThat(stalling.state().newest()).isEqualTo(5);
    }
  }

  @Test
  void tellsThatTheLogTakesNothing() {
    socket.say(publish(1));
    log.refuse();
    socket.say(publish(2));
    log.let();

    JsonNode error = socket.message();
    assertThat(error.path("payload").path("error").asString()).isEqualTo("unavailable");
    assertThat(error.path("id").asInt()).isEqualTo(1);
    assertThat(socket.message().path("action").asString()).isEqualTo("published");
  }

  @Test
  void tellsThatTheLogIsBroken() {
    socket.say(publish(1)).say("ping");
    log.fail();

    assertThat(socket.message().path("payload").path("error").asString())
        .isEqualTo("internal_error");
    assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug in the log");
  }

  /// Nobody's connection is to blame, nor that of a neighbour in the same append.
  @Test
  void goesOnAfterALogThatThrows() {
    log.throwing = true;
    socket.say(publish(1)).say("ping");

    assertThat(socket.message().path("payload").path("error").asString())
        .isEqualTo("internal_error");
    assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    assertThat(RecordedLogs.take()).singleElement().asString().contains("a worse bug");
  }

  @Test
  void goesOnAfterALogThatThrowsWhenItsTurnComesLater() {
    socket.say(publish(1)).say("ping").say(publish(2));
    while (log.waiting() == 0) {
      Thread.onSpinWait();
    }
    socket.say("ping").say(publish(3)).say("ping");
    log.throwing = true;
    log.let();

    assertThat(socket.message().path("action").asString()).isEqualTo("published");
    assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    for (int i = 2; i <= 3; i++) {
      assertThat(socket.message().path("payload").path("error").asString())
          .isEqualTo("internal_error");
      assertThat(socket.message().path("type").asString()).isEqualTo("pong");
    }
    assertThat(RecordedLogs.take()).isNotEmpty().allMatch(line -> line.contains("a worse bug"));
  }

  @Test
  void stopsReadingAfterTooManyUnansweredActions() {
    byte[] action = RawWebSocket.textFrame(publish(1));
    Flood.of(socket.client(), action).awaitStandstill();

    // What one read brought may be waiting as well.
    assertThat(log.waitingEvents()).isBetween(256, 256 + 64 * 1024 / action.length);
    log.let();
    assertThat(socket.message().path("sequence").asLong()).isEqualTo(1);
  }

  /// What waits for a publish is not started for a client that is gone.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"action\":\"subscribe\",\"events\":[\"*\"]}",
        "{\"action\":\"unsubscribe\"}",
        "{\"action\":\"resume\",\"since\":0}"
      })
  void startsNothingForAClientThatLeft(String action) {
    StallingLog stalling = new StallingLog();
    try (EmbeddedServer server = EmbeddedServer.webSocket(stalling, "?events=none")) {
      server.receive(RawWebSocket.textFrame(publish(1))).receive(RawWebSocket.textFrame(action));
      server.channel.close();
      server.runTasks();
      stalling.let();
      server.runTasks();

      assertThat(server.hub.stats().subscriptions().totalConnections()).isZero();
      assertThat(server.context.replayRoom().replays()).isZero();
    }
  }

  @Test
  void sendsNothingAfterItsCloseFrame() {
    StallingLog stalling = new StallingLog();
    try (EmbeddedServer server = EmbeddedServer.webSocket(stalling, "?events=none")) {
      server.receive(RawWebSocket.textFrame(publish(1)));
      server.receive(RawWebSocket.textFrame("{\"action\":\"subscribe\",\"events\":[\"*\"]}"));
      server.receive(RawWebSocket.textFrame("{\"action\":\"resume\",\"since\":0}"));
      server.receive(RawWebSocket.frame(Frame.BINARY, new byte[1]));
      assertThat(server.said()).isNotEmpty();
      stalling.let();

      assertThat(server.said()).isEmpty();
    }
  }

  @Test
  void forgetsTheAnswersOfAClientThatLeft() {
    for (int i = 0; i < 10; i++) {
      socket.say(publish(i));
    }
    socket.close();
    log.letEvents(10);

    assertThat(log.state().newest()).isEqualTo(10);
    assertThat(server.ask(RawClient.get("/healthz")).status()).isEqualTo(200);
  }
}
