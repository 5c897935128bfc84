package dev.tocsin.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Rejection;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttProperty;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Bridges to a real Mosquitto, which comes and goes as they do.
class MqttBridgeTest {

  private static final int SECONDS = 60;

  /// More than a broker sends at a time.
  private static final int MANY = 5_000;

  private static final String MAPPING =
      "{\"topic\":\"garage/+/door\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"{payload.n}\",\"reason\":\"{topic.1}\"}}";
  private static final String KEYED =
      MAPPING.substring(0, MAPPING.length() - 1) + ",\"key\":\"{payload.n}\"}";

  private final TestHub hub = new TestHub();
  private final List<Bridges> running = new ArrayList<>();
  private @Nullable Mosquitto broker;

  @TempDir private Path folder;

  @AfterEach
  void close() throws Exception {
    running.forEach(Bridges::close);
    if (broker != null) {
      broker.close();
    }
  }

  private Mosquitto broker(String... config) throws Exception {
    broker = Mosquitto.start(folder, config);
    return broker;
  }

  private Bridges bridge(String rest, String mapping) throws Exception {
    return bridge("door", rest, mapping, hub);
  }

  private Bridges bridge(String name, String rest, String mapping, FollowableHub to)
      throws Exception {
    String file =
        "{\"bridges\":[{\"name\":\"%s\",\"kind\":\"mqtt\",\"broker\":\"%s\"%s,\"map\":[%s]}]}"
            .formatted(name, broker.url(), rest, mapping);
    return bridges(file, to);
  }

  private Bridges bridges(String file, FollowableHub to) throws Exception {
    BridgePlan plan =
        ((BridgeFile.Reading.Read)
                BridgeFile.read(file.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn()))
            .plan();
    Bridges bridges =
        Bridges.of(
            plan,
            Map.of("PASSWORD", "s3cret", "WRONG", "wrong"),
            folder.resolve("state"),
            InstantSource.system());
    running.add(bridges);
    bridges.start(to);
    return bridges;
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(10);
    }
  }

  private static BridgeStanding await(Bridges bridges, Predicate<BridgeStanding> condition)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      BridgeStanding standing = bridges.standings().getFirst();
      if (condition.test(standing)) {
        return standing;
      }
      assertThat(System.nanoTime()).as("" + standing).isLessThan(end);
      Thread.sleep(10);
    }
  }

  private static boolean isUp(BridgeStanding standing) {
    return standing.link() != null && standing.link().isUp();
  }

  private void up(Bridges bridges) throws InterruptedException {
    await(bridges, MqttBridgeTest::isUp);
  }

  private List<String> ids() {
    return hub.payloads().stream().map(payload -> payload.get("id").stringValue()).toList();
  }

  private void await(int events) throws InterruptedException {
    await("events of " + events, () -> hub.size() >= events);
  }

  private static String n(int number) {
    return "{\"n\":" + number + "}";
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"version\":5", ",\"version\":\"3.1.1\""})
  void messagesBecomeEvents(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge(version, MAPPING);
    up(bridges);

    mosquitto.publish("garage/left/door", n(1));
    mosquitto.publish("garage/left/window", n(2));
    mosquitto.publish("garage/right/door", n(3));
    await(2);

    assertThat(hub.payloads().stream().map(JsonNode::toString))
        .containsExactly(
            "{\"id\":\"1\",\"reason\":\"left\"}", "{\"id\":\"3\",\"reason\":\"right\"}");
    assertThat(mosquitto.log())
        .contains(version.contains("3.1.1") ? "(p2, c0, k60)" : "(p5, c0, k60)");
  }

  @Test
  void payloadsThatAreNoJsonAreTextsAndOthersAreRefused() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges =
        bridge(
            "",
            "{\"topic\":\"t\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"-{payload}-\"}}");
    up(bridges);

    mosquitto.publish("t", "open {");
    mosquitto.publish("t", new byte[0], false);
    mosquitto.publish("t", new byte[] {(byte) 0xFF, (byte) 0xD8}, false);
    mosquitto.publish("t", "[" + "9".repeat(LongNumbers.MAX_LENGTH + 1) + "]");
    mosquitto.publish("t", "x".repeat(100_000));
    mosquitto.publish("t", "last");
    BridgeStanding standing = await(bridges, now -> now.received() == 6);
    await(3);

    assertThat(ids()).containsExactly("-open {-", "--", "-last-");
    assertThat(standing.refused())
        .extracting(BridgeStanding.Refusal::reason)
        .containsExactly("malformed", "message_too_large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void hugeMessageIsPassedOverAndTold(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge(",\"version\":\"" + version + "\"", MAPPING);
    up(bridges);

    mosquitto.publish("garage/a/door", new byte[10_000_000], false);
    mosquitto.publish("garage/a/door", n(1));
    await(1);

    assertThat(await(bridges, now -> now.received() == 2).refused())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo("message_too_large");
          assertThat(refusal.sentence())
              .isEqualTo("it has 10000000 bytes; 1048576 are read at the most");
          assertThat(refusal.example()).isEqualTo("garage/a/door");
        });
    // It is acknowledged: it does not come again.
    assertThat(mosquitto.log()).doesNotContain("disconnected due to protocol error");
  }

  @Test
  void whatTheHubRefusesIsToldAndTheNextGoesOn() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge("", MAPPING);
    up(bridges);

    mosquitto.publish("garage/a/door", "{}");
    mosquitto.publish("garage/a/door", n(1));
    await(1);

    assertThat(bridges.standings().getFirst().refused())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo("invalid_payload");
          assertThat(refusal.example()).isEqualTo("{}");
        });
  }

  @Test
  void messageThatHasComeOutOfThisHubIsRefused() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge("", MAPPING);
    up(bridges);

    byte[] one = n(1).getBytes(StandardCharsets.UTF_8);
    mosquitto.publish(
        "garage/a/door", one, false, new MqttProperty("tocsin-via", "other, " + hub.id()));
    mosquitto.publish("garage/a/door", one, false, new MqttProperty("tocsin-via", "other"));
    BridgeStanding standing = await(bridges, now -> now.received() == 2);
    await(1);

    assertThat(standing.refused())
        .extracting(BridgeStanding.Refusal::reason)
        .containsExactly("loop");
  }

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
  void bridgesThatPushEachOtherOutAreTold() throws Exception {
    broker();
    String id = ",\"client_id\":\"mine\"";
    Bridges one = bridge("one", id, MAPPING, hub);
    up(one);
    Bridges other = bridge("other", id, MAPPING, hub);

    BridgeStanding told = await(one, now -> now.lastError() != null);
    // Some brokers say why, others just close.
    assertThat(told.lastError().sentence())
        .containsAnyOf(
            "another client with the same client id", "another client may have the client id")
        .contains("\"mine\"");
    await(other, now -> now.lastError() != null);
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
  void messageThatSeveralMappingsWantComesOnce() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge("", MAPPING + "," + MAPPING.replace("garage/+/door", "garage/a/+"));
    up(bridges);

    mosquitto.publish("garage/a/door", n(1));
    mosquitto.publish("garage/b/door", n(2));
    await(3);

    assertThat(ids()).containsExactly("1", "1", "2");
    assertThat(bridges.standings().getFirst().received()).isEqualTo(2);
  }

  @Test
  void passwordIsShownAndAWrongOneTold() throws Exception {
    Path passwords = folder.resolve("passwords");
    Process made =
        new ProcessBuilder("mosquitto_passwd", "-b", "-c", passwords.toString(), "me", "s3cret")
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    Mosquitto mosquitto = broker("allow_anonymous false", "password_file " + passwords);

    Bridges wrong =
        bridge("a", ",\"username\":\"me\",\"password\":{\"env\":\"WRONG\"}", MAPPING, hub);
    assertThat(await(wrong, now -> now.link() != null).link().sentence())
        .isEqualTo("not authorized");
    Bridges old =
        bridge(
            "b",
            ",\"version\":\"3.1.1\",\"username\":\"me\",\"password\":{\"env\":\"WRONG\"}",
            MAPPING,
            hub);
    assertThat(await(old, now -> now.link() != null).link().sentence()).isEqualTo("not authorized");
    up(bridge("c", ",\"username\":\"me\",\"password\":{\"env\":\"PASSWORD\"}", MAPPING, hub));
    assertThat(mosquitto.log()).contains("u'me'");
  }

  @Test
  void tlsIsCheckedOnBothSides() throws Exception {
    TestCertificate authority = TestCertificate.authority("authority");
    authority.write(folder.resolve("ca.pem"), folder.resolve("ca.key"));
    authority.issue("broker").write(folder.resolve("broker.pem"), folder.resolve("broker.key"));
    authority.issue("bridge").write(folder.resolve("own.pem"), folder.resolve("own.key"));
    TestCertificate.authority("other").write(folder.resolve("other.pem"), folder.resolve("x"));
    broker(
        "allow_anonymous true",
        "cafile " + folder.resolve("ca.pem"),
        "certfile " + folder.resolve("broker.pem"),
        "keyfile " + folder.resolve("broker.key"),
        "require_certificate true");
    String secure = broker.url().replace("mqtt://127.0.0.1", "mqtts://localhost");
    String form =
        "{\"bridges\":[{\"name\":\"%s\",\"kind\":\"mqtt\",\"broker\":\"%s\",\"ca\":\"%s\"%s,\"map\":[%s]}]}";
    String own =
        ",\"certificate\":\"%s\",\"key\":\"%s\""
            .formatted(folder.resolve("own.pem"), folder.resolve("own.key"));

    up(bridges(form.formatted("a", secure, folder.resolve("ca.pem"), own, MAPPING), hub));
    Bridges trusting =
        bridges(form.formatted("b", secure, folder.resolve("other.pem"), own, MAPPING), hub);
    assertThat(await(trusting, now -> now.link() != null).link().sentence()).contains("PKIX");
    Bridges nameless =
        bridges(form.formatted("c", secure, folder.resolve("ca.pem"), "", MAPPING), hub);
    assertThat(await(nameless, now -> now.link() != null).link().isUp()).isFalse();
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
