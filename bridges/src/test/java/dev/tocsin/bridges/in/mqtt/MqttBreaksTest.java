package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.broker.Mosquitto;
import dev.tocsin.bridges.broker.OnMosquitto;
import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.fixtures.FreePorts;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bridges to a real Mosquitto, which comes and goes as they do.
class MqttBreaksTest extends OnMosquitto {

  /// More than a broker sends at a time.
  private static final int MANY = 5_000;

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void whatTheBrokerKeptComesInAfterABreak(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges first = bridge(",\"version\":\"" + version + "\"", MAPPING);
    up(first);
    first.close();

    for (int i = 0; i < 100; i++) {
      mosquitto.publish("garage/a/door", n(i));
    }
    bridge(",\"version\":\"" + version + "\"", MAPPING);
    await(100);

    assertThat(ids()).isEqualTo(numbers(0, 100));
  }

  /// Under another client id nobody would ever ask for what the broker keeps.
  @Test
  void whoTheBridgeIsIsWrittenDownBeforeItConnects() throws Exception {
    int port = FreePorts.find(1).getFirst();
    Bridges bridges =
        bridges(
            "{\"bridges\":[{\"name\":\"door\",\"kind\":\"mqtt\",\"broker\":\"mqtt://127.0.0.1:%d\",\"map\":[%s]}]}"
                .formatted(port, MAPPING),
            hub);

    await(bridges, now -> now.link() != null && !now.link().isUp());

    assertThat(Files.readString(folder.resolve("state/door.json"))).contains("\"client\":\"");
  }

  @Test
  void whatItRemembersAndCannotWriteDownIsToldOf() throws Exception {
    broker();
    // A file in the place of the folder: as good as a full disk, for whoever tests as root.
    Files.createFile(folder.resolve("state"));
    Bridges bridges = bridge("", MAPPING);

    BridgeStanding standing = await(bridges, now -> isUp(now) && now.lastError() != null);

    assertThat(standing.lastError().sentence())
        .startsWith("what it remembers cannot be written to " + folder.resolve("state/door.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void messagesWaitAtTheBrokerWhileTheHubTakesNothing(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge(",\"version\":\"" + version + "\"", MAPPING);
    up(bridges);
    hub.trouble = new Rejection(ErrorCode.UNAVAILABLE, "the disk is full");

    for (int i = 0; i < 200; i++) {
      mosquitto.publish("garage/a/door", n(i));
    }
    BridgeStanding waiting = await(bridges, now -> now.lastError() != null);
    assertThat(waiting.lastError().sentence()).isEqualTo("the hub takes nothing: the disk is full");
    assertThat(waiting.received()).isEqualTo(1);
    assertThat(waiting.refused()).isEmpty();
    hub.trouble = null;
    await(200);

    assertThat(ids()).isEqualTo(numbers(0, 200));
  }

  /// A hub whose answers do not come any more: the event is in the log, and the bridge does not know.
  private record Speechless(TestHub hub) implements FollowableHub {
    @Override
    public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
      hub.publish(envelope, idempotencyKey);
      return new CompletableFuture<>();
    }

    @Override
    public HubCursor follow(Wanted wanted, @Nullable HubPosition after) {
      return hub.follow(wanted, after);
    }

    @Override
    public HubPosition newest() {
      return hub.newest();
    }

    @Override
    public String id() {
      return hub.id();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void messageThatWasPublishedButNotAcknowledgedIsOneEvent(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges first =
        bridge("door", ",\"version\":\"" + version + "\"", MAPPING, new Speechless(hub));
    up(first);
    mosquitto.publish("garage/a/door", n(1));
    await(1);
    first.close();

    // The same content, and meant.
    mosquitto.publish("garage/a/door", n(1));
    mosquitto.publish("garage/a/door", n(2));
    bridge(",\"version\":\"" + version + "\"", MAPPING);
    await(3);

    assertThat(ids()).containsExactly("1", "1", "2");
    assertThat(mosquitto.log()).contains("(d1, q1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void retainedMessageIsOneEventHoweverOftenItComes(String version) throws Exception {
    Mosquitto mosquitto = broker();
    mosquitto.publish("garage/a/door", n(1).getBytes(StandardCharsets.UTF_8), true);
    Bridges first = bridge(",\"version\":\"" + version + "\"", MAPPING);
    await(1);
    mosquitto.publish("garage/b/door", n(2).getBytes(StandardCharsets.UTF_8), true);
    await(2);
    first.close();
    hub.forgetKeys();

    Bridges second = bridge(",\"version\":\"" + version + "\"", MAPPING);
    // Two that are retained, and perhaps one whose acknowledgement the broker has not seen.
    BridgeStanding again = await(second, now -> now.received() >= 2);
    assertThat(again.ignored()).isEqualTo(Map.of("repeated", again.received()));
    second.close();
    mosquitto.publish("garage/a/door", n(3).getBytes(StandardCharsets.UTF_8), true);
    Bridges third = bridge(",\"version\":\"" + version + "\"", MAPPING);
    await(3);
    await(third, now -> now.received() >= 3);

    assertThat(ids()).containsExactly("1", "2", "3");
  }

  /// A camera goes away; broker and hub go too; the camera is back before the hub is.
  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void retainedMessageOfABrokerThatHasForgottenAllIsAnEventWhenAnotherLayBetween(String version)
      throws Exception {
    Mosquitto mosquitto = broker();
    byte[] one = n(1).getBytes(StandardCharsets.UTF_8);
    mosquitto.publish("garage/a/door", one, true);
    Bridges first = bridge(",\"version\":\"" + version + "\"", MAPPING);
    await(1);
    mosquitto.publish("garage/a/door", n(2).getBytes(StandardCharsets.UTF_8), true);
    await(2);
    first.close();
    for (int i = 0; i < 2; i++) {
      mosquitto.terminate();
      Files.delete(folder.resolve("store/mosquitto.db"));
      mosquitto.start();
      mosquitto.publish("garage/a/door", one, true);
      Bridges again = bridge(",\"version\":\"" + version + "\"", MAPPING);
      await(again, now -> now.received() == 1);
      await(3);
      again.close();
    }

    assertThat(ids()).containsExactly("1", "2", "1");
  }

  @Test
  void brokerThatIsRestartedInTheMiddleLosesAndDoublesNothing() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges first = bridge("", MAPPING);
    up(first);
    first.close();
    send(mosquitto, 0, MANY);

    Bridges bridges = bridge("", MAPPING);
    await(500);
    mosquitto.terminate();
    await(bridges, now -> !isUp(now));
    mosquitto.start();
    await(2_000);
    // And the bridge, in the middle.
    bridges.close();
    bridge("", MAPPING);
    await(MANY);
    mosquitto.publish("garage/a/door", n(MANY));
    await("the last", () -> ids().getLast().equals(Integer.toString(MANY)));

    assertThat(ids()).doesNotHaveDuplicates().hasSize(MANY + 1);
    assertThat(ids().equals(numbers(0, MANY + 1))).as("in order").isTrue();
  }

  @Test
  void brokerThatIsKilledInTheMiddleLosesAndDoublesNothingThatHasAKey() throws Exception {
    Mosquitto mosquitto = broker();
    up(bridge("", KEYED));

    int sent = 0;
    for (int kills = 1; kills <= 3; kills++) {
      int until = kills * MANY / 4;
      sent = send(mosquitto, sent, until);
      await(Math.max(1, until / 2));
      mosquitto.kill();
      mosquitto.start();
      // What it had acknowledged in its last second may be gone; a sender that is careful sends it
      // again.
      sent = Math.max(0, sent - 500);
    }
    send(mosquitto, sent, MANY);
    await("all", () -> new TreeSet<>(ids()).size() == MANY);
    mosquitto.publish("garage/a/door", n(MANY));
    await("the last", () -> ids().getLast().equals(Integer.toString(MANY)));

    assertThat(ids()).hasSize(MANY + 1).doesNotHaveDuplicates();
  }

  /// Sends messages, each when the one before it is taken.
  private static int send(Mosquitto mosquitto, int from, int to) throws Exception {
    try (MqttConnection connection = mosquitto.connect()) {
      for (int i = from; i < to; i++) {
        connection.publish(
            new MqttMessage(
                "garage/a/door", n(i).getBytes(StandardCharsets.UTF_8), false, List.of()));
        assertThat(connection.receive()).isInstanceOf(MqttIncoming.Acknowledged.class);
      }
    }
    return to;
  }

  @Test
  void subscriptionThatIsNotInTheFileAnyMoreIsGivenUp() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges first = bridge("", MAPPING + "," + MAPPING.replace("garage/+/door", "shed/#"));
    up(first);
    first.close();
    Bridges second = bridge("", MAPPING);
    up(second);

    mosquitto.publish("shed/a", n(1));
    mosquitto.publish("garage/a/door", n(2));
    await(1);

    assertThat(ids()).containsExactly("2");
    assertThat(second.standings().getFirst().received()).isEqualTo(1);
  }

  @Test
  void brokerThatIsAwayIsToldOnceAndTriedUntilItIsThere() throws Exception {
    Mosquitto mosquitto = broker();
    mosquitto.terminate();
    Bridges bridges = bridge("", MAPPING);
    assertThat(await(bridges, now -> now.link() != null).link().sentence())
        .contains("Connection refused");

    mosquitto.start();
    up(bridges);
  }

  @Test
  void stateThatIsDamagedBeginsAnew() throws Exception {
    Mosquitto mosquitto = broker();
    Files.createDirectories(folder.resolve("state"));
    Files.writeString(folder.resolve("state/door.json"), "{\"client\":[],\"deliveries\":7");
    Files.writeString(folder.resolve("state/door.topics.json"), "[]");
    Files.writeString(folder.resolve("state/door.deliveries"), "7 1 ab\n1 2 ff");
    up(bridge("", MAPPING));

    mosquitto.publish("garage/a/door", n(1));
    await(1);
  }
}
