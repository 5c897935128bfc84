package dev.tocsin.bridges.out.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.hub.Until;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.out.Bundling;
import dev.tocsin.bridges.out.OutSettings;
import dev.tocsin.bridges.out.Outgoing;
import dev.tocsin.bridges.out.Receiver;
import dev.tocsin.events.BridgeStanding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bridges to brokers that answer as they should not.
class MqttReceiverTest {

  private static final Backoff QUICK =
      new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new Random(1));

  private final TestHub hub = new TestHub();
  private @Nullable Bridge loop;
  private @Nullable MoodyBroker broker;

  @TempDir private Path folder;

  @AfterEach
  void close() throws Exception {
    if (loop != null) {
      loop.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  /// A bridge whose broker may be silent for so long, and is asked again soon.
  private record Patient(MqttOutSettings settings, Duration patience) implements OutSettings {

    @Override
    public Outgoing outgoing() {
      return settings.outgoing();
    }

    @Override
    public String kind() {
      return settings.kind();
    }

    @Override
    public String place() {
      return settings.place();
    }

    @Override
    public String target() {
      return settings.target();
    }

    @Override
    public Bundling bundling() {
      return settings.bundling();
    }

    @Override
    public void requireSecrets(Map<String, String> environment) {}

    @Override
    public Receiver receiver(Parts parts) {
      return settings.receiver(parts, patience, QUICK);
    }
  }

  private void publish(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      byte[] event =
          ("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + i + "\"}}")
              .getBytes(StandardCharsets.UTF_8);
      hub.publish(event, null).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private Bridge begin(Duration patience) throws Exception {
    return begin(patience, QUICK);
  }

  private Bridge begin(Duration patience, Backoff between) throws Exception {
    String file =
        "{\"name\":\"out\",\"kind\":\"mqtt-out\",\"broker\":\"mqtt://127.0.0.1:%d\",\"from\":\"oldest\",\"events\":[\"alert.*\"],\"topic\":\"e/{key}\",\"retain\":true}"
            .formatted(broker.port());
    MqttOutSettings settings = MqttOutSettings.read(TestMessages.bridge("out", file));
    Bridge made =
        new Patient(settings, patience)
            .make(new Equipment(Map.of(), folder, InstantSource.system(), between));
    loop = made;
    made.start(hub);
    return made;
  }

  private static BridgeStanding.Out out(Bridge loop) {
    BridgeStanding.Out out = loop.standing().out();
    return out == null ? new BridgeStanding.Out(0, 0, 0, 0, 0) : out;
  }

  private static void awaitOut(Bridge loop, long sent, long setAside) throws Exception {
    Until.is(() -> out(loop).sent() == sent && out(loop).setAside() == setAside);
  }

  @Test
  void refusedEventIsSetAsideAndThoseBehindItGoOutOnce() throws Exception {
    broker =
        new MoodyBroker(topic -> topic.equals("e/3") ? MoodyBroker.REFUSED : MoodyBroker.TAKEN);
    publish(0, 10);
    Bridge made = begin(MqttReceiver.PATIENCE);
    awaitOut(made, 9, 1);

    assertThat(broker.topics("e/"))
        .containsExactly("e/0", "e/1", "e/2", "e/3", "e/4", "e/5", "e/6", "e/7", "e/8", "e/9");
    broker.rule = topic -> MoodyBroker.TAKEN;
    made.sendAgain();
    awaitOut(made, 10, 0);
    // Something newer may have been retained meanwhile.
    assertThat(broker.retained()).contains("e/9");
    assertThat(broker.unretained()).containsExactly("e/3");
  }

  @Test
  void quotaThatIsUsedUpIsWaitedFor() throws Exception {
    broker = new MoodyBroker(topic -> topic.equals("e/1") ? MoodyBroker.QUOTA : MoodyBroker.TAKEN);
    publish(0, 3);
    Bridge made = begin(MqttReceiver.PATIENCE);
    Until.is(() -> broker.topics("e/1").size() > 2);
    assertThat(made.standing().lastError().sentence())
        .isEqualTo("the broker refuses it: a quota is used up");
    broker.rule = topic -> MoodyBroker.TAKEN;
    awaitOut(made, 3, 0);
  }

  @Test
  void brokerThatNeverAcknowledgesIsLeftAndTriedAgain() throws Exception {
    broker =
        new MoodyBroker(topic -> topic.startsWith("e/") ? MoodyBroker.SILENT : MoodyBroker.TAKEN);
    publish(0, 3);
    Bridge made = begin(Duration.ofMillis(300));
    Until.is(() -> broker.connections() > MqttSuspect.MAX_ENDS + 2);
    assertThat(out(made).setAside()).isZero();
    assertThat(made.standing().lastError().sentence()).contains("has acknowledged nothing for");
    broker.rule = topic -> MoodyBroker.TAKEN;
    awaitOut(made, 3, 0);
  }

  @Test
  void brokerThatIsThereAgainGetsEventsAtOnce() throws Exception {
    broker =
        new MoodyBroker(topic -> topic.startsWith("e/") ? MoodyBroker.TAKEN : MoodyBroker.CLOSE);
    publish(0, 3);
    Bridge made =
        begin(
            Duration.ofSeconds(10),
            new Backoff(Duration.ofHours(1), Duration.ofHours(1), new Random(1)));
    // By then the bridge has given up its first try, and waits for its next one.
    Thread.sleep(MqttLine.WAIT.plusSeconds(2));
    broker.rule = topic -> MoodyBroker.TAKEN;
    awaitOut(made, 3, 0);
  }

  @Test
  void messageAtWhichTheBrokerAlwaysEndsTheConnectionIsSetAside() throws Exception {
    broker = new MoodyBroker(topic -> topic.equals("e/2") ? MoodyBroker.CLOSE : MoodyBroker.TAKEN);
    publish(0, 5);
    Bridge made = begin(MqttReceiver.PATIENCE);
    awaitOut(made, 4, 1);

    assertThat(made.standing().refused().getFirst().sentence())
        .contains("the broker ends the connection at this message");
    assertThat(broker.topics("e/2").size()).isGreaterThanOrEqualTo(MqttSuspect.MAX_ENDS);
    List<String> order = broker.topics("e/").stream().distinct().toList();
    assertThat(order).containsExactly("e/0", "e/1", "e/2", "e/3", "e/4");
  }

  @Test
  void connectionThatEndsNowAndThenSetsNothingAside() throws Exception {
    Random random = new Random(3);
    broker =
        new MoodyBroker(topic -> random.nextInt(40) == 0 ? MoodyBroker.CLOSE : MoodyBroker.TAKEN);
    publish(0, 400);
    Bridge made = begin(MqttReceiver.PATIENCE);
    awaitOut(made, 400, 0);

    List<String> order = broker.taken("e/").stream().distinct().toList();
    assertThat(order).isEqualTo(IntStream.range(0, 400).mapToObj(i -> "e/" + i).toList());
  }
}
