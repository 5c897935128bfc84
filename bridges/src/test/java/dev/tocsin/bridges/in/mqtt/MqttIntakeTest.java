package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.Digest;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.ReconnectPause;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.in.frigate.FrigateTopics;
import dev.tocsin.bridges.mapping.MessageSource;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.mqtt.MqttIncoming;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which messages are events, and which are none because they have come before.
class MqttIntakeTest {

  private static final String CAMERA = "frigate/yard/status/detect";

  private static final BridgeSettings SETTINGS =
      FrigateTopics.KIND
          .reader()
          .read(TestMessages.bridge("nvr", "{\"broker\":\"mqtt://localhost\"}"));

  private final TestHub hub = new TestHub();
  private final BridgeFigures figures = new BridgeFigures(InstantSource.system());

  @TempDir private Path folder;

  private int seed;
  private MessageHandler handler = new FrigateTopics("frigate");
  private MqttMemory memory;
  private MqttIntake intake;

  /// Begins as a process does, also after one that was killed.
  private void start() {
    Random random = new Random(++seed);
    Backoff backoff = Backoff.usual(random);
    memory =
        MqttMemory.of(
            new Equipment(Map.of(), folder.resolve("state"), InstantSource.system(), backoff),
            "nvr",
            random);
    intake =
        new MqttIntake(
            "nvr",
            handler,
            memory,
            hub,
            figures,
            new ReconnectPause(backoff),
            InstantSource.system());
  }

  private static MqttIncoming.Message message(int packetId, String topic, String word) {
    return new MqttIncoming.Message(
        packetId, false, false, topic, word.getBytes(StandardCharsets.UTF_8), List.of());
  }

  private void say(int packetId, String topic, String word) throws InterruptedException {
    intake.take(message(packetId, topic, word));
  }

  private void retained(int packetId, String topic, String word) throws InterruptedException {
    MqttIncoming.Message said = message(packetId, topic, word);
    intake.take(new MqttIncoming.Message(packetId, false, true, topic, said.payload(), List.of()));
  }

  private void again(int packetId, boolean isRetained, String topic, String word)
      throws InterruptedException {
    MqttIncoming.Message said = message(packetId, topic, word);
    intake.take(
        new MqttIncoming.Message(packetId, true, isRetained, topic, said.payload(), List.of()));
  }

  private void mapped() {
    handler =
        new MappedTopics(
            List.of(
                TestMessages.mapping(
                    MessageSource.MQTT,
                    "{\"topic\":\"frigate/+/status/detect\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"{payload}\"}}")));
  }

  @ParameterizedTest
  @CsvSource({"frigate, 0", "frigate, 1", "mqtt, 0", "mqtt, 1"})
  void retainedMessageIsAnEventWhenAnotherOneLayBetween(String kind, int packetId)
      throws Exception {
    if (kind.equals("mqtt")) {
      mapped();
    }
    start();

    retained(packetId, CAMERA, "online");
    say(packetId, CAMERA, "offline");
    memory.forgetDeliveries(); // a broker that has forgotten everything
    retained(packetId, CAMERA, "online");
    retained(packetId, CAMERA, "online");
    start();
    retained(packetId, CAMERA, "online");
    retained(packetId, CAMERA, "offline");
    start();
    retained(packetId, CAMERA, "offline");

    assertThat(hub.size()).isEqualTo(4);
    assertThat(figures.of(SETTINGS).ignored()).isEqualTo(Map.of("repeated", 3L));
  }

  /// The bridge says it to the hub, and ends before it can note that.
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void stateThatWasPublishedButNotNotedIsOneEvent(int packetId) throws Exception {
    start();
    say(packetId, CAMERA, "online");
    say(packetId, CAMERA, "offline");
    MqttMemory before = memory;

    start();
    say(packetId, CAMERA, "online");
    assertThat(hub.size()).isEqualTo(3);
    // The same once more from what was known before, as if nothing had been noted.
    intake =
        new MqttIntake(
            "nvr",
            handler,
            before,
            hub,
            figures,
            new ReconnectPause(Backoff.usual(new Random(1))),
            InstantSource.system());
    retained(packetId, CAMERA, "online");
    assertThat(hub.size()).isEqualTo(3);
    say(packetId, CAMERA, "offline");
    assertThat(hub.size()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "frigate/available, 0",
    "frigate/available, 1",
    "frigate/yard/status/detect, 0",
    "frigate/yard/status/detect, 1"
  })
  void wordOfFrigateThatIsTheLastOneIsNoEvent(String topic, int packetId) throws Exception {
    start();
    for (String word : List.of("online", "online", "online", "offline", "offline", "online")) {
      say(packetId, topic, word);
    }
    start();
    say(packetId, topic, "online");
    retained(packetId, topic, "online");

    assertThat(hub.size()).isEqualTo(3);
  }

  @Test
  void sameContentTwiceIsTwoEventsWhereItIsNoState() throws Exception {
    mapped();
    start();
    say(1, CAMERA, "open");
    say(1, CAMERA, "open");
    say(0, CAMERA, "open");
    say(0, CAMERA, "open");

    assertThat(hub.size()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatTheBrokerSendsAgainIsNoneThoughAnotherOneCameAfterIt(boolean isKnown) throws Exception {
    start();
    if (isKnown) {
      retained(6, CAMERA, "online");
    }
    retained(7, CAMERA, "online");
    say(8, CAMERA, "offline");
    start();
    again(7, true, CAMERA, "online");
    again(8, false, CAMERA, "offline");

    assertThat(hub.types()).containsExactly("camera.online", "camera.offline");
  }

  @Test
  void stateOfAnOlderReleaseIsUnderstood() throws Exception {
    start();
    String topic = Digest.of(CAMERA).hex(9);
    String content = MqttMemory.content(CAMERA, "online".getBytes(StandardCharsets.UTF_8));
    Files.createDirectories(folder.resolve("state"));
    Files.writeString(
        folder.resolve("state/nvr.topics.json"),
        "{\"topics\":{\"" + topic + "\":\"" + content + "\"}}");
    start();

    retained(1, CAMERA, "online");
    assertThat(hub.size()).isZero();
    retained(1, CAMERA, "offline");
    retained(1, CAMERA, "online");
    assertThat(hub.size()).isEqualTo(2);
  }
}
