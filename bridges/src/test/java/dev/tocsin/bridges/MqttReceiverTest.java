package dev.tocsin.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
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
  private @Nullable OutLoop loop;
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

  private void publish(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      byte[] event =
          ("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + i + "\"}}")
              .getBytes(StandardCharsets.UTF_8);
      hub.publish(event, null).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private OutLoop begin(Duration patience) {
    return begin(patience, QUICK);
  }

  private OutLoop begin(Duration patience, Backoff between) {
    String file =
        "{\"bridges\":[{\"name\":\"out\",\"kind\":\"mqtt-out\",\"broker\":\"mqtt://127.0.0.1:%d\",\"from\":\"oldest\",\"events\":[\"alert.*\"],\"topic\":\"e/{key}\",\"retain\":true}]}"
            .formatted(broker.port());
    BridgePlan plan =
        ((BridgeFile.Reading.Read)
                BridgeFile.read(file.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn()))
            .plan();
    MqttOutSettings settings = (MqttOutSettings) plan.bridges().getFirst();
    InstantSource clock = InstantSource.system();
    BridgeFigures figures = new BridgeFigures(clock);
    OutLoop made =
        new OutLoop(
            settings,
            settings.receiver(new OutSettings.Parts(Map.of(), figures, clock), patience, QUICK),
            new OutState(new StateFile(folder.resolve("out.json"), true), settings.target()),
            new SetAside(folder.resolve("out.aside.ndjson")),
            between,
            figures,
            clock);
    loop = made;
    made.start(hub);
    return made;
  }

  private static BridgeStanding.Out out(OutLoop loop) {
    BridgeStanding.Out out = loop.standing().out();
    return out == null ? new BridgeStanding.Out(0, 0, 0, 0, 0) : out;
  }

  private static void awaitOut(OutLoop loop, long sent, long setAside) throws Exception {
    Until.is(() -> out(loop).sent() == sent && out(loop).setAside() == setAside);
  }

  @Test
  void refusedEventIsSetAsideAndThoseBehindItGoOutOnce() throws Exception {
    broker =
        new MoodyBroker(topic -> topic.equals("e/3") ? MoodyBroker.REFUSED : MoodyBroker.TAKEN);
    publish(0, 10);
    OutLoop made = begin(MqttReceiver.PATIENCE);
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
    OutLoop made = begin(MqttReceiver.PATIENCE);
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
    OutLoop made = begin(Duration.ofMillis(300));
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
    OutLoop made =
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
    OutLoop made = begin(MqttReceiver.PATIENCE);
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
    OutLoop made = begin(MqttReceiver.PATIENCE);
    awaitOut(made, 400, 0);

    List<String> order = broker.taken("e/").stream().distinct().toList();
    assertThat(order).isEqualTo(IntStream.range(0, 400).mapToObj(i -> "e/" + i).toList());
  }
}
