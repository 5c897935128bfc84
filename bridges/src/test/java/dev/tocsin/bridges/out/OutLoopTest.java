package dev.tocsin.bridges.out;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.StateFile;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.hub.Until;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Where;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Durable cursors that send out, over whatever may go wrong.
class OutLoopTest {

  private static final Wanted ALL = new Wanted(List.of("*"), null);

  private final TestHub hub = new TestHub();
  private final TestReceiver receiver = new TestReceiver();
  private final List<OutLoop> loops = new ArrayList<>();

  @TempDir private Path folder;

  /// A bridge of no kind that a file can name.
  private record Settings(Outgoing outgoing, String target, Bundling bundling)
      implements OutSettings {

    @Override
    public String kind() {
      return "test";
    }

    @Override
    public String place() {
      return target;
    }

    @Override
    public void requireSecrets(Map<String, String> environment) {}

    @Override
    public Receiver receiver(Parts parts) {
      return new TestReceiver();
    }
  }

  @AfterEach
  void close() {
    loops.forEach(OutLoop::close);
  }

  private OutLoop begin(Settings settings) {
    InstantSource clock = InstantSource.system();
    OutLoop loop =
        new OutLoop(
            settings,
            receiver,
            new OutState(new StateFile(folder.resolve("out.json"), true), settings.target()),
            new SetAside(folder.resolve("out.aside.ndjson")),
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new Random(1)),
            new BridgeFigures(clock),
            clock);
    loops.add(loop);
    loop.start(hub);
    return loop;
  }

  private static Settings settings(boolean fromOldest, Bundling bundling) {
    return settings(ALL, fromOldest, "there", bundling);
  }

  private static Settings settings(
      Wanted wanted, boolean fromOldest, String target, Bundling bundling) {
    return new Settings(
        new Outgoing("out", wanted, fromOldest, EventCatalog.builtIn()), target, bundling);
  }

  private OutLoop beginWithOldest() {
    return begin(settings(true, Bundling.SINGLE));
  }

  private void publish(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      byte[] event =
          ("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + i + "\"}}")
              .getBytes(StandardCharsets.UTF_8);
      hub.publish(event, null).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private void awaitTaken(List<String> ids) throws Exception {
    Until.is(() -> receiver.taken().size() >= ids.size());
    assertThat(receiver.taken()).isEqualTo(ids);
  }

  private static BridgeStanding.Out out(OutLoop loop) {
    BridgeStanding.@Nullable Out out = loop.standing().out();
    assertThat(out).isNotNull();
    return out;
  }

  private static boolean isDown(OutLoop loop) {
    BridgeStanding.@Nullable Link link = loop.standing().link();
    return link != null && !link.isUp();
  }

  private String state() throws Exception {
    return Files.readString(folder.resolve("out.json"));
  }

  @Test
  void newBridgeSendsWhatComesFromThenOn() throws Exception {
    publish(3);
    begin(settings(false, Bundling.SINGLE));
    Until.is(() -> Files.exists(folder.resolve("out.json")));
    publish(2);

    awaitTaken(TestReceiver.ids("epoch-1", 4, 5));
  }

  @Test
  void whatComesBeforeANewBridgeFollowsIsSent() throws Exception {
    publish(3);
    receiver.closed = "not yet";
    begin(settings(false, Bundling.SINGLE));
    publish(2);
    receiver.closed = "";

    awaitTaken(TestReceiver.ids("epoch-1", 4, 5));
  }

  @Test
  void bridgeThatWasAwaySendsWhatItHasMissed() throws Exception {
    OutLoop loop = begin(settings(false, Bundling.SINGLE));
    Until.is(() -> Files.exists(folder.resolve("out.json")));
    loop.close();
    publish(250);

    begin(settings(false, Bundling.SINGLE));

    awaitTaken(TestReceiver.ids("epoch-1", 1, 250));
  }

  @Test
  void onlyWhatIsWantedGoesOutAndThePositionPassesTheRest() throws Exception {
    publish(5);
    OutLoop loop =
        begin(
            settings(
                new Wanted(List.of("alert.*"), Where.of("{\"id\":[\"1\",\"3\"]}")),
                true,
                "there",
                Bundling.SINGLE));

    awaitTaken(List.of("epoch-1:2", "epoch-1:4"));
    Until.is(() -> out(loop).position() == 5);
    loop.close();
    assertThat(state()).contains("\"sequence\":5");
  }

  @Test
  void whatFailsIsTriedAgainAndNothingOvertakesIt() throws Exception {
    Random random = new Random(7);
    receiver.rule =
        shipment ->
            switch (random.nextInt(3)) {
              case 0 -> TestReceiver.later();
              case 1 -> throw new IllegalStateException("a fault");
              default -> new Receiver.Answer.Taken(shipment.size());
            };
    publish(200);
    OutLoop loop = beginWithOldest();

    awaitTaken(TestReceiver.ids("epoch-1", 1, 200));
    Until.is(() -> out(loop).sent() == 200 && out(loop).behind() == 0);
  }

  @Test
  void bundlesAreAsLargeAsTheyMayBeAndOneFaultyEventHoldsUpNoOther() throws Exception {
    receiver.rule =
        shipment ->
            shipment.events().stream().anyMatch(event -> event.sequence() == 5)
                ? new Receiver.Answer.Refused(0, "422", "no")
                : new Receiver.Answer.Taken(shipment.size());
    publish(10);
    OutLoop loop = begin(settings(true, new Bundling(4, 1 << 20, Duration.ZERO)));

    Until.is(() -> receiver.taken().size() >= 9);
    List<String> expected = new ArrayList<>(TestReceiver.ids("epoch-1", 1, 10));
    expected.remove("epoch-1:5");
    assertThat(receiver.taken()).isEqualTo(expected);
    assertThat(receiver.sizes()).containsExactly(4, 4, 1, 1, 1, 1, 2);
    Until.is(() -> out(loop).setAside() == 1);
    assertThat(Files.readString(folder.resolve("out.aside.ndjson")))
        .contains("\"reason\":\"422\",\"answer\":\"no\"")
        .endsWith("\"sequence\":5}}\n");
  }

  @Test
  void bundleWaitsForOthersForAWhile() throws Exception {
    OutLoop loop = begin(settings(true, new Bundling(3, 1 << 20, Duration.ofHours(1))));
    publish(7);

    awaitTaken(TestReceiver.ids("epoch-1", 1, 6));
    assertThat(receiver.sizes()).containsExactly(3, 3);
    assertThat(out(loop).position()).isEqualTo(6);
  }

  @Test
  void whatWasSetAsideIsSentAgainWhenSomebodySaysSo() throws Exception {
    receiver.rule = shipment -> new Receiver.Answer.Refused(0, "403", "no");
    publish(3);
    OutLoop loop = beginWithOldest();
    Until.is(() -> out(loop).setAside() == 3);
    receiver.rule =
        shipment ->
            shipment.events().getFirst().sequence() == 2
                ? new Receiver.Answer.Refused(0, "still no", "")
                : new Receiver.Answer.Taken(1);
    loop.close();
    OutLoop next = beginWithOldest();
    publish(1);
    Until.is(() -> receiver.taken().size() == 1);

    assertThat(next.sendAgain()).hasValue(3);

    awaitTaken(List.of("epoch-1:4", "epoch-1:1", "epoch-1:3"));
    Until.is(() -> out(next).setAside() == 1);
    assertThat(Files.readString(folder.resolve("out.aside.ndjson"))).contains("still no");
  }

  @Test
  void whatIsBeingSentAgainGoesOnAfterARestartInOrder() throws Exception {
    receiver.rule = shipment -> new Receiver.Answer.Refused(0, "403", "no");
    publish(4);
    OutLoop loop = beginWithOldest();
    Until.is(() -> out(loop).setAside() == 4);
    CountDownLatch third = new CountDownLatch(1);
    receiver.rule =
        shipment ->
            switch ((int) shipment.events().getFirst().sequence()) {
              case 1 -> new Receiver.Answer.Refused(0, "still no", "");
              case 2 -> new Receiver.Answer.Taken(1);
              default -> {
                third.countDown();
                yield new Receiver.Answer.Later(0, "503", Duration.ZERO);
              }
            };
    loop.sendAgain();
    third.await();
    loop.close();

    receiver.rule = shipment -> new Receiver.Answer.Taken(1);
    OutLoop next = beginWithOldest();

    awaitTaken(List.of("epoch-1:2", "epoch-1:1", "epoch-1:3", "epoch-1:4"));
    Until.is(() -> out(next).setAside() == 0);
    next.close();
    assertThat(state()).doesNotContain("again");
  }

  @Test
  void fullListOfRefusedEventsHoldsTheBridgeUpAndLosesNothing() throws Exception {
    receiver.rule = shipment -> new Receiver.Answer.Refused(0, "401", "");
    publish(SetAside.MAX_EVENTS + 2);
    OutLoop loop = beginWithOldest();
    Until.is(() -> isDown(loop));
    assertThat(loop.standing().link().sentence()).contains("401").contains("list");
    assertThat(out(loop).setAside()).isEqualTo(SetAside.MAX_EVENTS);

    receiver.rule = shipment -> new Receiver.Answer.Taken(1);

    awaitTaken(TestReceiver.ids("epoch-1", SetAside.MAX_EVENTS + 1L, SetAside.MAX_EVENTS + 2L));
  }

  @Test
  void bridgeThatHasEndedStaysSoUntilItIsToldOrSendsElsewhere() throws Exception {
    receiver.rule = shipment -> new Receiver.Answer.Over(0, "410 Gone");
    publish(3);
    OutLoop loop = beginWithOldest();
    Until.is(() -> receiver.tries() == 1 && state().contains("410 Gone"));
    loop.close();

    receiver.rule = shipment -> new Receiver.Answer.Taken(1);
    OutLoop second = beginWithOldest();
    Until.is(() -> isDown(second));
    assertThat(receiver.tries()).isEqualTo(1);
    publish(2);
    Until.is(() -> out(second).behind() == 5);
    second.sendAgain();
    awaitTaken(TestReceiver.ids("epoch-1", 1, 5));
  }

  @Test
  void howFarBehindItIsIsSaidAtOnceWhateverTheReceiverIsBusyWith() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    receiver.rule =
        shipment -> {
          busy.countDown();
          try {
            free.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return new Receiver.Answer.Taken(1);
        };
    publish(1);
    OutLoop loop = beginWithOldest();
    busy.await();

    for (int i = 1; i <= 3; i++) {
      publish(5);
      assertThat(out(loop).behind()).isEqualTo(1 + 5 * i);
    }
    free.countDown();
    Until.is(() -> out(loop).behind() == 0);
  }

  @Test
  void bridgeThatHasEndedBeginsAgainElsewhere() throws Exception {
    receiver.rule = shipment -> new Receiver.Answer.Over(0, "410 Gone");
    publish(3);
    OutLoop loop = beginWithOldest();
    Until.is(() -> receiver.tries() == 1 && state().contains("410 Gone"));
    loop.close();
    receiver.rule = shipment -> new Receiver.Answer.Taken(1);

    begin(settings(ALL, true, "elsewhere", Bundling.SINGLE));

    awaitTaken(TestReceiver.ids("epoch-1", 1, 3));
  }

  @Test
  void whatTheLogHasForgottenIsToldAndCounted() throws Exception {
    publish(2);
    OutLoop loop = beginWithOldest();
    awaitTaken(TestReceiver.ids("epoch-1", 1, 2));
    loop.close();
    publish(8);
    hub.forget(6);

    OutLoop next = beginWithOldest();

    Until.is(() -> receiver.taken().size() == 6);
    assertThat(receiver.taken().subList(2, 6)).isEqualTo(TestReceiver.ids("epoch-1", 7, 10));
    assertThat(out(next).lost()).isEqualTo(4);
    assertThat(next.standing().lastError().sentence()).contains("3 to 6");
  }

  @Test
  void bridgeThatBeginsWithTheOldestHasLostNothing() throws Exception {
    publish(8);
    hub.forget(6);

    OutLoop loop = beginWithOldest();

    awaitTaken(TestReceiver.ids("epoch-1", 7, 8));
    assertThat(out(loop).lost()).isZero();
  }

  @Test
  void anotherLogIsFollowedFromItsBeginningAndTold() throws Exception {
    publish(2);
    OutLoop loop = beginWithOldest();
    awaitTaken(TestReceiver.ids("epoch-1", 1, 2));

    hub.beginAnew("epoch-2");
    publish(1);

    awaitTaken(List.of("epoch-1:1", "epoch-1:2", "epoch-2:1"));
    assertThat(loop.standing().lastError().sentence()).contains("another one");
    loop.close();
    assertThat(state()).contains("epoch-2");
  }

  @Test
  void hubThatIsAwayIsWaitedFor() throws Exception {
    hub.unavailable("nobody listens");
    OutLoop loop = beginWithOldest();
    Until.is(() -> loop.standing().lastError() != null);
    assertThat(loop.standing().lastError().sentence()).contains("nobody listens");

    hub.unavailable(null);
    publish(1);

    awaitTaken(List.of("epoch-1:1"));
  }

  @Test
  void positionThatIsDamagedLosesNothing() throws Exception {
    publish(3);
    Files.writeString(folder.resolve("out.json"), "{\"epoch\":\"epo");

    begin(settings(false, Bundling.SINGLE));

    awaitTaken(TestReceiver.ids("epoch-1", 1, 3));
  }

  @Test
  void positionThatCannotBeWrittenDownIsToldOf() throws Exception {
    // A file in the place of the folder: as good as a full disk, for whoever tests as root.
    Path file = Files.createFile(folder.resolve("state"));
    Equipment equipment =
        new Equipment(Map.of(), file, InstantSource.system(), Backoff.usual(new Random(1)));
    publish(1);

    try (Bridge bridge = settings(true, Bundling.SINGLE).make(equipment)) {
      bridge.start(hub);

      Until.is(() -> bridge.standing().lastError() != null);
      assertThat(bridge.standing().lastError().sentence())
          .startsWith("what it remembers cannot be written to " + file.resolve("out.json"));
    }
  }

  @Test
  void closingEndsAPauseAtOnceAndKeepsThePosition() throws Exception {
    receiver.rule =
        shipment ->
            shipment.events().getFirst().sequence() < 3
                ? new Receiver.Answer.Taken(1)
                : new Receiver.Answer.Later(0, "503", Duration.ofMinutes(50));
    publish(5);
    OutLoop loop = beginWithOldest();
    Until.is(() -> receiver.tries() == 3);

    loop.close();

    assertThat(state()).contains("\"sequence\":2");
    receiver.rule = shipment -> new Receiver.Answer.Taken(1);
    beginWithOldest();
    awaitTaken(TestReceiver.ids("epoch-1", 1, 5));
  }
}
